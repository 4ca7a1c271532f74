"""Making inputs of other inputs: plain mutation with a seeded generator, so that every run can be repeated."""

from __future__ import annotations

import random
from collections.abc import Sequence

_BYTES = (
    b"\0",
    b"\xff",
    b"\x80",
    b"\x7f",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b'"',
    b"'",
    b"\\",
    b"#",
    b"{",
    b"}",
    b"$",
    b"~",
)
_NUMBERS = (b"0", b"-1", b"255", b"256", b"65536", b"2147483648", b"4294967296", b"1e309", b"99999999999999999999")
_LARGEST = 1 << 15  # bytes of an input


def mutated(data: bytes, pool: Sequence[bytes], words: Sequence[bytes], rng: random.Random) -> bytes:
    """An input made of `data` with some changes; `pool` has other inputs to take parts from, `words` are inserted."""
    for _ in range(1 << rng.randrange(4)):
        data = rng.choice(_CHANGES)(data, pool, words, rng)
    return data[:_LARGEST]


def _place(data: bytes, rng: random.Random) -> tuple[int, int]:
    """A part of the data, mostly a short one."""
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + (rng.randrange(1, 9) if rng.random() < 0.7 else rng.randrange(1, 200)))


def _flip(data: bytes, _: Sequence[bytes], __: Sequence[bytes], rng: random.Random) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _byte(data: bytes, _: Sequence[bytes], __: Sequence[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + bytes([rng.randrange(256)]) + data[at + rng.randrange(2) :]


def _delete(data: bytes, _: Sequence[bytes], __: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _place(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytes, _: Sequence[bytes], __: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _place(data, rng)
    return data[:end] + data[start:end] * rng.randrange(1, 5) + data[end:]


def _move(data: bytes, _: Sequence[bytes], __: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _place(data, rng)
    rest = data[:start] + data[end:]
    at = rng.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _special(data: bytes, _: Sequence[bytes], __: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _place(data, rng)
    new = rng.choice(_BYTES) if rng.random() < 0.7 else rng.choice(_NUMBERS)
    return data[:start] + new + data[rng.choice((start, end)) :]


def _word(data: bytes, _: Sequence[bytes], words: Sequence[bytes], rng: random.Random) -> bytes:
    if not words:
        return data
    start, end = _place(data, rng)
    return data[:start] + rng.choice(words) + data[rng.choice((start, end)) :]


def _splice(data: bytes, pool: Sequence[bytes], _: Sequence[bytes], rng: random.Random) -> bytes:
    other = rng.choice(pool)
    start, end = _place(other, rng)
    at, until = _place(data, rng)
    return data[:at] + other[start:end] + data[rng.choice((at, until)) :]


def _line(data: bytes, pool: Sequence[bytes], _: Sequence[bytes], rng: random.Random) -> bytes:
    """Lines are exchanged, doubled, lost, or come from elsewhere."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    if rng.random() < 0.5:
        lines[at] = rng.choice(rng.choice(pool).split(b"\n"))
    elif rng.random() < 0.5:
        del lines[at]
    else:
        lines.insert(rng.randrange(len(lines) + 1), lines[at])
    return b"\n".join(lines)


_CHANGES = (_flip, _byte, _delete, _repeat, _move, _special, _word, _word, _splice, _splice, _line, _line)


def random_bytes(rng: random.Random) -> bytes:
    """Bytes that no input was the model of."""
    return rng.randbytes(rng.randrange(200))
