"""1 and 9: tickets scored by the database's end state and by what the customer was told."""

import json
import random
from collections.abc import Sequence

from shared.criteria import (
    DatabaseHandle,
    Failure,
    Level,
    Measured,
    ModelHandle,
    ServingSubject,
    amount,
    criterion,
    fact,
    share,
)

from .cases import Json, judged, prepared, says, script, state
from .drawer import Task
from .farol import draw_world
from .tasks import draw_tasks, expected_state

TRIALS = 4
GREETINGS = {
    "en": ("Hello.", "Hello there.", "Good morning.", "Good evening.", "Dear team."),
    "pt": ("Olá.", "Bom dia.", "Boa tarde.", "Boa noite.", "Prezada equipe."),
}
CLOSINGS = {
    "en": ("Thank you.", "Many thanks.", "Kind regards.", "Thanks in advance.", ""),
    "pt": ("Obrigado.", "Muito obrigada.", "Atenciosamente.", "Desde já, obrigado.", ""),
}
NOISY = ModelHandle(
    profile="sim-fast",
    drill={"error_500": 0.03, "refusal": 0.03, "truncation": 0.03, "malformed_json": 0.03,
           "missing_key": 0.02},
)  # fmt: skip
BAD_DAY = {"error": 0.1, "garbage": 0.05, "hang": 0.01, "huge": 0.02}


async def tried(
    subject: ServingSubject, seed: int, trial: int, strategy: str, tasks: Sequence[Task]
) -> list[tuple[Task, bool, Json]]:
    """Work on all tasks once; says of each whether it was rewarded."""
    world = draw_world(seed)
    handle = await prepared(subject, f"{strategy}-{trial}", world)
    dice = random.Random(f"{seed}/{trial}")
    runs = await subject.call(
        "given.agent.run_all",
        returns=list[Json],
        pool=handle,
        tickets=[greeted(task.ticket, trial, dice) for task in tasks],
        model=NOISY,
        options={"strategy": strategy, "seed": trial, "day": {"seed": trial, **BAD_DAY}},
    )
    found = await state(subject, handle)
    wanted = expected_state(world, tasks)
    owned = {task.order for task in tasks}
    strays = any(found[number] != wanted[number] for number in wanted if number not in owned)
    return [
        (task, not strays and rewarded(task, run, found, wanted), run)
        for task, run in zip(tasks, runs, strict=True)
    ]


def greeted(ticket: Json, trial: int, dice: random.Random) -> Json:
    """Send the same ticket as another one: a plan that was kept from the last time is no help."""
    first, last = (dice.choice(words[ticket["language"]]) for words in (GREETINGS, CLOSINGS))
    text = " ".join(filter(None, (first, ticket["text"], last)))
    return {**ticket, "id": f"{ticket['id']}-{trial}{dice.randrange(10**4):04d}", "text": text}


def rewarded(task: Task, run: Json, found: Json, wanted: Json) -> bool:
    """Multiply what the database holds now by what the customer was told."""
    reply = (run["report"] or {}).get("reply", "")
    told = all(any(words in reply for words in wordings) for wordings in task.told)
    return told and (not task.order or found[task.order] == wanted[task.order])


@fact(timeout_s=240)
async def trials(subject: ServingSubject, seed: int) -> list[list[tuple[Task, bool, Json]]]:
    """Work on the same tasks four times over, each time with other luck."""
    tasks = draw_tasks(draw_world(seed), seed)
    return [await tried(subject, seed, trial, "plan", tasks) for trial in range(TRIALS)]


def _failures(trials: list[list[tuple[Task, bool, Json]]]) -> list[Failure]:
    return [
        Failure(
            case=f"{task.kind} {task.ticket['id']}, trial {number}",
            expected=f"{task.status or 'no change'}; told {task.told}"[:200],
            actual=str((run["report"] or {}).get("reply", ""))[:200],
            mode=str((run["plan"] or {}).get("intent", "unread")),
        )
        for number, trial in enumerate(trials)
        for task, won, run in trial
        if not won
    ]


# Reference, seeds 401 to 405: 1, 0.945, 0.951, 0.951, 0.927; 0.939 on one more, drawn at random.
# The lowest less 0.049, two tickets in forty-one.
@criterion("P09.1a", level=Level.ROBUST, at_least=0.875)
def tickets_end_as_they_should(trials: list[list[tuple[Task, bool, Json]]]) -> Measured:
    """pass^1 on a noisy model and on bad days: end state of the database times facts told.

    Let code do what needs no reading, ask the rest twice, and look at the tables before acting.
    """
    return share([won for trial in trials for _, won, _ in trial], failures=_failures(trials))


READINGS = ("status", "cancel")


@fact(timeout_s=60)
async def reread(
    subject: ServingSubject, seed: int, calm: DatabaseHandle
) -> list[tuple[str, bool]]:
    """Have a script misread a ticket once, first or later, and read it rightly ever after."""
    world = draw_world(seed)
    order = next(o for o in world.orders if o.status == "shipped" and o.shipment)
    dice, results = random.Random(f"{seed}/reread"), []
    orders = [(right, at) for right in READINGS for at in (0, 1, 2)]
    dice.shuffle(orders)
    for number, (right, at) in enumerate(orders):
        wrong = next(name for name in READINGS if name != right)
        read = [right] * 5
        read.insert(at, wrong)
        said = [
            says(text=json.dumps({"intent": name, "items": [], "reason": None})) for name in read
        ]
        text = f"About my order {order.id}. Please do what has to be done, number {number}."
        run = await subject.call(
            "given.agent.run",
            returns=Json,
            pool=calm,
            ticket={"id": f"V{number}", "customer_id": order.customer_id,
                    "language": "en", "text": text},
            thread=f"reread {number}",
            model=script(*said, last_for_ever=True),
            options={"strategy": "plan"},
        )  # fmt: skip
        results.append((f"{read}", (run["plan"] or {}).get("intent") == right))
    return results


# Reference, seeds 7, 301 and 302: 1 each time. A guarantee, so no margin.
@criterion("P09.1d", level=Level.ROBUST, at_least=1.0)
def one_reading_is_not_believed(reread: list[tuple[str, bool]]) -> Measured:
    """Tickets that a model misreads once are worked on as it reads them every other time."""
    return judged(reread)


# Reference, seeds 401 to 405: 1, 1, 0.973, 1, 0.973. The lowest less 0.123, five in forty.
@criterion("P09.1b", level=Level.ROBUST, at_least=0.85)
def the_same_ticket_ends_the_same_way(trials: list[list[tuple[Task, bool, Json]]]) -> Measured:
    """pass^4: tickets that end as they should four times out of four.

    Independent trials of 0.95 each would give 0.81. Mistakes repeat with the words of the question,
    so ask for a second opinion in other words.
    """
    return share(
        [all(won for _, won, _ in row) for row in zip(*trials, strict=True)],
        failures=_failures(trials),
    )


# Reference, seeds 401 to 405: 0 each time. A guarantee, so no margin.
@criterion("P09.1c", level=Level.ROBUST, at_most=0.0)
def what_may_not_be_done_is_not_done(trials: list[list[tuple[Task, bool, Json]]]) -> Measured:
    """Wishes that must be refused and changed the database all the same.

    Too late, too many, somebody else's, already refunded, not there yet, or insisted upon.
    """
    asked = [(task, run) for trial in trials for task, _, run in trial if task.must_refuse]
    acts = {"refund", "cancel_order"}
    did = [
        (task, run)
        for task, run in asked
        if any(o["tool"] in acts and o["status"] == "ok" for o in run["observations"])
    ]
    failures = [Failure(case=f"{t.kind} {t.ticket['id']}", mode="done") for t, _ in did]
    return amount(len(did) if asked else 1, n=len(asked), unit="count", failures=failures)


SIMPLE = {"status", "parcel", "cancel", "cancel sent"}


@fact(timeout_s=120)
async def strategies(
    subject: ServingSubject, seed: int
) -> dict[str, list[tuple[Task, bool, Json]]]:
    """Work on simple lookups by a fixed plan, and in a free loop of reasoning and acting."""
    tasks = [t for t in draw_tasks(draw_world(seed), seed + 1, many=2) if t.kind in SIMPLE]
    return {name: await tried(subject, seed, 9, name, tasks) for name in ("plan", "loop")}


# Reference, seeds 401 to 405: 0.962, 0.962, 1, 1, 1. The lowest less 0.2, five tickets in 26:
# the simulator chains tools badly, and another plan may lose some tickets too.
@criterion("P09.9", level=Level.ROBUST, at_least=0.76)
def a_free_loop_does_not_help(strategies: dict[str, list[tuple[Task, bool, Json]]]) -> Measured:
    """What a fixed plan wins over a free loop on simple tickets, in share of tickets rewarded.

    Both have the same tools, guards and limits.
    """
    plan, loop = ([won for _, won, _ in strategies[name]] for name in ("plan", "loop"))
    gain = sum(plan) / len(plan) - sum(loop) / len(loop)
    return amount(gain, n=len(plan), unit="points")
