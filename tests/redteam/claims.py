"""Cheats in the claim: an honest ``scorecard.json`` of failing work, made to say something else."""

import copy
from typing import Any

from tests.redteam.cheat import Cheat, wrong

Card = dict[str, Any]
PASSED = {"state": "passed", "cause": "", "detail": "", "findings": []}
VALUE = {"value": 1.0, "low": 0.7, "high": 1.0, "n": 12, "unit": "share", "failures": []}


def _check(card: Card, code: str) -> Card:
    found: Card = next(c for c in card["projects"][0]["checks"] if c["code"] == code)
    return found


def turns_states(card: Card) -> None:
    """Every failed check passed after all."""
    for check in card["projects"][0]["checks"]:
        check.update(PASSED)


def turns_one(card: Card) -> None:
    """One criterion passed, with a value to go with it."""
    _check(card, "P01.1").update(PASSED, measured=VALUE)


def concludes_too_high(card: Card) -> None:
    """The checks stay, what follows from them does not."""
    card["projects"][0].update(readiness="senior", level_reached=3)
    card["pillars"][0].update(readiness="senior")


def lowers_thresholds(card: Card) -> None:
    """The bar lies where the work is."""
    check = _check(card, "P01.1")
    check["threshold"] = {"at_least": 0.0, "at_most": None}
    check.update(PASSED)


def leaves_out_failures(card: Card) -> None:
    """What failed is not mentioned."""
    project = card["projects"][0]
    project["checks"] = [c for c in project["checks"] if c["state"] == "passed"]
    project.update(readiness="senior", level_reached=2)
    card["pillars"][0].update(readiness="senior")


def says_nothing(card: Card) -> None:
    """A claim about nothing, so nothing in it is false."""
    card["projects"] = []
    card["pillars"] = []


def invents_a_project(card: Card) -> None:
    """A project nobody has graders for, perfect in all."""
    project = copy.deepcopy(card["projects"][0])
    for check in project["checks"]:
        check.update(PASSED)
    for task in project["tasks"]:
        task["ownership"] = "own"
    project.update(id="p77", slug="p77_everything", readiness="senior", level_reached=1)
    card["projects"] = [project]
    card["pillars"] = [{"pillar": "Models", "readiness": "works", "projects": ["p77"]}]
    project.update(readiness="works")


def says_it_twice(card: Card) -> None:
    """The honest project, and the same once more, perfect."""
    project = copy.deepcopy(card["projects"][0])
    for check in project["checks"]:
        check.update(PASSED)
    card["projects"].append(project)


def checks_twice(card: Card) -> None:
    """One check passed, and then failed: each reader believes another."""
    checks = card["projects"][0]["checks"]
    checks.insert(0, {**_check(card, "P01.1"), **PASSED})


def moves_the_pillar(card: Card) -> None:
    """The same work, under another pillar's name."""
    card["projects"][0]["pillar"] = "Production"
    models = next(p for p in card["pillars"] if p["pillar"] == "Models")
    models.update(readiness="not started", projects=[])
    other = next(p for p in card["pillars"] if p["pillar"] == "Production")
    other.update(readiness=card["projects"][0]["readiness"], projects=["p01"])


def renames(card: Card) -> None:
    """The numbers are true, the words are not."""
    card["projects"][0].update(title="Leads a research laboratory", skill="Has solved alignment.")
    _check(card, "P01.1")["title"] = "Wins against every human"


def owns_everything(card: Card) -> None:
    """Reference code is claimed as own work."""
    for task in card["projects"][0]["tasks"]:
        task["ownership"] = "own" if task["ownership"] != "own" else "reference"


def blames_the_grader(card: Card) -> None:
    """Another grader is to explain why the values differ."""
    turns_states(card)
    card["evidence"]["grader_sha256"] = "0" * 64


def blames_the_machine(card: Card) -> None:
    """Failures were the surroundings' fault."""
    for check in card["projects"][0]["checks"]:
        if check["state"] != "passed":
            check.update(state="could not check", cause="resource missing", measured=None)


def picks_an_oracle(card: Card) -> None:
    """Asks to be verified with a model that knows the answers."""
    turns_states(card)
    card["evidence"]["model"] = "sim-oracle"


def points_elsewhere(card: Card) -> None:
    """A perfect claim about other files."""
    turns_states(card)
    card["projects"][0]["digest"] = "0" * 64


def is_of_tomorrow(card: Card) -> None:
    """A version of the format that nobody can read yet."""
    turns_states(card)
    card["schema_version"] = "9.9"


def hides_behind_nan(card: Card) -> None:
    """A value that compares as equal to nothing and less than nothing."""
    turns_states(card)
    _check(card, "P01.1")["measured"] = {**VALUE, "value": float("nan")}


def speaks_of_a_live_model(card: Card) -> None:
    """The same values, and a model that answered for real."""
    card["evidence"]["answers"] = "live"


def names_a_model(card: Card) -> None:
    """The same values, measured with a model that nobody has here."""
    card["evidence"]["model"] = "gpt-99"


def rewrites_the_advice(card: Card) -> None:
    """A check's own words say that all is well."""
    _check(card, "P01.1")["advice"] = "Passed on every seed that was ever drawn."


def counts_otherwise(card: Card) -> None:
    """So many tests passed of so many, by hand."""
    _check(card, "tested")["detail"] = "400 of 400"


def picks_a_strange_seed(card: Card) -> None:
    """A seed below nothing, which breaks whoever draws from it."""
    card["evidence"]["seed"] = -5


def picks_an_endless_seed(card: Card) -> None:
    """A seed of three thousand digits."""
    card["evidence"]["seed"] = 10**3000


def adds_a_task(card: Card) -> None:
    """A task that the project does not have, all one's own."""
    first = card["projects"][0]["tasks"][0]
    own = {**first, "id": 99, "function": "work.more", "ownership": "own"}
    card["projects"][0]["tasks"].append(own)


NAMES = {
    turns_states: "G", turns_one: "G", concludes_too_high: "G", lowers_thresholds: "L",
    leaves_out_failures: "G", says_nothing: "G", invents_a_project: "G", says_it_twice: "G",
    checks_twice: "G", moves_the_pillar: "G", renames: "G", owns_everything: "G",
    blames_the_grader: "G", blames_the_machine: "G", picks_an_oracle: "L", points_elsewhere: "H",
    is_of_tomorrow: "G", hides_behind_nan: "E", speaks_of_a_live_model: "L", names_a_model: "L",
    rewrites_the_advice: "G", counts_otherwise: "G", picks_a_strange_seed: "L",
    picks_an_endless_seed: "J", adds_a_task: "G",
}  # fmt: skip

CLAIMS = tuple(
    Cheat(
        f"claim: {change.__name__.replace('_', ' ')}",
        letter,
        (change.__doc__ or "").rstrip("."),
        work=wrong(),
        change=change,
    )
    for change, letter in NAMES.items()
)
