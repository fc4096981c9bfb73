"""Where somebody stands, as far as the files and the last check tell."""

from scorecard.catalog.ownership import Ownership, owned
from scorecard.digest import LOCK, digest_file, digest_text, digest_tree
from scorecard.learn.examined import Examined
from scorecard.learn.reference import Desk
from scorecard.learn.store import Store
from scorecard.provenance import digest_grader
from shared.settings import Settings


def key_of(desk: Desk, settings: Settings) -> str:
    """Hash what a check depends on."""
    return digest_text(
        digest_tree(desk.folder),
        digest_grader(desk.place),
        digest_file(desk.place.grader / LOCK),
        settings.model,
        settings.base_url,
    )


def ownership_of(desk: Desk) -> list[Ownership]:
    """Say whose each task is."""
    return [owned(desk.folder, task, desk.record) for task in desk.project.tasks]


def last(desk: Desk, settings: Settings) -> Examined | None:
    """Return the last check, if it was of the very files that are there now."""
    known = Store(desk.place).examined(desk.slug)
    return known if known and known.key == key_of(desk, settings) else None
