"""Lines by their form: `haproxy_forms.txt` says which arguments a line has, and the checks are made from that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from parsers.grammar.common import read_time
from parsers.keywords import table_text
from rules.support.haproxy.values.addresses import host_problem, port_problem
from rules.support.haproxy.values.faults import Fault, check_choice, check_number, check_time, missing
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

# Options that say nothing by themselves.
_BESIDE = (
    "!",
    "comment",
    "min-recv",
    "ok-status",
    "error-status",
    "tout-status",
    "on-success",
    "on-error",
    "status-code",
)
_CONDITION = ("if", "unless")
_MARKS = ("if?", "if!", "...")
_RANGE = re.compile(r"(~?)(\d+)\.\.(\d*)\Z")
_NUMBER = re.compile(r"-?[0-9]++\Z")
_DIGITS = re.compile(r"[+-]?([0-9]*)")
_SIZE = re.compile(r"[0-9]++[kKmMgG]?\Z")
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2})*+\Z")


class Argument(NamedTuple):
    """One word of a line: its kind (`time`, `size`, `5..10`, `a|b`, "" for any), and what messages call it."""

    kind: str
    label: str
    optional: bool
    repeated: bool = False


class Form(NamedTuple):
    """The arguments behind the words that name the form.

    `options` are words that may follow in any order, each with its own arguments, None when nothing is known of what
    follows; `condition`: `if` and `unless` may end the line, `must`: one of them has to; `need`: one
    of the options is needed.
    """

    head: tuple[str, ...]
    arguments: tuple[Argument, ...]
    options: dict[str, tuple[Argument, ...]] | None
    condition: bool
    must: bool
    need: bool
    example: str


@lru_cache(1)
def _rows() -> dict[str, dict[str, list[str]]]:
    """The rows of the table by place and keyword; most of them are never asked for, so they are read when they are."""
    rows: dict[str, dict[str, list[str]]] = {}
    here: dict[str, list[str]] = {}
    for row in table_text("haproxy_forms.txt").split("\n"):
        if row.startswith("["):
            here = rows.setdefault(row.strip("[]"), {})
        elif row and not row.startswith("#"):
            here.setdefault(row.partition(" ")[0], []).append(row)
    return rows


@lru_cache(256)
def _forms(place: str, keyword: str) -> tuple[Form, ...]:
    """The forms of a keyword, the longest head first."""
    rows = _rows().get(place, {}).get(keyword, ())
    return tuple(sorted((_read(row) for row in rows), key=lambda form: -len(form.head)))


def _read(row: str) -> Form:
    written, _, example = row.partition(" | ")
    before, brace, options = written.partition(" {")
    words = before.split(" ")
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
    return Form(head, arguments, found, condition, must, behind.startswith("+"), example.strip())


def _is_literal(word: str) -> bool:
    return word[0] not in "<[{" and word not in _MARKS and not word.isupper()


def _argument(word: str) -> Argument:
    optional = word.startswith("[") or word.endswith("*")
    repeated = word.endswith(">*")
    word = word.removesuffix("*") if repeated else word
    inner = word.strip("[]")
    if not inner.startswith("<"):
        return Argument("", inner if inner == "..." else _with_article(inner.lower()), optional)
    kind, _, label = inner.strip("<>").partition(":")
    return Argument(kind, _with_article(label) if label else _label(kind), optional, repeated)


def _with_article(word: str) -> str:
    if word.endswith("s") and not word.endswith("ss"):
        return word
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _label(kind: str) -> str:
    if _RANGE.match(kind):
        return "a whole number"
    return _LABELS.get(kind) or _some(kind.lstrip("=").split("|"))


def _some(names: Sequence[str]) -> str:
    """Words to choose from; of many, the first ones."""
    return listed(names if len(names) <= _FEW else [*names[:_FEW], "others"], "or")


_FEW = 6
_LABELS = {
    "time": "a time",
    "size": "a number",
    "seconds": "a time",
    "unsigned": "a whole number",
    "positive": "a whole number of 1 or more",
    "nonzero": "a whole number of 1 or more",
    "number": "a whole number",
    "address": "an address",
    "port": "an address with a port",
    "hex": "bytes in hexadecimal",
}


def has_form(place: str, keyword: str) -> bool:
    """Whether the table knows lines with this keyword in this place (`global`, `proxy`, `resolvers`, ...)."""
    return keyword in _rows().get(place, ())


def option_form(place: str, name: str) -> Form | None:
    """The form of an option with one argument; `place` is `server` or `bind`."""
    found = _forms(f"{place} option", name)
    return found[0] if found else None


def form_faults(place: str, line: HaproxyLine) -> Iterator[Fault]:
    """What haproxy refuses in the arguments of a line; the first fault only."""
    words = line.words[1:] if line.prefix else line.words
    if line.prefix or line.dynamic or any(not word.value for word in words):
        return
    form = _form_of(_forms(place, line.keyword), words)
    if form is not None:
        yield from _first(_faults(form, line, words[len(form.head) :]))


def _form_of(forms: Sequence[Form], words: Sequence[Word]) -> Form | None:
    for form in forms:
        if len(words) >= len(form.head) and all(
            _is_called(name, word.value) for name, word in zip(form.head, words, strict=False)
        ):
            return form
    return None


def _is_called(name: str, text: str) -> bool:
    return text == name or (name.endswith("(*)") and text.startswith(name[:-2]))


def _first(faults: Iterator[Fault]) -> Iterator[Fault]:
    found = next(faults, None)
    if found is not None:
        yield found


def _faults(form: Form, line: HaproxyLine, words: Sequence[Word]) -> Iterator[Fault]:
    if form.condition:
        end = next((i for i, word in enumerate(words) if word.value in _CONDITION), len(words))
        if form.must and end == len(words):
            yield _missing(form, line, "a condition", " ".join(form.head))
        words = words[:end]
    shown = " ".join(form.head)
    for index, argument in enumerate(form.arguments):
        if index < len(words):
            yield from _check(argument, words[index], shown)
        elif not argument.optional:
            yield _missing(form, line, argument.label, shown)
        if argument.repeated:
            for word in words[index + 1 :]:
                yield from _check(argument, word, shown)
            return
    if form.options is not None:
        yield from _option_faults(form, line, words[len(form.arguments) :])


def _option_faults(form: Form, line: HaproxyLine, words: Sequence[Word]) -> Iterator[Fault]:
    shown = " ".join(form.head)
    options = form.options or {}
    seen = not form.need
    at = 0
    while at < len(words):
        word = words[at]
        own = next((own for name, own in options.items() if _is_called(name, word.value)), None)
        if own is None:
            yield _unexpected(form, word, shown)
            return
        seen = seen or word.value not in _BESIDE
        at += 1
        for argument in own:
            if argument.label == "...":
                return
            if at < len(words):
                yield from _check(argument, words[at], word.value)
                at += 1
            elif not argument.optional:
                yield _missing(form, line, f"{argument.label} after '{word.value}'", shown)
    if not seen:
        names = [f"'{name.replace('(*)', '(...)')}'" for name in options if name not in _BESIDE]
        yield _missing(form, line, _some(names), shown)


def _missing(form: Form, line: HaproxyLine, what: str, shown: str) -> Fault:
    fault = missing(line, what, form.example or shown)
    return fault._replace(message=f"'{shown}' needs {what}")


def _unexpected(form: Form, word: Word, shown: str) -> Fault:
    names = list(form.options or ())
    if names:
        known = [name.replace("(*)", "(...)") for name in names]
        fault = next(check_choice(word, shown, known), None)
        if fault is not None:
            return fault
    advice = "remove it, or write 'if' before a condition" if form.condition else "remove it, or put a '#' before it"
    return Fault(word.span, f"unexpected '{word.value}' after '{shown}'", advice)


def _check(argument: Argument, word: Word, setting: str) -> Iterator[Fault]:
    kind = argument.kind
    numbers = _RANGE.match(kind)
    if numbers:
        if not numbers[1] or _NUMBER.match(word.value):
            yield from check_number(word, setting, int(numbers[2]), int(numbers[3]) if numbers[3] else None)
    elif kind == "time" or (kind == "seconds" and not read_time(word.value).overflow):
        yield from check_time(word, setting)
    elif kind in NUMBERS or kind in ("address", "port"):
        problem = number_problem(kind, word.value) if kind in NUMBERS else address_problem(kind, word.value)
        if problem:
            advice = f"write {_LABELS.get(kind, kind)}" if kind in NUMBERS else "write 'ADDRESS' or 'ADDRESS:PORT'"
            yield Fault(
                word.span, f"'{setting} {word.value}': {problem}", advice if kind != "port" else "write 'ADDRESS:PORT'"
            )
    elif kind == "size" and not _SIZE.match(word.value):
        message = f"'{setting} {word.value}': '{word.value}' is not a number, with or without k, m or g"
        yield Fault(word.span, message, "write, for example, '100k'")
    elif kind == "hex" and not _HEXADECIMAL.match(word.value):
        message = f"'{setting} {word.value}': '{word.value}' is not hexadecimal"
        yield Fault(word.span, message, "write two of 0-9 and a-f for each byte, such as '0d0a'")
    elif "|" in kind or kind.startswith("="):
        yield from check_choice(word, setting, kind.lstrip("=").split("|"))


NUMBERS = ("positive", "nonzero", "unsigned", "number")


def number_problem(kind: str, value: str) -> str:
    """Why haproxy refuses a number; of all but `number` it reads the first digits only."""
    if kind == "number":
        return "" if _NUMBER.match(value) else "haproxy expects a whole number"
    found = _DIGITS.match(value)
    digits = found[1] if found is not None else ""
    negative = value.startswith("-") and digits.strip("0") != ""
    if kind == "unsigned":
        return "haproxy expects a whole number of 0 or more" if negative else ""
    if digits.strip("0") == "" or (kind == "positive" and negative):
        return "haproxy expects a whole number of 1 or more"
    return ""


def address_problem(kind: str, value: str) -> str:
    """Why haproxy refuses an address; `port`: it has to have one."""
    return port_problem(value, required=kind == "port") or host_problem(value)
