"""Hear what there is to hear in a sound: dial tones and Morse code. Speech it does not understand.

Both are decoded from the samples themselves, so noise, clipping and speed matter as they would to
any listener. Times are in seconds.
"""

import io
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Signal: TypeAlias = NDArray[np.float64]

MAX_SECONDS: Final = 1_500
LOW: Final = (697.0, 770.0, 852.0, 941.0)
HIGH: Final = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS: Final = ("123A", "456B", "789C", "*0#D")
_FRAME_S: Final = 0.030
_HOP_S: Final = 0.010
_TONE_SHARE: Final = 0.45
_MORSE_HOP_S: Final = 0.005
_LETTERS: Final = (
    "A.- B-... C-.-. D-.. E. F..-. G--. H.... I.. J.--- K-.- L.-.. M-- N-. O--- P.--. Q--.- R.-."
    " S... T- U..- V...- W.-- X-..- Y-.-- Z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-...."
    " 7--... 8---.. 9----. ..-.-.- ,--..-- ?..--.. /-..-. =-...-"
)
MORSE: Final = {item[1:]: item[0] for item in _LETTERS.split(" ")}


class UnheardError(Exception):
    """The bytes are no sound that can be read."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word and when it was heard."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that was heard in a clip of so many seconds."""

    words: tuple[Word, ...]
    seconds: float

    @property
    def text(self) -> str:
        """The words, joined."""
        return " ".join(word.text for word in self.words)


def hear(data: bytes) -> Heard:
    """Transcribe a WAV file of 16-bit samples; raises ``UnheardError``."""
    signal, rate = _samples(data)
    seconds = len(signal) / rate
    if not len(signal) or float(np.max(np.abs(signal))) < 1e-4:
        return Heard((), seconds)
    words = tuple(_dialled(signal, rate)) or tuple(_keyed(signal, rate))
    return Heard(words, seconds)


def _samples(data: bytes) -> tuple[Signal, int]:
    try:
        with wave.open(io.BytesIO(data)) as clip:
            rate, channels, width = clip.getframerate(), clip.getnchannels(), clip.getsampwidth()
            if width != 2 or rate < 4_000 or clip.getnframes() > MAX_SECONDS * rate:
                raise UnheardError(
                    f"Only 16-bit WAV from 4 kHz up and to {MAX_SECONDS} seconds can be read."
                )
            raw = clip.readframes(clip.getnframes())
    except (wave.Error, EOFError, ValueError, ZeroDivisionError) as error:
        raise UnheardError(f"The file is no readable WAV ({error}).") from None
    whole = len(raw) // (2 * channels) * channels
    samples = np.frombuffer(raw[: 2 * whole], "<i2").reshape(-1, channels).mean(axis=1)
    return samples / 32_768.0, rate


def _frames(signal: Signal, size: int, hop: int) -> Signal:
    if len(signal) < size:
        signal = np.pad(signal, (0, size - len(signal)))
    windows: Signal = np.lib.stride_tricks.sliding_window_view(signal, size)[::hop]
    return windows


def _power(frames: Signal, rate: int, tones: Sequence[float]) -> Signal:
    """Goertzel's sums for all frames at once: shape (frames, tones), as shares of each frame."""
    size = frames.shape[1]
    turns = np.exp(-2j * np.pi * np.outer(np.arange(size) / rate, tones))
    energy = np.maximum((frames**2).sum(axis=1), 1e-9)
    power: Signal = 2 * np.abs(frames @ turns) ** 2 / size / energy[:, np.newaxis]
    return power


def _dialled(signal: Signal, rate: int) -> Iterator[Word]:
    """Find dial tones: a low and a high one together that hold most of a frame's energy."""
    size, hop = int(_FRAME_S * rate), int(_HOP_S * rate)
    frames = _frames(signal, size, hop)
    low, high = _power(frames, rate, LOW), _power(frames, rate, HIGH)
    loud = (frames**2).mean(axis=1) > 0.1 * float(np.max((frames**2).mean(axis=1)))
    share = low.max(axis=1) + high.max(axis=1)
    both = np.minimum(low.max(axis=1), high.max(axis=1)) > 0.15
    held = loud & both & (share > _TONE_SHARE)
    keys = np.where(held, low.argmax(axis=1) * 4 + high.argmax(axis=1), -1)
    place = 0
    for key, run in groupby(keys.tolist()):
        length = len(list(run))
        if key >= 0 and length >= 2:
            start = place * hop / rate
            yield Word(KEYS[key // 4][key % 4], start, start + length * hop / rate)
        place += length


def _keyed(signal: Signal, rate: int) -> Iterator[Word]:
    """Read Morse code in the strongest tone."""
    hop = max(1, int(_MORSE_HOP_S * rate))
    spectrum = np.abs(np.fft.rfft(signal[: 60 * rate]))
    spectrum[: int(150 * len(signal[: 60 * rate]) / rate)] = 0.0
    tone = float(spectrum.argmax()) * rate / len(signal[: 60 * rate])
    frames = _frames(signal, 2 * hop, hop)
    turns = np.exp(-2j * np.pi * tone * np.arange(2 * hop) / rate)
    envelope = np.abs(frames @ turns)
    on = envelope > 0.5 * float(np.percentile(envelope, 95))
    runs = [(bool(is_on), len(list(group))) for is_on, group in groupby(on.tolist())]
    marks = sorted(length for is_on, length in runs if is_on and length >= 2)
    if len(marks) < 2:
        return
    yield from _words(runs, _unit(marks), hop / rate)


def _unit(marks: Sequence[int]) -> float:
    """Estimate a dot's length: below the widest gap between mark lengths, if there is one."""
    steps = [(later / earlier, place) for place, (earlier, later) in enumerate(pairwise(marks))]
    widest, place = max(steps)
    if widest < 1.6:
        return float(np.median(marks))
    return float(np.median(marks[: place + 1]))


def _words(runs: Sequence[tuple[bool, int]], unit: float, step_s: float) -> Iterator[Word]:
    letters = code = ""
    start = end = place = 0
    for is_on, length in runs:
        if is_on and length >= max(2.0, unit / 3):
            start = start if letters or code else place
            code += "-" if length > 2 * unit else "."
            end = place + length
        elif not is_on and length > 2 * unit:
            letters, code = letters + MORSE.get(code, "�" if code else ""), ""
            if length > 5 * unit and letters:
                yield Word(letters, start * step_s, end * step_s)
                letters = ""
        place += length
    letters += MORSE.get(code, "�" if code else "")
    if letters:
        yield Word(letters, start * step_s, end * step_s)
