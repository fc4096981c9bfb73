"""OpenAI's audio transcriptions, for the sounds that the simulator can hear."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic_core import to_json

from shared.simulator.address import Address
from shared.simulator.admission import admit, call_key, request_time, strike_instead
from shared.simulator.answer import chat_profile
from shared.simulator.dialects.errors import invalid
from shared.simulator.ledger import Entry
from shared.simulator.pacing import fail
from shared.simulator.state import State
from shared.simulator.wire import JSON, Exchange

if TYPE_CHECKING:
    from shared.simulator.hearing import Heard

EVENTS: Final = b"text/event-stream; charset=utf-8"
FORMATS: Final = ("json", "text", "verbose_json", "srt", "vtt")


class Form(NamedTuple):
    """A form as it was sent: its fields, and its file."""

    fields: Mapping[str, str]
    file: bytes | None


def read_form(body: bytes, content_type: str) -> Form:
    """Read a multipart form; raises ``ApiError``."""
    if not content_type.startswith("multipart/form-data"):
        raise invalid("Send the sound as multipart/form-data, in the field 'file'.", param="file")
    head = b"content-type: " + content_type.encode("latin-1") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    fields: dict[str, str] = {}
    file: bytes | None = None
    for part in message.iter_parts() if message.is_multipart() else ():
        name = str(part.get_param("name", "", header="content-disposition"))
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        if name == "file":
            file = content
        else:
            fields[name] = content.decode("utf-8", "replace")
    return Form(fields, file)


async def answer_transcription(state: State, exchange: Exchange, address: Address) -> None:
    """Transcribe one sound; raises ``ApiError``."""
    from shared.simulator.hearing import UnheardError, hear  # noqa: PLC0415 - loads numpy

    now = request_time(state.clock, exchange)
    drill = state.drill_at(now, address.drill)
    limits = admit(state, address, drill, now)
    body = await exchange.body()
    form = await asyncio.to_thread(read_form, body, exchange.header(b"content-type"))
    profile = chat_profile(state, form.fields.get("model", ""))
    wanted = form.fields.get("response_format", "json")
    if wanted not in FORMATS:
        raise invalid(f"'response_format' is one of {', '.join(FORMATS)}.", param="response_format")
    streams = form.fields.get("stream", "false").lower() == "true"
    if streams and wanted not in {"json", "text"}:
        raise invalid("What is streamed comes as 'json' or 'text'.", param="response_format")
    if form.file is None:
        raise invalid("Missing required parameter: 'file'.", param="file")
    told = to_json(
        {
            "model": profile.name,
            "audio_bytes": len(form.file),
            "audio_digest": blake2b(form.file, digest_size=12).hexdigest(),
        }
    )
    key = call_key(state, told)
    entry = Entry(tag=address.tag, dialect="transcriptions", model=profile.name, body=told, key=key)
    state.ledger.add(entry)
    fault = strike_instead(state, exchange, address, drill, entry)
    if fault is not None:
        await fail(state, exchange, fault, entry)
        return
    try:
        heard = await asyncio.to_thread(hear, form.file)
    except UnheardError as error:
        entry.status = 400
        raise invalid(str(error), param="file", code="invalid_file") from None
    shown, kind = _streamed(heard) if streams else _rendered(heard, wanted)
    request_id = (b"x-request-id", f"sim-req-{key}".encode())
    headers = [*state.told(profile).headers, request_id, *limits]
    await exchange.answer(200, shown, content_type=kind, headers=headers)


def _streamed(heard: "Heard") -> tuple[bytes, bytes]:
    """Write a word an event, then all of them; hearing takes no simulated time, so all come now."""
    said = re.findall(r"\s*\S+", heard.text)
    events = [{"type": "transcript.text.delta", "delta": word} for word in said]
    events.append({"type": "transcript.text.done", "text": heard.text})
    return b"".join(b"data: %b\n\n" % to_json(event) for event in events), EVENTS


def _rendered(heard: "Heard", wanted: str) -> tuple[bytes, bytes]:
    if wanted == "text":
        return f"{heard.text}\n".encode(), b"text/plain; charset=utf-8"
    if wanted in {"srt", "vtt"}:
        lines = "\n".join(_subtitles(heard, comma="," if wanted == "srt" else "."))
        head = "" if wanted == "srt" else "WEBVTT\n\n"
        return f"{head}{lines}\n".encode(), b"text/plain; charset=utf-8"
    usage = {"type": "duration", "seconds": round(heard.seconds)}
    answer: dict[str, Any] = {"text": heard.text, "usage": usage}
    if wanted == "verbose_json":
        answer |= {"task": "transcribe", "language": "unknown", "duration": heard.seconds}
        answer["words"] = [
            {"word": word.text, "start": word.start_s, "end": word.end_s} for word in heard.words
        ]
        answer["segments"] = []
    return to_json(answer), JSON


def _subtitles(heard: "Heard", *, comma: str) -> Iterator[str]:
    for number, word in enumerate(heard.words, 1):
        yield f"{number}\n{_stamp(word.start_s, comma)} --> {_stamp(word.end_s, comma)}"
        yield f"{word.text}\n"


def _stamp(seconds: float, comma: str) -> str:
    whole = int(seconds * 1000)
    minutes, milliseconds = divmod(whole, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{comma}{milliseconds % 1000:03}"
