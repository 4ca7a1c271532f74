"""The loop of `make fuzz`: try inputs until the time is up, keep those that reach new lines, note faults."""

from __future__ import annotations

import hashlib
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from tests.fuzz.coverage import Coverage
from tests.fuzz.mutation import mutated, random_bytes

PATIENCE = 10.0  # seconds of CPU for one input
_TRACED = 25  # of so many inputs one is traced, which takes ten times as long
_MOST_FAULTS = 20  # of a target: then something else is to be mended first
_MINIMISING = 20.0  # seconds


class Target(NamedTuple):
    """What is tried: `check` raises on a fault. `seeds` are inputs to begin with, `words` are put into them.

    `covered` are the folders and files whose lines are counted.
    """

    name: str
    check: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    words: Callable[[], Sequence[bytes]] = tuple
    covered: tuple[str, ...] = ()


class Fault(NamedTuple):
    """An input, minimised, and what it led to."""

    data: bytes
    place: str
    text: str


class Result(NamedTuple):
    """What a run of a target gave; `grown` is by how many MiB the process's peak memory grew."""

    tries: int
    seconds: float
    kept: int
    faults: tuple[Fault, ...]
    coverage: Coverage
    grown: float


class TooSlow(Exception):  # noqa: N818 - a fault, found like any other
    """An input took longer than any may."""


def fuzz(target: Target, seed: int, *, seconds: float | None = None, tries: int | None = None) -> Result:
    """Try a target for so many seconds, or so many inputs."""
    rng = random.Random(f"{target.name} {seed}")
    pool, words = list(target.seeds()), list(target.words())
    rng.shuffle(pool)
    coverage = Coverage(target.covered)
    faults: dict[str, Fault] = {}
    begun, memory = time.monotonic(), _peak()
    seeds = len(pool)
    number = 0
    for data in _inputs(pool, words, rng):
        late = seconds is not None and time.monotonic() - begun >= seconds
        if late or (tries is not None and number >= tries) or len(faults) >= _MOST_FAULTS:
            break
        traced = bool(target.covered) and (number < _TRACED or number % _TRACED == 0)
        number += 1
        with coverage.traced() if traced else nullcontext():
            place = _place_of(target, data)
        if traced and coverage.grew and number > seeds:
            pool.append(data)
        if place and place not in faults:
            small = minimised(data, place, target)
            faults[place] = Fault(small, place, _text_of(target, small))
    took = time.monotonic() - begun
    return Result(number, took, len(pool) - seeds, tuple(faults.values()), coverage, _peak() - memory)


def _inputs(pool: list[bytes], words: Sequence[bytes], rng: random.Random) -> Iterator[bytes]:
    """The seeds, then mutations of everything in the pool, without end."""
    yield from tuple(pool)
    while True:
        yield random_bytes(rng) if rng.random() < 0.02 or not pool else mutated(rng.choice(pool), pool, words, rng)


def _peak() -> float:
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


@contextmanager
def _limited() -> Iterator[None]:
    """Raise TooSlow in the block after PATIENCE seconds of CPU."""

    def late(_: int, __: FrameType | None) -> None:
        raise TooSlow(f"takes more than {PATIENCE:g} s of CPU")

    old = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, old)


def _place_of(target: Target, data: bytes) -> str:
    """Where the check failed, and with what: faults of one place are one fault. "" if all is well."""
    try:
        with _limited():
            target.check(data)
    except Exception as error:
        if isinstance(error, TooSlow):
            return "too slow"
        frames = traceback.extract_tb(error.__traceback__)
        # The innermost line of ours: what a library was given counts, not where in it that went wrong.
        last = next((frame for frame in reversed(frames) if "site-packages" not in frame.filename), frames[-1])
        # A check of ours says in its words what it found.
        words = f": {str(error)[:150]}" if Path(last.filename).name == "targets.py" and str(error) else ""
        return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}{words}"
    return ""


def _text_of(target: Target, data: bytes) -> str:
    try:
        with _limited():
            target.check(data)
    except Exception:
        return traceback.format_exc()
    return ""


def minimised(data: bytes, place: str, target: Target) -> bytes:
    """A smaller input that fails at the same place: parts are left out, ever smaller ones, for a limited time."""
    until = time.monotonic() + _MINIMISING
    size = max(len(data) // 2, 1)
    while size and time.monotonic() < until:
        at, smaller = 0, False
        while at < len(data) and time.monotonic() < until:
            rest = data[:at] + data[at + size :]
            if _place_of(target, rest) == place:
                data, smaller = rest, True
            else:
                at += size
        if not smaller:
            size //= 2
    return data


def write(fault: Fault, target: Target, folder: Path) -> Path:
    """Write the input and what it led to into a folder; gives the input's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{target.name}-{hashlib.sha256(fault.place.encode()).hexdigest()[:8]}"
    path.write_bytes(fault.data)
    path.with_suffix(".txt").write_text(fault.text, encoding="utf-8", errors="backslashreplace")
    return path
