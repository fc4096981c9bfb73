"""The words of the learner's commands; what they do stands in ``scorecard/learn/commands.py``."""

import argparse
from typing import TypeVar

from scorecard.learn.errors import LearnError
from scorecard.locale import LANGUAGES, Language, choose_language, say, translator

MODULE = "scorecard.learn.commands"
MOST_DIGITS = 5
P = TypeVar("P", bound=argparse.ArgumentParser)


def spoken(asked: str | None) -> Language:
    """Choose the language asked for, the locale's where none is; raises ``LearnError``."""
    if asked and asked not in LANGUAGES:
        raise LearnError(
            say("{asked} is no language that is spoken here.", asked=asked),
            advice=say("There are {languages}: L=pt-BR.", languages=", ".join(LANGUAGES)),
        )
    return choose_language(asked)


def numbered(asked: str | None) -> int | None:
    """Read the number of a task, None where none is named; raises ``LearnError``."""
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) < MOST_DIGITS):
        raise LearnError(
            say("{asked} is no task's number.", asked=repr(asked)),
            advice=say("Write it as in TASK=2; `make next` names the one in hand."),
        )
    return int(asked)


def add_learning(commands: "argparse._SubParsersAction[P]", asked: str | None = None) -> None:
    """Add the commands of the learner's road, explained in the language ``asked`` for."""
    t = translator(choose_language(asked))
    one, task = t("p07, 7 or p07_advanced_rag"), t("the number of a task")

    def add(name: str, told: str, run: str, *, project: bool = True) -> P:
        parser = commands.add_parser(name, help=told, description=told)
        parser.set_defaults(run=f"{MODULE}:{run}")
        parser.add_argument("--plain", action="store_true", help=t("no colours, no cursor"))
        parser.add_argument(
            "--lang",
            default=None,
            metavar="LANG",
            help=t("the language to speak; the locale's by default"),
        )
        if project:
            parser.add_argument("project", nargs="?", default="", help=one)
        return parser

    begin = add("start", t("put the starter in place of a project's reference"), "show_start")
    begin.add_argument("--task", action="append", default=[], help=task)
    back = add("reset", t("go back to the starter; what is there is kept"), "show_reset")
    back.add_argument("--task", default=None, help=task)
    back.add_argument("--reference", action="store_true", help=t("go back to the reference"))
    add("next", t("say what to do now, and why"), "show_next", project=False)
    look = add("check", t("types, tests and level 1 of one project, in seconds"), "show_check")
    look.add_argument("--task", default=None, help=task)
    look.add_argument("--no-cache", action="store_true", help=t("check even what has not changed"))
    add("watch", t("check on every save; keys for hint, compare, next, list, quit"), "show_watch")
    hint = add("hint", t("give the next hint of a task"), "show_hint")
    hint.add_argument("--task", default=None, help=task)
    beside = add(
        "beside", t("show your body beside the reference, once yours passes"), "show_beside"
    )
    beside.add_argument("--task", default=None, help=task)
    add("list", t("show the projects and how far each is"), "show_list", project=False)

    rules = commands.add_parser("starters", help=t("try every rule of a starter on the projects"))
    rules.add_argument("projects", nargs="*", help=one)
    rules.set_defaults(run=f"{MODULE}:show_starters")
    tables = commands.add_parser("briefs", help=t("renew the tables of criteria in the briefs"))
    tables.set_defaults(run=f"{MODULE}:show_briefs")


def asked_language(words: list[str]) -> str | None:
    """Find ``--lang`` before the words are parsed: help speaks it too."""
    for at, word in enumerate(words):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and at + 1 < len(words):
            return words[at + 1]
    return None
