"""Options with one argument on `server`, `default-server` and `bind` lines: what haproxy refuses as their argument."""

from __future__ import annotations

import re
from collections.abc import Callable

from parsers.grammar.common import read_ip
from rules.support.haproxy.forms.faults import time_problem
from rules.support.haproxy.forms.kinds import NUMBERS, address_problem, number_problem
from rules.support.haproxy.forms.table import has_release, option_form, releases_of
from rules.text.wording import listed

_OCTAL = re.compile(r"-?[0-7]+\Z")
_RANGE = re.compile(r"(~?)(-?\d+)\.\.(\d*)\Z")
_PART = r"(?:[1-9]\d{0,3}(?:-\d{0,4})?|-\d{1,4})"
_THREADS = re.compile(rf"(?:\d{{1,2}}/)?(?:all|odd|even|{_PART})(?:,(?:\d{{1,2}}/)?(?:all|odd|even|{_PART}))*\Z")
_PROCESSES = re.compile(r"(?:all|odd|even|1|1-1)(?:/(?:all|odd|even|\d{1,4}(?:-\d{1,4})?))?\Z")
_TLVS = frozenset(("ssl", "cert-cn", "ssl-cipher", "cert-sig", "cert-key", "authority", "crc32c", "unique-id", ""))
_INIT = ("last", "libc", "none")


def needs_value(place: str, name: str) -> bool:
    """Whether haproxy refuses the option as the last word of a line; `place` is `server` or `bind`."""
    form = option_form(place, name)
    return form is not None and not form.arguments[0].optional


def example_of(place: str, name: str) -> str:
    """The option with a value, as it may be written; "" when the table has none."""
    form = option_form(place, name)
    return form.example if form is not None else ""


def option_problem(place: str, name: str, value: str, version: str | None = None) -> str:
    """Why every haproxy that may be meant refuses this value of an option, or ""."""
    problem = ""
    for release in releases_of(version):
        form = option_form(place, name, release)
        problem = _problem(form.arguments[0].kind, value, release) if form is not None else ""
        if not problem:
            return ""
    return problem


def _problem(kind: str, value: str, release: str) -> str:
    if kind == "time":
        problem = time_problem(value)
        return f"'{value}' {problem}" if problem else ""
    if kind in NUMBERS:
        return number_problem(kind, value)
    if kind in ("address", "port"):
        return address_problem(kind, value)
    limits = _RANGE.match(kind)
    if limits:
        return _range_problem(limits, value)
    if kind in _OWN:
        return "" if _OWN[kind](value) else _OWN_WORDS[kind]
    known = [name.partition("@") for name in kind.lstrip("=").split("|")] if kind else []
    names = [name for name, _, releases in known if not releases or has_release(f"@{releases}", release)]
    return f"it must be {listed(names, 'or')}" if names and value not in names else ""


def _range_problem(limits: re.Match[str], value: str) -> str:
    low, high = int(limits[2]), int(limits[3]) if limits[3] else None
    start = re.match(r"[+-]?[0-9]*", value)
    digits = start.group()[:12] if start is not None else ""
    number = int(digits) if digits.strip("+-") else 0
    whole = limits[1] == "~" or digits == value
    if whole and low <= number and (high is None or number <= high):
        return ""
    return f"haproxy expects a whole number {f'from {low} to {high}' if high is not None else f'of {low} or more'}"


def _is_init(value: str) -> bool:
    return all(part in _INIT or read_ip(part) is not None for part in value.split(",") if part)


def _are_networks(value: str) -> bool:
    return all(_is_network(part) for part in value.split(","))


def _is_network(text: str) -> bool:
    address, _, prefix = text.partition("/")
    ip = read_ip(address)
    if ip is None:
        return False
    return not prefix or not prefix.isdecimal() or int(prefix[:6]) <= ip.max_prefixlen


_OWN: dict[str, Callable[[str], bool]] = {
    "octal": lambda value: _OCTAL.match(value) is not None,
    "threads": lambda value: _THREADS.match(value) is not None,
    "process": lambda value: _PROCESSES.match(value) is not None,
    "shards": lambda value: value in ("by-thread", "by-group") or re.match(r"[1-9]\d*\Z", value) is not None,
    "gone": lambda value: False,
    "init": _is_init,
    "networks": _are_networks,
    "resolve": lambda value: set(value.split(",")) <= {"allow-dup-ip", "ignore-weight", "prevent-dup-ip", ""},
    "tlvs": lambda value: set(value.split(",")) <= _TLVS,
}
_OWN_WORDS = {
    "octal": "haproxy expects an octal number",
    "threads": "haproxy expects threads: 'all', 'odd', 'even', numbers or ranges, with or without a group ('1/1-4')",
    "process": "there is one process: haproxy expects 'all', 'odd', 'even' or '1'",
    "shards": "it must be 'by-thread', 'by-group' or a whole number of 1 or more",
    "gone": "haproxy 3.0 and later refuse 'process' here",
    "init": "it must be a list of 'last', 'libc', 'none' and IP addresses",
    "networks": "haproxy expects networks such as '10.0.0.0/8', separated by commas",
    "resolve": "it must be 'allow-dup-ip', 'ignore-weight' or 'prevent-dup-ip'",
    "tlvs": "it must be a list of ssl, cert-cn, ssl-cipher, cert-sig, cert-key, authority, crc32c and unique-id",
}
