"""Run one of Farol's tickets and see what happened, as a transcript.

python -m projects.p09_agents run --ticket 17
python -m projects.p09_agents run --ticket 4 --reject
python -m projects.p09_agents list --seed 7
"""

import argparse
import asyncio
import sys
import textwrap
from typing import TYPE_CHECKING, Literal

from projects.p09_agents.criteria.tasks import draw_tasks, farol
from projects.p09_agents.given.contracts import (
    AgentError,
    ApprovalRequest,
    Decision,
    Observation,
    Run,
    Ticket,
)
from projects.p09_agents.given.farol import Farol
from projects.p09_agents.given.service import Day
from shared.errors import CapstoneError
from shared.llm.connect import connect
from shared.postgres.database import connect as open_pool
from shared.postgres.database import guest_url
from shared.postgres.server import server
from shared.settings import Settings, read_settings
from shared.world.world import World, draw

if TYPE_CHECKING:
    from projects.p09_agents.given.agent import Desk

BAD_INPUT = 2
NOT_SETTLED = 1
SETTLED = {"done", "answered", "refused", "asked_back"}


def tickets_of(world: World) -> list[Ticket]:
    """Draw the tickets of a world: the same as in the criteria, less what they expect."""
    return [Ticket.model_validate(task.ticket) for task in draw_tasks(world, world.seed)]


async def run_ticket(options: argparse.Namespace) -> int:
    """Work on one ticket over a database made for it, and print what happened."""
    from projects.p09_agents.given import agent  # noqa: PLC0415 (LangGraph takes a second to import)

    world, settings = draw(options.seed), read_settings()
    ticket = choose(tickets_of(world), options.ticket)
    print(f"Ticket {options.ticket}, from {ticket.customer_id}\n\n{indented(ticket.text)}\n")
    async with (
        server(settings) as url,
        guest_url(url, may_create_roles=True) as own,
        open_pool(own) as pool,
        connect(settings) as model,
    ):
        await agent.prepare(pool, Farol.model_validate(farol(world)))
        day = Day(seed=options.seed, error=0.1, garbage=0.05)
        chosen = agent.Options(seed=options.seed, day=day, strategy=options.strategy)
        async with agent.open_desk(pool, model, chosen) as desk:
            run = await settled(desk, ticket, options)
    print(transcript(run, settings))
    return 0 if run.report and run.report.outcome in SETTLED else NOT_SETTLED


def choose(tickets: list[Ticket], number: int) -> Ticket:
    """Choose a ticket by its number; raises ``AgentError`` for one that is not there."""
    if not 0 <= number < len(tickets):
        raise AgentError(
            f"There is no ticket {number}.", advice=f"Choose one from 0 to {len(tickets) - 1}."
        )
    return tickets[number]


async def settled(desk: "Desk", ticket: Ticket, options: argparse.Namespace) -> Run:
    """Work on a ticket to its end, asking a person where one is needed."""
    run = await desk.run(ticket, ticket.id)
    while run.status == "waiting" and run.request:
        kind = await asyncio.to_thread(ask_person, run.request, options)
        decision = Decision(kind=kind, digest=run.request.digest, by="you")
        run = await desk.resume(run.thread, decision)
    return run


def ask_person(
    request: ApprovalRequest, options: argparse.Namespace
) -> Literal["approve", "reject"]:
    """Ask on the terminal, unless the command line has answered."""
    said = ", ".join(f"{name}={value}" for name, value in request.arguments.items())
    print(f"A person is asked: {request.tool}({said})\n  digest {request.digest[:16]}…")
    if options.approve or options.reject:
        answer = "y" if options.approve else "n"
        print(f"  answered on the command line: {answer}\n")
    elif sys.stdin.isatty():
        answer = input("  Approve? [y/N] ")
        print()
    else:
        raise AgentError(
            "This ticket needs a person's approval, and there is no terminal to ask on.",
            advice="Run it again with --approve or --reject.",
        )
    return "approve" if answer.strip().lower() in {"y", "yes", "s", "sim"} else "reject"


def transcript(run: Run, settings: Settings) -> str:
    """Write what happened: the plan, each call with its result, the answer, the cost."""
    lines = [f"Read as   {run.plan.model_dump_json(exclude_none=True) if run.plan else 'nothing'}"]
    for seen in run.observations:
        lines += ["", f"{seen.tool}  [{seen.status}]", indented(told(seen), 1_200)]
    if report := run.report:
        lines += ["", f"Ended     {report.outcome} ({report.reason})", indented(report.reply)]
        lines += [f"  {fact.name} = {fact.value}  ← {fact.call_id}" for fact in report.facts]
    spend = run.spend
    tokens = f"{spend.input_tokens} + {spend.output_tokens} tokens"
    cost = f"{spend.calls} calls of {settings.model}, {tokens}, ${spend.usd_micros / 1_000_000:.6f}"
    lines += ["", f"Cost      {cost}, {spend.steps} steps"]
    return "\n".join(lines)


def told(seen: Observation) -> str:
    """Write what came of a call: a query with its rows, anything else as a model saw it."""
    rows = seen.data.get("rows")
    if not isinstance(rows, list):
        return seen.text
    count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    return "\n".join([str(seen.data["sql"]), f"{count}:", *map(fields, rows)])


def fields(row: object) -> str:
    """Write a row without what is not there."""
    known = row.items() if isinstance(row, dict) else ()
    return "- " + ", ".join(f"{name} {value}" for name, value in known if value is not None)


def indented(text: str, most: int = 2_000) -> str:
    """Set a text apart."""
    shown = text if len(text) <= most else f"{text[:most]} …"
    return "\n".join(
        textwrap.fill(line, 96, initial_indent="  ", subsequent_indent="  ")
        for line in shown.splitlines()
    )


def list_tickets(options: argparse.Namespace) -> int:
    """Print the tickets of a world, one a line."""
    for number, ticket in enumerate(tickets_of(draw(options.seed))):
        print(f"{number:3}  {' '.join(ticket.text.split())[:110]}")
    return 0


def arguments() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m projects.p09_agents")
    commands = parser.add_subparsers(dest="command", required=True)
    shown = commands.add_parser("run", help="work on one ticket and print a transcript")
    shown.add_argument("--ticket", type=int, required=True)
    shown.add_argument("--seed", type=int, default=7)
    shown.add_argument("--strategy", choices=("plan", "loop"), default="plan")
    answer = shown.add_mutually_exclusive_group()
    answer.add_argument("--approve", action="store_true", help="approve what a person is asked")
    answer.add_argument("--reject", action="store_true", help="reject it")
    listed = commands.add_parser("list", help="print the tickets of a world")
    listed.add_argument("--seed", type=int, default=7)
    return parser


def main() -> int:
    """Read the command line; answer errors with one sentence on standard error."""
    options = arguments().parse_args()
    try:
        if options.command == "list":
            return list_tickets(options)
        return asyncio.run(run_ticket(options))
    except CapstoneError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
