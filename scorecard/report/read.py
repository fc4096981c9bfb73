"""Read stored results back; one that cannot be read is a sentence, not a traceback."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from scorecard.locale import say
from scorecard.report.result import Scorecard
from scorecard.verify.result import Verification
from scorecard.verify.trouble import printable
from shared.errors import CapstoneError

M = TypeVar("M", bound=BaseModel)
MOST_BYTES = 64 << 20


class StoredError(CapstoneError):
    """A stored result cannot be read."""


def read_card(file: Path) -> Scorecard:
    """Read a ``scorecard.json``."""
    return _read(file, Scorecard, say("`make scorecard` writes one."))


def read_verification(file: Path) -> Verification:
    """Read what ``scorecard verify --json`` wrote."""
    return _read(
        file,
        Verification,
        say("`.venv/bin/python -m scorecard verify REPOSITORY --json FILE` writes one."),
    )


def _read(file: Path, model: type[M], advice: str) -> M:
    try:
        if file.stat().st_size > MOST_BYTES:
            happened = say("{file} is larger than {most} MB.", file=file, most=MOST_BYTES >> 20)
            raise StoredError(happened, advice=advice)
        return model.model_validate_json(file.read_bytes())
    except OSError as error:
        happened = say("{file} cannot be read ({why}).", file=file, why=error.strerror)
        raise StoredError(happened, advice=advice) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = printable(".".join(map(str, first["loc"])))[:100] or "its start"
        wrong = f"{place}: {first['msg'][:120]}"
        happened = say("{file} is not what it should be ({wrong}).", file=file, wrong=wrong)
        raise StoredError(happened, advice=advice) from error
