"""Bring the catalogues up to date: ``python -m scorecard.locale``.

New messages enter the ``.po`` file without a translation, messages that nothing says any more leave
it, and the ``.mo`` file is compiled. Exits with 1 while something has no translation.
"""

import sys

from scorecard.locale import FOLDER, LANGUAGES, compiled, written
from scorecard.locale.catalogue import find_messages, mo_bytes, po_text, read_po

ROOT = FOLDER.parent.parent


def main() -> int:
    """Rewrite both files of each language; list what is missing."""
    messages = find_messages(ROOT)
    missing = 0
    for language in LANGUAGES[1:]:
        file = written(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        known = read_po(file.read_text(encoding="utf-8")) if file.exists() else {}
        text = po_text(language, messages, known)
        file.write_text(text, encoding="utf-8")
        current = read_po(text)
        compiled(language).write_bytes(mo_bytes(language, current))
        for message, told in current.items():
            if not all(told):
                missing += 1
                print(f"{language}: {message.text!r} has no translation.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
