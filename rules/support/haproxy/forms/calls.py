"""Actions with parentheses: `set-var(txn.name)`, `sc-inc-gpc(0,1)`, `do-resolve(txn.ip,dns,ipv4)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.support.haproxy.forms.faults import Fault

if TYPE_CHECKING:
    from parsers.tree import Word

_SCOPES = ("proc", "sess", "txn", "req", "res", "check")
_LATER_SCOPES = ("psess", "ptxn", "preq", "pres")
_CONDITIONS = ("ifexists", "ifnotexists", "ifempty", "ifnotempty", "ifset", "ifnotset", "ifgt", "iflt")
_COUNTERS = ("sc-inc-gpc0", "sc-inc-gpc1", "sc-set-gpt0")
_ARRAYS = ("sc-inc-gpc", "sc-add-gpc", "sc-set-gpt")
_NUMBER = re.compile(r"-?[0-9]{1,9}\Z")
# haproxy takes these without parentheses, too.
_BARE = (*_COUNTERS, "set-map", "del-map", "add-acl", "del-acl")


def call_problem(name: str, word: Word, example: str) -> Iterator[Fault]:
    """What haproxy refuses about the parentheses of an action; `name` is as the table has it: `set-var(*)`."""
    action = name[:-3]
    problem = _problem(action, word.value)
    if problem:
        yield Fault(word.span, f"'{word.value}': {problem}", f"write, for example, '{example or f'{action}(...)'}'")


def _problem(action: str, text: str) -> str:
    _, opened, rest = text.partition("(")
    inside, closed, _ = rest.rpartition(")")
    if not opened:
        return "" if action in _BARE else f"'{action}' needs its argument in parentheses"
    if "%" in text or "$" in text:
        return ""
    if action in ("set-var", "set-var-fmt", "unset-var"):
        return _variable_problem(inside if closed else rest)
    if not closed:
        return ""
    if action in _COUNTERS:
        return "" if _NUMBER.match(inside) else "there has to be the number of a sticky counter in the parentheses"
    if action in _ARRAYS:
        numbers = inside.split(",")
        if len(numbers) != 2 or not all(_NUMBER.match(number) for number in numbers):
            return "there have to be two numbers in the parentheses: of the element, and of the sticky counter"
    if action == "do-resolve":
        return _resolve_problem(inside.split(","))
    return ""


def _variable_problem(inside: str) -> str:
    variable, *conditions = inside.split(",")
    scope, dot, name = variable.partition(".")
    if not variable:
        return "the name of the variable is missing"
    if scope not in _SCOPES and scope not in _LATER_SCOPES:
        return f"'{variable}' does not begin with a scope: txn, sess, req, res, proc or check, and a dot"
    if not dot or not name:
        return f"the name is missing after '{scope}'"
    wrong = next((condition for condition in conditions if condition not in _CONDITIONS), "")
    return f"unknown condition '{wrong}'" if wrong else ""


def _resolve_problem(parts: list[str]) -> str:
    if len(parts) < 2:
        return "the parentheses need a variable and a 'resolvers' section"
    if len(parts) > 2 and parts[2] not in ("ipv4", "ipv6"):
        return f"'{parts[2]}' is neither 'ipv4' nor 'ipv6'"
    return ""
