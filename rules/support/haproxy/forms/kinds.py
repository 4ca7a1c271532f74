"""Arguments by their kind: what haproxy refuses as a number, a time, an address, one of a few words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.grammar.common import read_time
from rules.support.haproxy.forms.addresses import host_problem, port_problem
from rules.support.haproxy.forms.faults import Fault, check_choice, check_number, check_time
from rules.support.haproxy.forms.table import has_release, label_of

if TYPE_CHECKING:
    from parsers.tree import Word
    from rules.support.haproxy.forms.table import Argument

_RARE = frozenset(("store", "usesrc", "factor", "listen", "cpuset", "cpus"))
NUMBERS = ("positive", "nonzero", "unsigned", "number", "digits", "integer")
# Patterns that are not compiled here are for rare arguments: `re` compiles them when they are used.
_RANGE = re.compile(r"(~?)(-?\d+)\.\.(\d*)\Z")
_NUMBER = re.compile(r"-?[0-9]++\Z")
_DIGITS = r"[+-]?([0-9]*)"
_START = r"-?[0-9]*"
_SIZE = r"[0-9]++[kKmMgG]?\Z"
_HEXADECIMAL = r"(?:[0-9A-Fa-f]{2})*+\Z"
_MARK = r"[+-]?(?:0[xX][0-9A-Fa-f]+|[0-9]+)\Z"
_CODES = r"[+-]?[1-5][0-9]{2}(?:-[1-5][0-9]{2})?(?:,[+-]?[1-5][0-9]{2}(?:-[1-5][0-9]{2})?)*+\Z"
_GROUPS = r"(?s)\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?#[^)]*\)|[()]"


def check_argument(argument: Argument, word: Word, setting: str, release: str) -> Iterator[Fault]:
    """What a haproxy of this release refuses about an argument of `setting`."""
    kind = argument.kind
    if not kind:
        return
    numbers = _RANGE.match(kind)
    if numbers:
        yield from _in_range(numbers, word, setting)
    elif kind == "time" or (kind == "seconds" and not read_time(word.value).overflow):
        yield from check_time(word, setting)
    elif kind in ("timeexpr", "numexpr", "mark", "expr", "portexpr"):
        yield from _expression(kind, word, setting, release)
    elif kind in NUMBERS or kind in ("address", "port"):
        problem = number_problem(kind, word.value) if kind in NUMBERS else address_problem(kind, word.value)
        if problem:
            advice = f"write {label_of(kind)}" if kind in NUMBERS else "write 'ADDRESS' or 'ADDRESS:PORT'"
            advice = "write 'ADDRESS:PORT'" if kind == "port" else advice
            yield Fault(word.span, f"'{setting} {word.value}': {problem}", advice)
    elif "|" in kind or kind.startswith("="):
        yield from choice(word, setting, kind, release)
    else:
        problem, advice = _other_problem(kind, word.value)
        if problem:
            yield Fault(word.span, f"'{setting} {word.value}': {problem}", advice)


def _in_range(numbers: re.Match[str], word: Word, setting: str) -> Iterator[Fault]:
    low, high = int(numbers[2]), int(numbers[3]) if numbers[3] else None
    if not numbers[1] or _NUMBER.match(word.value):
        yield from check_number(word, setting, low, high)
    elif low > 0:
        # The digits before the first other character count.
        start = re.match(_START, word.value)
        if start is None or int(start.group().strip("-")[:12] or 0) < low:
            yield from check_number(word, setting, low, high)


def choice(word: Word, setting: str, kind: str, release: str) -> Iterator[Fault]:
    """One of a few words, of which some may be for certain releases only (`none@3.0-`)."""
    known = dict(name.partition("@")[::2] for name in kind.lstrip("=").split("|"))
    releases = known.get(word.value)
    if releases is not None and not has_release(f"@{releases}" if releases else "", release):
        yield absent(word, f"'{setting} {word.value}'", releases)
    else:
        yield from check_choice(word, setting, known)


def absent(word: Word, what: str, releases: str) -> Fault:
    """The fault for a word that only certain releases have (`3.0-`, `-2.8`)."""
    first, _, last = releases.partition("-")
    message = f"{what} needs haproxy {first}" if first else f"{what} is gone since haproxy {last}"
    return Fault(word.span, message, "write another word", releases)


def _expression(kind: str, word: Word, setting: str, release: str) -> Iterator[Fault]:
    text = word.value
    if kind in ("mark", "numexpr") and re.match(_MARK, text):
        return
    if kind == "portexpr" and text.isdecimal():
        return  # another check says whether it is in range
    if text[:1].isalpha() and not (kind == "mark" and release == "2.6"):
        if kind != "expr":
            yield from _fetch(word)
    elif kind == "timeexpr":
        yield from check_time(word, setting)
    elif text[:1].isdecimal() or text[:1] in "+-" or kind == "mark":
        wanted = {"expr": "an expression", "numexpr": "a number or an expression", "portexpr": "a port"}.get(
            kind, "a number"
        )
        advice = f"write {wanted}, such as '{'src' if kind == 'expr' else '1'}'"
        yield Fault(word.span, f"'{setting} {text}': '{text}' is not {wanted}", advice)


def _fetch(word: Word) -> Iterator[Fault]:
    """An expression where another rule does not look for one."""
    from rules.support.haproxy.samples.expressions import sample_faults  # its tables are for these lines only

    for fault in sample_faults(word, None):
        yield Fault(fault.span, fault.message, fault.help)


def _other_problem(kind: str, value: str) -> tuple[str, str]:
    """Why haproxy refuses a word of one of the rarer kinds, and what to write."""
    if kind == "size" and not re.match(_SIZE, value):
        return f"'{value}' is not a number, with or without k, m or g", "write, for example, '100k'"
    if kind == "bytes" and not (re.match(_SIZE, value) and int(value.rstrip("kKmMgG")[:12]) < 2**31):
        return f"'{value}' is not a number of bytes, with or without k, m or g", "write, for example, '64k'"
    if kind == "hex" and not re.match(_HEXADECIMAL, value):
        return f"'{value}' is not hexadecimal", "write two of 0-9 and a-f for each byte, such as '0d0a'"
    if kind == "codes" and not re.match(_CODES, value):
        return f"'{value}' is not a list of status codes", "write codes and ranges, such as '400-499'"
    if kind in _RARE:
        from rules.support.haproxy.forms.rare import EXAMPLES, RARE

        problem = RARE[kind](value)
        return problem, f"write, for example, '{EXAMPLES[kind]}'" if problem else ""
    if kind == "regex" and _is_open(value):
        return "a parenthesis is missing in the regular expression", "close it, or write '\\(' for the character itself"
    return "", ""


def _is_open(pattern: str) -> bool:
    """Whether a regular expression has a group that is not closed, or closes one that is not open."""
    depth = 0
    for part in re.findall(_GROUPS, pattern):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth < 0:
            return True
    return depth > 0


def number_problem(kind: str, value: str) -> str:
    """Why haproxy refuses a number; of all but `number`, `digits` and `integer` it reads the first digits only."""
    if kind in ("number", "integer"):
        return "" if _NUMBER.match(value) else "haproxy expects a whole number"
    if kind == "digits":
        return "" if value.isdecimal() else "haproxy expects a whole number of 0 or more"
    found = re.match(_DIGITS, value)
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
