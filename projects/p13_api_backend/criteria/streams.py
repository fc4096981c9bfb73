"""5: answers while they are written, and nothing written for nobody."""

import asyncio
from dataclasses import dataclass

from shared.criteria import Failure, Level, Measured, amount, criterion, fact, share

from .http import Client, Event, answered, new_key, text_of
from .service import Desk
from .upstream import Call, Cut, Fail

WORDS = ("The ", "lamp ", "left ", "on ", "Monday.")
LEAVES = 8
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Live:
    """What a client held while the model had not finished."""

    early: bool
    heartbeats: int
    whole: bool
    ordered: bool


@fact(timeout_s=60)
@answered
async def live(desk: Desk) -> list[Live]:
    """Read streams whose model pauses until we have seen its first words."""
    return [await watched_for_a_while(desk, name) for name in ("ana", "bruno", "agent")]


async def watched_for_a_while(desk: Desk, name: str) -> Live:
    """Read one stream, or notice that nothing comes."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await watched(desk, name)
    except TimeoutError:
        return Live(early=False, heartbeats=0, whole=False, ordered=False)


async def watched(desk: Desk, name: str) -> Live:
    """Read one stream; the model goes on only after its first word and a heartbeat were read."""
    more = asyncio.Event()
    mark = desk.plan(WORDS[0], WORDS[1], more, *WORDS[2:])
    events, early, beats = list[Event](), False, 0
    async with desk.clients[name].streamed({"question": f"When? {mark}"}) as stream:
        async for event in stream:
            if event.name:
                events.append(event)
            elif not more.is_set():
                beats += 1
            if not more.is_set() and text_of(events) == "The lamp " and beats:
                early = not desk.upstream.of(mark)[0].finished
                more.set()
    names = [event.name for event in events]
    ordered = names[0] == "started" and names[-1] == "done" and "started" not in names[1:]
    ids = [int(event.id) for event in events]
    whole = text_of(events) == "".join(WORDS) == events[-1].data["answer"]["text"]
    return Live(early, beats, whole, ordered and ids == sorted(ids))


@criterion("P13.5a", level=Level.SENIOR, at_least=1.0)
def words_come_while_the_model_speaks(live: list[Live]) -> Measured:
    """Streams whose words were read before the model ended, with a heartbeat while it was silent.

    The model here says no more until its first words have reached the client: what collects an
    answer before it sends never ends.
    """
    held = [one.early and one.heartbeats > 0 and one.whole and one.ordered for one in live]
    failures = [Failure(case=str(one)) for one, ok in zip(live, held, strict=True) if not ok]
    return share(held, failures=failures)


@dataclass(frozen=True)
class Left:
    """What became of a model's call whose client left."""

    case: str
    ended: bool
    pieces_after: int


@fact(timeout_s=120)
@answered
async def left(desk: Desk) -> list[Left]:
    """Leave streams: while the model is silent, and while it speaks."""
    found = []
    for number in range(LEAVES):
        silent = asyncio.Event()
        talk = (0.02, "and ") * 400
        mark = desk.plan(WORDS[0], *((silent,) if number % 2 else talk))
        async with desk.clients["ana"].streamed({"question": f"When? {mark}"}) as stream:
            async for event in stream:
                if event.name == "delta":
                    break
        call = await desk.upstream.until_called(mark)
        before = call.pieces
        found.append(
            Left("silent" if number % 2 else "speaking", await ends(call), call.pieces - before)
        )
    return found


async def ends(call: Call) -> bool:
    """Say whether the service hangs up on the model."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await call.left.wait()
    except TimeoutError:
        return False
    return True


# 20 ms between words: 25 words are half a second. The reference on 101 and 103: no word more.
@criterion("P13.5b", level=Level.SENIOR, at_least=1.0)
def who_leaves_ends_the_model(left: list[Left]) -> Measured:
    """Streams whose model is hung up on when the client leaves, at once, be it silent or speaking.

    Half of these models say nothing more: whoever notices only when sending notices never.
    """
    held = [one.ended and one.pieces_after <= 25 for one in left]
    failures = [Failure(case=str(one)) for one, ok in zip(left, held, strict=True) if not ok]
    return share(held, failures=failures)


@fact(timeout_s=60)
@answered
async def broken(desk: Desk) -> list[tuple[str, bool]]:
    """Break the model in mid-stream."""
    error = '{"error": {"message": "overloaded", "type": "server_error"}}'
    results = []
    for name, breaking in (("cut", Cut()), ("error event", Fail(500, error))):
        mark, key = desk.plan(*WORDS[:2], 0.05, breaking), new_key()
        body = {"question": f"When? {mark}"}
        events = [e for e in await desk.clients["ana"].events(body, key=key) if e.name]
        problem = events[-1].data.get("problem", {})
        told = events[-1].name == "error" and problem.get("status", 0) >= 500
        desk.upstream.plans[mark] = WORDS
        again = await desk.clients["ana"].events(body, key=key)
        results += [
            (f"{name}: what came before is sent", text_of(events).startswith(WORDS[0])),
            (f"{name}: the last event is an error with a problem", told and "trace_id" in problem),
            (f"{name}: asking again ends well", text_of(again) == "".join(WORDS)),
        ]
    return results


@criterion("P13.5c", level=Level.SENIOR, at_least=1.0)
def a_broken_stream_says_so(broken: list[tuple[str, bool]]) -> Measured:
    """What holds of streams whose model breaks: a last event that says so, and a way to go on.

    The status was sent long ago: an error can only be an event now.
    """
    return held_share(broken)


@fact(timeout_s=60)
@answered
async def resumed(desk: Desk) -> list[tuple[str, bool]]:
    """Leave streams in the middle and come back with the id of the last event."""
    ways, results = [True, False, desk.draw.random() < 0.5], await replayed(desk)
    desk.draw.shuffle(ways)  # so that counting calls tells nothing
    for name, repeats in zip(("ana", "bruno", "agent"), ways, strict=True):
        results += await resumed_once(desk, name, repeats=repeats)
    return results


async def resumed_once(desk: Desk, name: str, *, repeats: bool) -> list[tuple[str, bool]]:
    """Come back to a model that repeats itself to the letter, or that does not."""
    client, key = desk.clients[name], new_key()
    mark = desk.plan(*WORDS[:3], asyncio.Event())
    body, first = {"question": f"When? {mark}"}, list[Event]()
    async with client.streamed(body, key=key) as stream:
        async for event in stream:
            first.append(event)
            if text_of(first) == "The lamp left ":
                break
    await ends(await desk.upstream.until_called(mark))
    answer = WORDS if repeats else ("That ", *WORDS[1:])
    desk.upstream.plans[mark] = answer
    held = [event for event in first if event.name][:-1]  # the last one got lost
    then = await again(client, body, key, held[-1].id)
    told = text_of(held + then)
    case = "the same words" if repeats else "other words"
    sent = sum(len(e.data["text"]) for e in then if e.name == "delta")
    return [
        (f"{case}: the whole answer is held", told == "".join(answer)),
        (f"{case}: begun again only where needed", repeats != any(e.name == "reset" for e in then)),
        (f"{case}: nothing is sent twice", not repeats or sent == len(told) - int(held[-1].id)),
    ]


async def again(client: Client, body: object, key: str, seen: str) -> list[Event]:
    """Come back; the service may still be tidying up, and says so."""
    for _ in range(20):
        try:
            return [e for e in await client.events(body, key=key, seen=seen) if e.name]
        except ConnectionRefusedError as error:
            if not str(error).startswith("409"):
                raise
            await asyncio.sleep(0.2)
    return []


async def replayed(desk: Desk) -> list[tuple[str, bool]]:
    """Come back to an answer that is complete."""
    mark, key = desk.plan(*WORDS), new_key()
    body = {"question": f"When? {mark}"}
    first = await desk.clients["ana"].events(body, key=key)
    rest = await desk.clients["ana"].events(body, key=key, seen="4")
    other = await desk.clients["ana"].post("/v1/answers", body, key=key)
    return [
        ("complete: the rest comes from the store", text_of(rest) == "".join(WORDS)[4:]),
        ("complete: the same answer", rest[-1].data == first[-1].data),
        ("complete: the same as a whole", other.json() == first[-1].data["answer"]),
        ("complete: the model is asked once", len(desk.upstream.of(mark)) == 1),
    ]


@criterion("P13.5d", level=Level.SENIOR, at_least=1.0)
def streams_are_resumed(resumed: list[tuple[str, bool]]) -> Measured:
    """What holds of streams that are taken up again: the whole answer, nothing twice, no new cost.

    A model asked again may use other words: then the client must drop what it has, and be told so.
    """
    return held_share(resumed)


def held_share(results: list[tuple[str, bool]]) -> Measured:
    """Measure the share of expectations that held."""
    failures = [Failure(case=case) for case, held in results if not held]
    return share((held for _, held in results), failures=failures)


@fact()
@answered
async def unpaid(desk: Desk, left: list[Left]) -> int:
    """Count calls that nobody waits for any more and that are open still."""
    await asyncio.sleep(0)
    return desk.upstream.open if left else 0


@criterion("P13.5e", level=Level.SENIOR, at_most=0)
def no_call_is_left_open(unpaid: int) -> Measured:
    """Calls to the model that are open after everybody has left."""
    return amount(unpaid, n=LEAVES)
