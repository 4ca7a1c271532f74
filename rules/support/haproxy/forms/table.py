"""The forms of lines: `haproxy_forms.txt` says which arguments a line has, and in which releases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.keywords import table_text
from parsers.records import NamedTuple
from rules.support.haproxy.removed import is_later
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.tree import Word

RELEASES = ("2.6", "3.0", "3.2", "3.4")
"""The releases that rows of the table may be for; the first three are measured, the last is as its manual says."""

_MARKS = ("if?", "if!", "...", "never")
_FEW = 6
_LABELS = {
    "time": "a time",
    "timeexpr": "a time or an expression",
    "size": "a number",
    "bytes": "a number",
    "seconds": "a time",
    "digits": "a whole number",
    "integer": "a whole number",
    "unsigned": "a whole number",
    "positive": "a whole number of 1 or more",
    "nonzero": "a whole number of 1 or more",
    "number": "a whole number",
    "mark": "a number",
    "numexpr": "a number or an expression",
    "expr": "an expression",
    "regex": "a regular expression",
    "codes": "status codes",
    "address": "an address",
    "port": "an address with a port",
    "hex": "bytes in hexadecimal",
    "store": "what to store",
    "cpuset": "a group and threads",
    "cpus": "CPU numbers",
    "factor": "a number",
    "listen": "an address with a port",
    "usesrc": "an address",
    "portexpr": "a port",
}


class Argument(NamedTuple):
    """One word of a line: its kind (`time`, `size`, `5..10`, `a|b`, "" for any), and what messages call it."""

    kind: str
    label: str
    optional: bool
    repeated: bool = False


class Form(NamedTuple):
    """The arguments behind the words that name the form.

    `options` are words that may follow in any order, each with its own arguments, None when nothing is known of what
    follows; `condition`: `if` and `unless` may end the line, `must`: one of them has to; `need`: one of the options is
    needed; `releases`: those whose haproxy has this form, as in `@3.0-`, "" for all; `never`: haproxy
    refuses the words of the head.
    """

    head: tuple[str, ...]
    arguments: tuple[Argument, ...]
    options: dict[str, tuple[Argument, ...]] | None
    condition: bool
    must: bool
    need: bool
    example: str
    releases: str = ""
    never: bool = False


def releases_of(version: str | None) -> tuple[str, ...]:
    """The releases to judge by, the newest first: all, or the one that is meant, or those before and after it."""
    if version is None:
        return RELEASES[::-1]
    earlier = [release for release in RELEASES if not is_later(release, version)]
    later = [release for release in RELEASES if not is_later(version, release)]
    return tuple(dict.fromkeys([*later[:1], *earlier[-1:]])) or RELEASES[:1]


def has_release(releases: str, release: str) -> bool:
    """Whether a release is in a range such as `@3.0-`, `@-2.8` or `@3.0-3.2`; "" is every release."""
    if not releases:
        return True
    first, _, last = releases[1:].partition("-")
    return not (first and is_later(first, release)) and not (last and is_later(release, last))


@lru_cache(1)
def _rows() -> dict[str, dict[str, list[str]]]:
    """The rows of the table by place and keyword; most of them are never asked for, so they are read when they are."""
    rows: dict[str, dict[str, list[str]]] = {}
    here: dict[str, list[str]] = {}
    for row in table_text("haproxy_forms.txt").split("\n"):
        if row.startswith("["):
            here = rows.setdefault(row.strip("[]"), {})
        elif row and not row.startswith("#"):
            releases, _, rest = row.partition(" ") if row[0] == "@" else ("", "", row)
            heads, _, tail = rest.partition(" ")
            for head in heads.split("|"):
                keyword = head.partition("/")[0]
                here.setdefault(keyword, []).append(f"{releases}\t{head.replace('/', ' ')} {tail}")
    return rows


@lru_cache(256)
def forms(place: str, keyword: str) -> tuple[Form, ...]:
    """The forms of a keyword, the longest head first."""
    rows = _rows().get(place, {}).get(keyword, ())
    return tuple(sorted((_read(row) for row in rows), key=lambda form: -len(form.head)))


def _read(row: str) -> Form:
    releases, _, row = row.partition("\t")
    written, _, example = row.partition(" | ")
    before, brace, options = written.partition(" {")
    words = before.split()
    count = next((i for i, word in enumerate(words) if not _is_literal(word)), len(words))
    head, rest = tuple(words[:count]), words[count:]
    inside, _, behind = options.partition("}")
    must = "if!" in (*rest, *behind.split())
    condition = must or "if?" in (*rest, *behind.split())
    arguments = tuple(_argument(word) for word in rest if word not in _MARKS)
    found: dict[str, tuple[Argument, ...]] | None = None if "..." in rest else {}
    if brace:
        found = {}
        for option in inside.split(","):
            name, *own = option.split()
            found[name] = tuple(_argument(word) for word in own)
    shown = " ".join(name.replace("(*)", "(...)") for name in head)
    example = example.strip().replace("~", shown) if example else ""
    return Form(head, arguments, found, condition, must, behind.startswith("+"), example, releases, "never" in rest)


def _is_literal(word: str) -> bool:
    return word[0] not in "<[{" and word not in _MARKS and not word.isupper()


def _argument(word: str) -> Argument:
    optional = word.startswith("[") or word.endswith("*")
    repeated = word.endswith(">*")
    word = word.removesuffix("*") if repeated else word
    inner = word.strip("[]")
    if not inner.startswith("<"):
        return Argument("", inner if inner == "..." else with_article(inner.lower()), optional)
    kind, _, label = inner.strip("<>").partition(":")
    return Argument(kind, with_article(label) if label else _label(kind), optional, repeated)


def with_article(word: str) -> str:
    """The word with "a" or "an", unless it is a plural."""
    if word.endswith("s") and not word.endswith("ss"):
        return word
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _label(kind: str) -> str:
    if re.match(r"~?-?\d+\.\.", kind):
        return "a whole number"
    return _LABELS.get(kind) or some([name.partition("@")[0] for name in kind.lstrip("=").split("|")])


def label_of(kind: str) -> str:
    """What messages call an argument of this kind."""
    return _LABELS.get(kind, kind)


def some(names: Sequence[str]) -> str:
    """Words to choose from; of many, the first ones."""
    return listed(list(names) if len(names) <= _FEW else [*names[:_FEW], "others"], "or")


def has_form(place: str, keyword: str) -> bool:
    """Whether the table knows lines with this keyword in this place (`global`, `proxy`, `resolvers`, ...)."""
    return keyword in _rows().get(place, ())


def option_form(place: str, name: str, release: str = RELEASES[-1]) -> Form | None:
    """The form of an option with one argument; `place` is `server` or `bind`."""
    found = (form for form in forms(f"{place} option", name) if has_release(form.releases, release))
    return next(found, None)


def forms_of(candidates: Sequence[Form], words: Sequence[Word]) -> Iterator[Form]:
    """The forms whose head these words are; those of the longest head only."""
    longest = 0
    for form in candidates:
        if len(form.head) < longest:
            return
        if len(words) >= len(form.head) and all(
            is_called(name, word.value) for name, word in zip(form.head, words, strict=False)
        ):
            longest = len(form.head)
            yield form


def is_called(name: str, text: str) -> bool:
    """Whether a word of a line is the one that the table calls `name`; `name(*)` stands for any in parentheses."""
    if name.endswith("(*)"):
        return text == name[:-3] or text.startswith(name[:-2])
    return text == name or (name.endswith("*") and text.startswith(name[:-1]))
