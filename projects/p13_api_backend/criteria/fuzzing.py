"""2: the whole contract, met with what nobody thought of."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from shared.criteria import Failure, Level, Measured, amount, criterion, fact

from .changes import Contracts
from .http import answered, pump
from .service import Desk

EXAMPLES = 12
TOO_LATE = 504


@dataclass(frozen=True)
class Fuzzed:
    """What became of one operation."""

    operation: str
    cases: int
    failure: str


@fact(timeout_s=240)
@answered
async def fuzzed(desk: Desk, contracts: Contracts, seed: int) -> list[Fuzzed]:
    """Have schemathesis draw requests for every operation and apply all of its checks."""
    async with reachable(desk.path) as url:
        key = desk.clients["agent"].key
        return await asyncio.to_thread(lambda: list(run(contracts.served, url, key, seed)))


def run(document: dict[str, Any], url: str, key: str, seed: int) -> Iterator[Fuzzed]:
    """Try every operation; valid and invalid requests in turns.

    A 504 is no fault where the drawn request set a deadline: on a busy machine 50 ms do pass.
    """
    import hypothesis  # noqa: PLC0415 (slow to import, and only needed here)
    import schemathesis  # noqa: PLC0415 (same)
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415 (same)

    told = {"auth": {"openapi": {"HTTPBearer": {"bearer": key}}}}
    config = schemathesis.Config.from_dict(told)
    schema = schemathesis.openapi.from_dict(document, config=config)
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # P13.1 has seen to the document
        count = 0
        failure = ""
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

            @hypothesis.seed(seed)
            @hypothesis.settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[hypothesis.Phase.generate],
                suppress_health_check=list(hypothesis.HealthCheck),
            )
            @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
            def test(case: Any) -> None:
                nonlocal count
                count += 1
                answer = case.call(base_url=url)
                asked_for = answer.status_code == TOO_LATE and "x-deadline-ms" in (
                    case.headers or {}
                )
                excluded = [not_a_server_error] if asked_for else []
                case.validate_response(answer, excluded_checks=excluded)

            try:
                test()
            except hypothesis.errors.Unsatisfiable:
                continue  # nothing invalid can be sent to it
            except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 (whatever a check found)
                failure = failure or f"{type(error).__name__}: {error}"[:2600]
        yield Fuzzed(operation.label, count, failure)


@asynccontextmanager
async def reachable(path: str) -> AsyncIterator[str]:
    """Give the service's socket an address on loopback."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(path)
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@criterion("P13.2", level=Level.ROBUST, at_most=0)
def the_contract_holds_under_fuzzing(fuzzed: list[Fuzzed]) -> Measured:
    """Operations in which schemathesis finds something: status, type, schema, methods, keys.

    What the contract does not say may not happen, and what it allows may not be refused.
    """
    failures = [Failure(case=f.operation, actual=f.failure) for f in fuzzed if f.failure]
    return amount(len(failures), n=sum(f.cases for f in fuzzed), failures=failures)
