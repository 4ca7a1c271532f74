"""Which lines of two texts are the same, in time that grows with their length.

Python's SequenceMatcher compares each line with all lines that are equal to it, again for each stretch that it finds: a
file of a few thousand equal lines takes minutes. It is used for what is small enough; larger texts are cut up first at
lines that each of them has once, as `git diff --patience` does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

WORK = 400_000
"""Comparisons that one stretch may take; all stretches of a diff together may take four times as many."""

_PASSES = 50  # how often, on average, a line may be looked at while gaps are cut up

Opcode = tuple[str, int, int, int, int]
"""What becomes of lines: equal, replace, delete or insert; first and end (exclusive) in the old text and the new."""


class Matcher(SequenceMatcher[str]):
    """A SequenceMatcher for the lines of two texts whose opcodes are found in bounded time."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, (), (), autojunk=False)
        self.opcodes: list[Opcode] = list(_opcodes(len(old), len(new), _Pairs(old, new).blocks()))


def _opcodes(old: int, new: int, blocks: list[tuple[int, int, int]]) -> Iterator[Opcode]:
    """The blocks (place in the old text, in the new one, length) with what is between them."""
    a = b = 0
    for start, other, length in [*blocks, (old, new, 0)]:
        if a < start or b < other:
            tag = "replace" if a < start and b < other else "delete" if a < start else "insert"
            yield tag, a, start, b, other
        if length:
            yield "equal", start, start + length, other, other + length
        a, b = start + length, other + length


class _Pairs:
    """Finds the lines that two texts have in common, in order."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self._old, self._new = old, new
        self._budget = 4 * WORK
        self._passes = _PASSES * (len(old) + len(new))
        self._pairs: list[tuple[int, int, int]] = []

    def blocks(self) -> list[tuple[int, int, int]]:
        """The common stretches: place in the old text, in the new one, length; neighbours are one."""
        # A gap in the two texts that is still to be looked at; cut up, its parts come before what follows it.
        gaps = [(0, len(self._old), 0, len(self._new))]
        while gaps:
            gaps += reversed(self._gap(*gaps.pop()))
        joined: list[tuple[int, int, int]] = []
        for start, other, length in sorted(self._pairs):
            if joined and joined[-1][0] + joined[-1][2] == start and joined[-1][1] + joined[-1][2] == other:
                joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + length)
            else:
                joined.append((start, other, length))
        return joined

    def _gap(self, a: int, a_end: int, b: int, b_end: int) -> list[tuple[int, int, int, int]]:
        """Match what is certain in a gap; returns the smaller gaps that are left."""
        self._passes -= a_end - a + b_end - b
        if self._passes < 0:
            return []
        work = self._work(a, a_end, b, b_end)
        if work <= min(WORK, self._budget):
            self._budget -= work
            matcher = SequenceMatcher(None, self._old[a:a_end], self._new[b:b_end], autojunk=False)
            self._pairs += [(a + i, b + j, size) for i, j, size in matcher.get_matching_blocks() if size]
            return []
        head = self._run(range(a, a_end), range(b, b_end))
        self._pairs.append((a, b, head))
        a, b = a + head, b + head
        tail = self._run(range(a_end - 1, a - 1, -1), range(b_end - 1, b - 1, -1))
        a_end, b_end = a_end - tail, b_end - tail
        self._pairs.append((a_end, b_end, tail))
        if head or tail:
            return [(a, a_end, b, b_end)]
        anchors = self._anchors(a, a_end, b, b_end)
        gaps, left, right = [], a, b
        for i, j in anchors:
            self._pairs.append((i, j, 1))
            gaps.append((left, i, right, j))
            left, right = i + 1, j + 1
        return [*gaps, (left, a_end, right, b_end)] if anchors else []

    def _work(self, a: int, a_end: int, b: int, b_end: int) -> int:
        """About how many comparisons SequenceMatcher would make."""
        if a == a_end or b == b_end:
            return 0
        counts = Counter(self._new[b:b_end])
        pairs = sum(counts[line] for line in self._old[a:a_end])
        return (pairs + a_end - a) * (1 + min(a_end - a, b_end - b, pairs) // 8)

    def _run(self, places: range, others: range) -> int:
        """How many lines are equal from the first on."""
        length = 0
        for i, j in zip(places, others, strict=False):
            if self._old[i] != self._new[j]:
                break
            length += 1
        return length

    def _anchors(self, a: int, a_end: int, b: int, b_end: int) -> list[tuple[int, int]]:
        """The lines that both stretches have once, as many as are in the same order in both."""
        counts, others = Counter(self._old[a:a_end]), Counter(self._new[b:b_end])
        where = {line: j for j, line in enumerate(self._new[b:b_end], b) if others[line] == 1}
        pairs = [
            (i, where[line]) for i, line in enumerate(self._old[a:a_end], a) if counts[line] == 1 and line in where
        ]
        # The longest rising sequence: the last pair of the best one of each length, and each pair's predecessor.
        ends: list[int] = []
        last: list[int] = []
        before: list[int] = []
        for number, (_, j) in enumerate(pairs):
            at = bisect_left(ends, j)
            before.append(last[at - 1] if at else -1)
            ends[at : at + 1] = [j]
            last[at : at + 1] = [number]
        chain, number = [], last[-1] if last else -1
        while number >= 0:
            chain.append(pairs[number])
            number = before[number]
        return chain[::-1]
