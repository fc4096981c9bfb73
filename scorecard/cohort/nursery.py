"""A process that has everything imported, and forks a verifier for each request.

Importing takes longer than verifying a small project. One JSON object a line; in:
``{"arguments": […], "folder": …}``; out: ``{"code": …}``, once all of it has ended.
"""

import gc
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from scorecard import cli, commands  # noqa: F401 (commands: to have it imported)
from scorecard.cohort import listing  # noqa: F401 (same)
from scorecard.provenance import versions
from scorecard.sandbox.confine import choose_sandbox
from scorecard.sandbox.process import INBOX, OUTBOX, read_message
from scorecard.verify import show, verify  # noqa: F401 (same)
from shared.simulator import profiles  # noqa: F401 (same)

PRINTED = "printed.txt"


def main() -> None:
    """Serve until nobody asks any more."""
    inbox, outbox = (int(os.environ.pop(name)) for name in (INBOX, OUTBOX))
    versions()  # what does not change is asked once, and forks know it
    choose_sandbox("auto")
    gc.freeze()  # what is shared stays shared
    with os.fdopen(inbox, "rb") as requests:
        for line in requests:
            asked = read_message(line)
            child = os.fork()
            if not child:
                os.close(outbox)
                _become(asked["arguments"], Path(asked["folder"]))
            _, status = os.waitpid(child, 0)
            code = os.waitstatus_to_exitcode(status)
            os.write(outbox, json.dumps({"code": code}).encode() + b"\n")


def _become(arguments: list[str], folder: Path) -> None:
    """Verify in this process, which ends with it; what it prints and leaves lies in ``folder``."""
    code = cli.COULD_NOT_RUN
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        printed = os.open(folder / PRINTED, os.O_WRONLY | os.O_CREAT, 0o600)
        for descriptor in (1, 2):
            os.dup2(printed, descriptor)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        code = cli.main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as error:  # noqa: BLE001 (a fork never goes back to its parent's loop)
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
