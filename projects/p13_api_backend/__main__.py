"""Serve Farol's assistant, or write its contract.

python -m projects.p13_api_backend serve --port 8013
python -m projects.p13_api_backend openapi > projects/p13_api_backend/openapi.json
"""

import argparse
import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import cast
from urllib.parse import quote, urlsplit, urlunsplit

from projects.p13_api_backend.edge import Drain
from projects.p13_api_backend.given.app import create_app
from projects.p13_api_backend.given.contract import Line, Options, Order, Role
from projects.p13_api_backend.given.depends import Opening
from projects.p13_api_backend.openapi import describe, rendered
from projects.p13_api_backend.serving import issue, serve, stock
from shared.errors import CapstoneError, ConfigurationError
from shared.llm.connect import connect
from shared.postgres.database import database
from shared.postgres.server import server
from shared.settings import Settings, read_settings
from shared.world import model as farol
from shared.world.world import draw

BAD_INPUT = 2
NAME = "farol_api"


def order_of(order: farol.Order, names: dict[str, str]) -> Order:
    """Turn an order of Farol's world into one of the service."""
    lines = tuple(
        Line(
            sku=line.sku,
            name=names[line.sku],
            quantity=line.quantity,
            total_cents=int(line.total * 100),
        )
        for line in order.lines
    )
    return Order(
        id=order.id,
        customer_id=order.customer_id,
        placed_on=order.placed_on,
        status=order.status,
        currency=order.currency,
        total_cents=int(order.total * 100),
        lines=lines,
    )


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """Find a database: the one that DATABASE_URL names, or one of the embedded server."""
    async with server(settings) as url:
        if settings.database_url is not None:
            yield url
            return
        async with database(settings, NAME, size=1):
            yield urlunsplit(urlsplit(url)._replace(path="/" + quote(NAME)))


async def serve_all(settings: Settings, seed: int, port: int) -> None:
    """Serve on loopback, with orders to ask about and keys to ask with."""
    listening, world = listen(port), draw(seed)
    names = {product.sku: product.name for product in world.products}
    async with database_url(settings) as url, connect(settings) as model:
        await stock(url, [order_of(order, names) for order in world.orders])
        order = world.orders[-1]
        key = await issue(url, order.customer_id, Role.CUSTOMER, burst=60, per_s=1)
        agent = await issue(url, "demo-agent", Role.AGENT, burst=60, per_s=1)
        print(usage(listening.getsockname()[1], key, agent, order.id), flush=True)
        with listening:
            await serve(listening, url, model, Options())


def listen(port: int) -> socket.socket:
    """Open a port on loopback; raises ``ConfigurationError`` where it is taken."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=512)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(
            f"Nothing can be served on port {port} ({error}).",
            advice="Choose another --port, or 0 for any that is free.",
        ) from error


def usage(port: int, key: str, agent: str, order_id: str) -> str:
    """Write lines that a person can paste."""
    base = f"http://127.0.0.1:{port}"
    return f"""A customer's key, good for 60 requests and one more a second: {key}
An agent's key, who may pay refunds: {agent}

curl -N {base}/v1/answers/stream -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/json' -H 'Idempotency-Key: try-1' \\
  -d '{{"question": "What is the status of the order?", "order_id": "{order_id}"}}'

Contract: {base}/openapi.json  Readiness: {base}/readyz  Stop: Ctrl-C"""


def contract() -> str:
    """Write the contract; nothing is opened for it."""
    app = create_app(cast("Opening", nullcontext), options=Options(), drain=Drain())
    return rendered(describe(app))


def main() -> int:
    """Read the command line; answer errors with one sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m projects.p13_api_backend")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="serve on loopback until Ctrl-C")
    serving.add_argument("--port", type=int, default=8013)
    serving.add_argument("--seed", type=int, default=7)
    commands.add_parser("openapi", help="print the contract that is committed")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    try:
        if asked.command == "openapi":
            sys.stdout.write(contract())
        else:
            asyncio.run(serve_all(read_settings(), asked.seed, asked.port))
    except CapstoneError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
