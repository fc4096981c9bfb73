"""Routes for people and graders: the ledger, truths for the oracle, the run itself.

``GET /sim/run`` is always open. The rest (``GET /sim/ledger?tag=…``, ``GET /sim/totals?tag=…``,
``POST /sim/truth``, ``POST /sim/reset``) is open in practice mode; in an exam it needs the grader's
token as ``x-sim-grader``.
"""

import hmac
from urllib.parse import parse_qs

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from shared.simulator.dialects.errors import ApiError
from shared.simulator.drills import DRILLS
from shared.simulator.oracle import Truth
from shared.simulator.state import VERSION, State, commitment
from shared.simulator.wire import Exchange

_TRUTHS = TypeAdapter(list[Truth])


async def admin(state: State, exchange: Exchange, route: str) -> None:
    """Serve a route under ``/sim/``."""
    if route == "run":
        exchange.expect("GET")
        await exchange.answer(200, to_json(_run(state)))
        return
    _check_grader(state, exchange)
    query = parse_qs(exchange.query.decode("latin-1"))
    tag = query["tag"][0] if "tag" in query else None
    match exchange.method, route:
        case "GET", "ledger":
            calls = [entry.shown() for entry in state.ledger.of(tag)]
            await exchange.answer(200, to_json({**state.ledger.totals(tag), "entries": calls}))
        case "GET", "totals":
            await exchange.answer(200, to_json(state.ledger.totals(tag)))
        case "POST", "truth":
            await exchange.answer(200, to_json({"truths": await _tell(state, exchange)}))
        case "POST", "reset":
            state.forget()
            await exchange.answer(200, to_json({"forgotten": True}))
        case _:
            raise ApiError(404, f"There is nothing at {exchange.method} {exchange.path}.")


def _run(state: State) -> dict[str, object]:
    return {
        "simulator": True,
        "version": VERSION,
        "mode": state.mode,
        "clock": state.clock.name,
        "commitment": commitment(state.seed),
        "elapsed_s": state.clock.elapsed(),
        "models": list(state.profiles),
        "drills": dict(DRILLS),
    }


def _check_grader(state: State, exchange: Exchange) -> None:
    if state.mode == "practice":
        return
    shown = exchange.header(b"x-sim-grader").encode()
    if not state.grader_token or not hmac.compare_digest(shown, state.grader_token.encode()):
        raise ApiError(403, "This is an exam: only its grader may look here.")


async def _tell(state: State, exchange: Exchange) -> int:
    try:
        return state.truths.tell(_TRUTHS.validate_json(await exchange.body()))
    except ValidationError:
        raise ApiError(
            400, 'Truths are a list of {"when": ["…"], "text": "…", "tool_calls": []}.'
        ) from None
