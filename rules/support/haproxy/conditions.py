"""When the rules of a proxy apply: their conditions as alternatives of terms, so that two can be compared."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word


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


_FEW, _SOME = 6, 40
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


def keys_of(terms: Alternative) -> Iterator[frozenset[tuple[bool, str]]]:
    """The sets of terms that hold whenever all of these do: all subsets of a few terms, else the small ones.

    So a rule is compared with all rules above it by a few look-ups, however many there are.
    """
    known = list(dict.fromkeys((term.negated, term.text) for term in terms))
    sizes = range(len(known) + 1) if len(known) <= _FEW else range(3 if len(known) <= _SOME else 2)
    for size in sizes:
        yield from map(frozenset, combinations(known, size))
    if len(known) > _FEW:
        yield frozenset(known)
