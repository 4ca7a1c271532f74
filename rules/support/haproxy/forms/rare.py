"""Arguments that only a line or two have: what a stick table stores, CPUs, the source that haproxy connects from."""

from __future__ import annotations

import re
from collections.abc import Callable

from rules.support.haproxy.forms.addresses import host_problem, port_problem
from rules.support.haproxy.forms.faults import time_problem
from rules.text.suggestions import closest

_RATES = (
    "gpc0_rate", "gpc1_rate", "conn_rate", "sess_rate", "http_req_rate", "http_err_rate", "http_fail_rate",
    "bytes_in_rate", "bytes_out_rate", "glitch_rate",
)  # fmt: skip
_PLAIN = (
    "server_id", "server_key", "gpt0", "gpc0", "gpc1", "conn_cnt", "conn_cur", "sess_cnt", "http_req_cnt",
    "http_err_cnt", "http_fail_cnt", "bytes_in_cnt", "bytes_out_cnt", "glitch_cnt",
)  # fmt: skip
_ARRAYS = ("gpt", "gpc")
_MOST = 100  # elements of an array
_CPUSET = (
    r"(?:auto:)?(?:all|odd|even|[1-9]\d{0,3}(?:-[1-9]?\d{0,3})?)(?:/(?:all|odd|even|[1-9]\d{0,3}(?:-\d{0,4})?))?\Z"
)
_CPUS = r"\d{1,6}(?!\d)"


def store_problem(text: str) -> str:
    """Why haproxy refuses what a stick table is to store: `gpc0,http_req_rate(10s)`."""
    for part in re.findall(r"[^,(]+(?:\([^)]*\)?)?", text):
        name, opened, rest = part.partition("(")
        argument = rest.removesuffix(")")
        if name in _RATES:
            problem = _time_problem(name, argument)
        elif name in _ARRAYS:
            problem = _size_problem(name, argument)
        elif name == "gpc_rate":
            size, _, period = argument.partition(",")
            problem = _size_problem(name, size) or _time_problem(name, period)
        elif name in _PLAIN:
            problem = f"'{name}' takes nothing in parentheses" if opened else ""
        else:
            near = closest(name, (*_RATES, *_PLAIN, *_ARRAYS, "gpc_rate"))
            problem = f"haproxy can't store '{name}'" + (f"; did you mean '{near}'?" if near else "")
        if problem:
            return problem
    return ""


def _time_problem(name: str, text: str) -> str:
    if not text:
        return f"'{name}' needs a period in parentheses"
    problem = time_problem(text)
    return f"'{text}' {problem}" if problem else ""


def _size_problem(name: str, text: str) -> str:
    start = re.match(r"\d{0,9}", text)
    number = int(start.group() or 0) if start is not None else 0
    return "" if 1 <= number <= _MOST else f"'{name}' needs a number from 1 to {_MOST} in parentheses"


def _source_problem(text: str) -> str:
    if text in ("client", "clientip") or text.startswith("hdr_ip("):
        return ""
    if text == "hdr_ip":
        return "'hdr_ip' needs a header in parentheses"
    return port_problem(text) or host_problem(text)


def _listen_problem(text: str) -> str:
    problems = (
        port_problem(part, required=True, several=True) or host_problem(part) for part in text.split(",") if part
    )
    return next((problem for problem in problems if problem), "")


def _factor_problem(text: str) -> str:
    start = re.match(r"-?\d{0,9}", text)
    digits = start.group() if start is not None else ""
    number = int(digits) if digits.strip("-") else 0
    return "" if number == 0 or number > 100 else "haproxy expects 0, or a number above 100"


def _cpuset_problem(text: str) -> str:
    return "" if re.match(_CPUSET, text) else f"'{text}' is not a thread group with threads"


def _cpus_problem(text: str) -> str:
    return "" if re.match(_CPUS, text) else f"'{text}' is not a CPU number or a range of them"


RARE: dict[str, Callable[[str], str]] = {
    "store": store_problem,
    "usesrc": _source_problem,
    "factor": _factor_problem,
    "listen": _listen_problem,
    "cpuset": _cpuset_problem,
    "cpus": _cpus_problem,
}
EXAMPLES = {
    "store": "gpc0,conn_rate(10s)",
    "usesrc": "clientip",
    "factor": "150",
    "listen": "192.0.2.11:10000",
    "cpuset": "1/all",
    "cpus": "0-3",
}
