"""When the rules of a proxy apply: their conditions as alternatives of terms, so that two can be compared."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

T = TypeVar("T")
_FEW, _SOME = 6, 20  # terms of which all subsets are looked at, and those of two terms


class Term(NamedTuple):
    """One term: whether it has an odd number of `!`, an ACL's name or `{ ... }` as text, and its words.

    The words of an anonymous ACL are those between the braces; those of a name are the name itself.
    """

    negated: bool
    text: str
    words: tuple[Word, ...]

    @property
    def anonymous(self) -> bool:
        """Whether it is `{ ... }`."""
        return self.text.startswith("{")

    @property
    def opposite(self) -> Term:
        """The term with the other sign."""
        return Term(not self.negated, self.text, self.words)


Alternative = list[Term]
ALWAYS: list[Alternative] = [[]]


def start_of(line: HaproxyLine) -> int | None:
    """The index of `if` or `unless` among the arguments of a line, or None."""
    for index, word in enumerate(line.args):
        if word.value in ("if", "unless") and not word.quoted:
            return index
    return None


def alternatives_of(line: HaproxyLine) -> list[Alternative] | None:
    """The terms of a line's condition: one of the alternatives has to hold, with all of its terms.

    Without a condition it is the one empty alternative. None for what is not certain (a variable, `.if`), what haproxy
    refuses, and `unless` with several terms.
    """
    if line.condition is not None:
        return None
    start = start_of(line)
    if start is None:
        return ALWAYS
    found = _read(line.args[start + 1 :])
    if found is None or line.args[start].value == "if":
        return found
    if found == ALWAYS:
        return []
    if not found:
        return ALWAYS
    return [[found[0][0].opposite]] if len(found) == 1 == len(found[0]) else None


def _read(words: Sequence[Word]) -> list[Alternative] | None:
    alternatives: list[Alternative] = []
    terms: Alternative = []
    negated, opened, at, never = False, -1, 0, False
    for at, word in enumerate(words):
        text = word.value
        if word.dynamic:
            return None
        if opened >= 0:
            if text == "}":
                inner = tuple(words[opened + 1 : at])
                terms.append(Term(negated, "{ " + " ".join(w.value for w in inner) + " }", inner))
                negated, opened = False, -1
        elif text in ("or", "||"):
            if not never:
                alternatives.append(terms)
            terms, never = [], False
        else:
            name = text.lstrip("!")
            negated ^= (len(text) - len(name)) % 2 == 1
            if name == "{":
                opened = at
            elif name in ("TRUE", "FALSE"):
                never |= (name == "FALSE") != negated
                negated = False
            elif name:
                terms.append(Term(negated, name, (word,)))
                negated = False
    if opened >= 0 or not words:
        return None
    return alternatives if never else [*alternatives, terms]


class Earlier(Generic[T]):
    """Conditions that were seen, each with what it belongs to, to find the first one that another condition implies.

    By equal terms: `a b` implies `a`. The conditions are found by their sets of terms, so that thousands of rules are
    not compared with each other.
    """

    def __init__(self) -> None:
        self._owners: list[T] = []
        self._by_terms: dict[frozenset[tuple[bool, str]], list[int]] = {}

    def add(self, owner: T, alternatives: list[Alternative]) -> None:
        """One more condition, below the others."""
        for alternative in alternatives:
            self._by_terms.setdefault(_terms(alternative), []).append(len(self._owners))
        self._owners.append(owner)

    def keep_only_always(self) -> None:
        """Forget all but those that are always true."""
        kept = self._by_terms.get(frozenset(), [])
        self._by_terms = {frozenset(): kept} if kept else {}

    def implied(self, alternatives: list[Alternative]) -> T | None:
        """What the first condition belongs to that holds whenever these do."""
        found: set[int] | None = None
        for alternative in alternatives:
            numbers = {n for part in _parts(_terms(alternative)) for n in self._by_terms.get(part, ())}
            found = numbers if found is None else found & numbers
            if not found:
                return None
        return self._owners[min(found)] if found else None


def _terms(alternative: Alternative) -> frozenset[tuple[bool, str]]:
    return frozenset((term.negated, term.text) for term in alternative)


def _parts(terms: frozenset[tuple[bool, str]]) -> Iterator[frozenset[tuple[bool, str]]]:
    """The subsets of some terms; of very many, the small ones and all."""
    largest = len(terms) if len(terms) <= _FEW else 2 if len(terms) <= _SOME else 1
    for size in range(largest + 1):
        yield from map(frozenset, combinations(terms, size))
    if largest < len(terms):
        yield terms
