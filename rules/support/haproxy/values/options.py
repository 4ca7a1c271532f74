"""Options with one argument on `server`, `default-server` and `bind` lines: what haproxy refuses as their argument."""

from __future__ import annotations

import re

from rules.support.haproxy.values.faults import time_problem
from rules.support.haproxy.values.forms import NUMBERS, address_problem, number_problem, option_form
from rules.text.wording import listed

_OCTAL = re.compile(r"-?[0-7]+\Z")


def needs_value(place: str, name: str) -> bool:
    """Whether haproxy refuses the option as the last word of a line; `place` is `server` or `bind`."""
    return option_form(place, name) is not None


def example_of(place: str, name: str) -> str:
    """The option with a value, as it may be written; "" when the table has none."""
    form = option_form(place, name)
    return form.example if form is not None else ""


def option_problem(place: str, name: str, value: str) -> str:
    """Why haproxy refuses this value of an option, or ""."""
    form = option_form(place, name)
    kind = form.arguments[0].kind if form is not None else ""
    if kind == "time":
        problem = time_problem(value)
        return f"'{value}' {problem}" if problem else ""
    if kind in NUMBERS:
        return number_problem(kind, value)
    if kind == "octal":
        return "" if _OCTAL.match(value) else "haproxy expects an octal number"
    if kind in ("address", "port"):
        return address_problem(kind, value)
    names = kind.lstrip("=").split("|") if kind else [value]
    return "" if value in names else f"it must be {listed(names, 'or')}"
