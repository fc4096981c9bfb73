"""OpenAI's embeddings, as floats or base64."""

import asyncio
import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field
from pydantic_core import to_json

from shared.simulator.address import Address
from shared.simulator.admission import admit, call_key, request_time, strike_instead
from shared.simulator.dialects.body import Body, parse
from shared.simulator.dialects.errors import ApiError, invalid
from shared.simulator.ledger import Entry
from shared.simulator.pacing import fail
from shared.simulator.profiles import Profile
from shared.simulator.state import State
from shared.simulator.wire import Exchange

if TYPE_CHECKING:
    from shared.embeddings.model import Embedder, Vectors

MAX_TEXTS: Final = 2_048


class EmbeddingsBody(Body):
    """The body of ``POST /v1/embeddings``."""

    model: str
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = Field(default=None, ge=1)
    user: str | None = None


async def answer_embeddings(state: State, exchange: Exchange, address: Address) -> None:
    """Embed the texts of one request; raises ``ApiError``."""
    now = request_time(state.clock, exchange)
    drill = state.drill_at(now, address.drill)
    limits = admit(state, address, drill, now)
    body = await exchange.body()
    asked = parse(EmbeddingsBody, body)
    texts = _texts(asked.input)
    profile = _profile(state, asked.model)
    key = call_key(state, body)
    entry = Entry(tag=address.tag, dialect="embeddings", model=profile.name, body=body, key=key)
    state.ledger.add(entry)
    fault = strike_instead(state, exchange, address, drill, entry)
    if fault is not None:
        await fail(state, exchange, fault, entry)
        return
    embedder = await state.embedder()
    if asked.dimensions not in {None, embedder.dimensions}:
        raise invalid(
            f"This model has {embedder.dimensions} dimensions and cannot be shortened.",
            param="dimensions",
        )
    tokens = await asyncio.to_thread(_count, embedder, texts)
    vectors = await embedder.embed(texts)
    entry.input_tokens = tokens
    entry.cost_usd = tokens * profile.input_price / 1_000_000
    await exchange.answer(
        200,
        to_json(
            {
                "object": "list",
                "data": _rows(vectors, as_text=asked.encoding_format == "base64"),
                "model": profile.name,
                "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            }
        ),
        headers=[
            *state.told(profile).headers,
            (b"x-request-id", f"sim-req-{key}".encode()),
            *limits,
        ],
    )


def _texts(given: str | Sequence[str] | Sequence[int] | Sequence[list[int]]) -> list[str]:
    texts = [given] if isinstance(given, str) else list(given)
    strings = [text for text in texts if isinstance(text, str)]
    if len(strings) < len(texts):
        raise invalid(
            "The simulator embeds texts, not token ids: in LangChain, set"
            " check_embedding_ctx_length=False.",
            param="input",
        )
    if not strings or len(strings) > MAX_TEXTS:
        raise invalid(f"Give between 1 and {MAX_TEXTS} texts.", param="input")
    if not all(strings):
        raise invalid("A text to embed must not be empty.", param="input")
    return strings


def _profile(state: State, model: str) -> Profile:
    profile = state.profiles.get(model)
    if profile is None or profile.control != "embedding":
        names = [one.name for one in state.profiles.values() if one.control == "embedding"]
        raise ApiError(
            404,
            f"The model '{model}' does not embed texts. The simulator has: {', '.join(names)}.",
            code="model_not_found",
            param="model",
        )
    return profile


def _count(embedder: "Embedder", texts: Sequence[str]) -> int:
    """Count the tokens; raises ``ApiError`` for a text longer than the model reads."""
    total = 0
    for number, text in enumerate(texts):
        # A token is at least one character, so what is far too long need not be tokenised.
        tokens = len(text) if len(text) > 1_000_000 else embedder.count_tokens(text)
        if tokens > embedder.max_tokens:
            raise ApiError(
                400,
                f"This model's maximum context length is {embedder.max_tokens} tokens; input"
                f" {number} has {tokens}. Split it into shorter texts.",
                code="context_length_exceeded",
                param="input",
            )
        total += tokens
    return total


def _rows(vectors: "Vectors", *, as_text: bool) -> list[dict[str, Any]]:
    little = vectors.astype("<f4")
    return [
        {
            "object": "embedding",
            "index": number,
            "embedding": base64.b64encode(row.tobytes()).decode() if as_text else row.tolist(),
        }
        for number, row in enumerate(little)
    ]
