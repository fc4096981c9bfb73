import io
import wave

import httpx
import numpy as np
import openai
import pytest
from numpy.typing import NDArray

from shared.simulator.address import drill_url
from shared.simulator.hearing import HIGH, KEYS, LOW, MORSE, UnheardError, hear

pytestmark = pytest.mark.anyio

RATE = 8_000
CODES = {letter: code for code, letter in MORSE.items()}


def tone(seconds: float, *pitches: float) -> NDArray[np.float64]:
    times = np.arange(int(seconds * RATE)) / RATE
    parts = [np.sin(2 * np.pi * pitch * times) for pitch in pitches]
    return np.sum(parts, axis=0) / max(1, len(parts)) if parts else np.zeros(len(times))


def wav(signal: NDArray[np.float64], *, snr_db: float | None = None) -> bytes:
    if snr_db is not None:
        noise = np.random.default_rng(1).normal(size=len(signal))
        loud = np.sqrt(np.mean(signal[signal != 0] ** 2))
        signal = signal + noise * loud / 10 ** (snr_db / 20)
    samples = (np.clip(signal * 0.5, -1, 1) * 32_767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(RATE)
        clip.writeframes(samples.tobytes())
    return file.getvalue()


def morse(text: str, *, unit: float = 0.06, pitch: float = 600.0) -> NDArray[np.float64]:
    parts = [tone(0.1)]
    for word in text.split(" "):
        for letter in word:
            for mark in CODES[letter]:
                parts += [tone(unit if mark == "." else 3 * unit, pitch), tone(unit)]
            parts.append(tone(2 * unit))
        parts.append(tone(4 * unit))
    return np.concatenate(parts)


def dialled(keys: str) -> NDArray[np.float64]:
    parts = [tone(0.1)]
    for key in keys:
        row = next(number for number, line in enumerate(KEYS) if key in line)
        parts += [tone(0.1, LOW[row], HIGH[KEYS[row].index(key)]), tone(0.08)]
    return np.concatenate(parts)


@pytest.mark.parametrize("unit", [0.03, 0.06, 0.12])
@pytest.mark.parametrize("snr_db", [None, 10.0])
def test_morse_is_read_at_any_speed_and_through_noise(unit: float, snr_db: float | None) -> None:
    heard = hear(wav(morse("ORDER 4711 LATE", unit=unit), snr_db=snr_db))

    assert heard.text == "ORDER 4711 LATE"


@pytest.mark.parametrize("snr_db", [None, 10.0])
def test_dial_tones_are_told_apart(snr_db: float | None) -> None:
    heard = hear(wav(dialled("0123456789*#"), snr_db=snr_db))

    assert heard.text.replace(" ", "") == "0123456789*#"
    assert heard.words[0].start_s == pytest.approx(0.1, abs=0.03)


def test_silence_says_nothing() -> None:
    assert hear(wav(tone(1.0))).text == ""


@pytest.mark.parametrize("data", [b"", b"RIFF", b"not a sound at all" * 100])
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(UnheardError):
        hear(data)


async def test_the_client_gets_a_transcript_in_every_format(base_url: str) -> None:
    clip = ("note.wav", wav(morse("HELLO")), "audio/wav")
    async with openai.AsyncOpenAI(base_url=base_url, api_key="sim", max_retries=0) as client:
        whole = await client.audio.transcriptions.create(model="sim-smart", file=clip)
        text = await client.audio.transcriptions.create(
            model="sim-smart", file=clip, response_format="text"
        )
        timed = await client.audio.transcriptions.create(
            model="sim-smart", file=clip, response_format="srt"
        )

    assert whole.text == "HELLO"
    assert text == "HELLO\n"
    assert "00:00:00,1" in timed


async def test_a_stream_says_the_same_word_by_word(base_url: str) -> None:
    clip = ("note.wav", wav(morse("HELLO WORLD")), "audio/wav")

    async with openai.AsyncOpenAI(base_url=base_url, api_key="sim", max_retries=0) as client:
        stream = await client.audio.transcriptions.create(model="sim-smart", file=clip, stream=True)
        events = [event async for event in stream]

    *deltas, done = events
    assert done.type == "transcript.text.done"
    assert done.text == "HELLO WORLD"
    assert [event.type for event in deltas] == ["transcript.text.delta"] * 2
    assert "".join(getattr(event, "delta", "") for event in deltas) == done.text


async def test_subtitles_are_not_streamed(base_url: str, http: httpx.AsyncClient) -> None:
    answer = await http.post(
        f"{base_url}/audio/transcriptions",
        data={"model": "sim-smart", "stream": "true", "response_format": "srt"},
        files={"file": ("note.wav", wav(morse("HELLO")), "audio/wav")},
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "response_format"


@pytest.mark.parametrize("sent", [b"", b"--x\r\n\r\n", b"\x00\xff" * 50])
async def test_a_form_without_a_sound_is_a_400(
    base_url: str, http: httpx.AsyncClient, sent: bytes
) -> None:
    answer = await http.post(
        f"{base_url}/audio/transcriptions",
        content=sent,
        headers={"content-type": "multipart/form-data; boundary=x"},
    )

    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["message"]


async def test_a_drill_strikes_transcriptions_too(base_url: str) -> None:
    clip = ("note.wav", wav(morse("HELLO")), "audio/wav")
    url = drill_url(base_url, {"overloaded_529": 1.0})

    async with openai.AsyncOpenAI(base_url=url, api_key="sim", max_retries=0) as client:
        with pytest.raises(openai.InternalServerError) as caught:
            await client.audio.transcriptions.create(model="sim-smart", file=clip)

    assert caught.value.status_code == 529
