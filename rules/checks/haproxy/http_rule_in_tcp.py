"""HA023: HTTP rules in mode tcp, which haproxy leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.acl_terms import condition_of

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine

_RULES = ("http-request", "http-response", "http-after-response", "redirect", "monitor-uri", "stats")
_REFUSALS = ("deny", "tarpit", "reject", "silent-drop", "auth")
_SERVES = ("default_backend", "use_backend", "server", "server-template", "dispatch")
# What a connection says before any HTTP is read.
_OF_THE_CONNECTION = ("src", "src_port", "src_is_local", "dst", "dst_port", "dst_conn", "fe_id", "so_id", "always_true")


@rule("HA023", "http-rule-in-tcp", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A proxy in mode tcp has HTTP rules: `http-request deny`, a redirect, `monitor-uri`, a statistics page.

    Why it hurts: haproxy ignores them, with a warning that is easily missed. An allow list made of `http-request
    deny` lets everybody in, and a statistics page or a health page closes the connection without an answer
    (measured with 2.6.12).

    How to fix: in front of the Kubernetes API, refuse connections with `tcp-request connection reject if ...`; a
    statistics or health page needs `mode http` in a section of its own.

    Silent when: the mode is not known, the proxy switches to HTTP itself (`switch-mode http`), or a line depends on
    a condition; and for options that only change what is logged. Rules without which nothing is refused or closed,
    such as `http-request set-header`, are an info.
    """
    for proxy in config.proxies:
        if proxy.effective_mode != "tcp" or not proxy.certain or proxy.disabled:
            continue
        lines = [line for keyword in _RULES for line in proxy.all(keyword) if line.condition is None and line.args]
        if not lines or any(w.value == "switch-mode" for line in proxy.all("tcp-request") for w in line.args):
            continue
        worst = next((line for line in lines if _is_serious(proxy, line)), None)
        yield _hit(proxy, worst or lines[0], lines, worst is not None)


def _is_serious(proxy: Proxy, line: HaproxyLine) -> bool:
    """Whether clients notice that the line is ignored."""
    if line.keyword == "http-request":
        return line.first_arg in _REFUSALS
    if line.keyword == "stats":
        return not any(proxy.has(keyword) for keyword in _SERVES)
    return line.keyword in ("monitor-uri", "redirect")


def _hit(proxy: Proxy, line: HaproxyLine, lines: list[HaproxyLine], serious: bool) -> Hit:
    name = f"{line.keyword} {line.first_arg}" if line.keyword != "monitor-uri" else line.keyword
    outcome, instead, advice = (
        "",
        "",
        f"remove the line, or write 'mode http' in {proxy.label} if haproxy can read the traffic",
    )
    if line.first_arg in _REFUSALS and line.keyword == "http-request":
        outcome = ": nobody is refused"
        instead = _reject(proxy, line)
        advice = f"write '{instead}'" if instead else advice
    elif serious and line.keyword in ("stats", "monitor-uri"):
        outcome = ": the page does not answer"
        advice = f"write 'mode http' in {proxy.label}"
        if any(proxy.has(keyword) for keyword in _SERVES):
            advice = "move it to a section of its own with 'mode http' and another port"
    return Hit(
        line.span,
        f"{proxy.label} is in mode tcp, so haproxy ignores '{name}'{outcome}",
        help=advice,
        note="ignored",
        fix=partial(_fix, proxy, lines) if instead else None,
        related=[(other.span, "ignored too") for other in lines if other is not line][:5],
        severity=None if serious else Severity.INFO,
    )


def _reject(proxy: Proxy, line: HaproxyLine) -> str:
    """What to write instead; "" if the condition needs more than the connection."""
    text = " ".join(word.value for word in line.args)
    condition = condition_of(line)
    if "'" in text or any(" " in word.value for word in line.args) or line.first_arg == "auth":
        return ""
    if condition is None:
        return "tcp-request connection reject"
    fetches = re.findall(r"(?:^|\s)!?\{ (\S+)", text)
    for _, name in condition.names:
        fetches += [acl.args[1].value for acl in proxy.acls.get(name, ()) if len(acl.args) > 1] or [""]
    if not condition.certain or any(fetch.partition(",")[0] not in _OF_THE_CONNECTION for fetch in fetches):
        return ""
    start = re.search(r"(?<!\S)(?:if|unless)(?!\S)", text)
    return f"tcp-request connection reject {text[start.start() if start else 0 :]}"


def _fix(proxy: Proxy, lines: list[HaproxyLine]) -> Fix:
    """The same for every rule of the section that refuses clients by what is known of the connection."""
    rules = [line for line in lines if line.keyword == "http-request" and line.first_arg in _REFUSALS]
    steps = tuple(("write", line.span, instead) for line in rules if (instead := _reject(proxy, line)))
    return Fix("write 'tcp-request connection reject'", steps, safe=False)
