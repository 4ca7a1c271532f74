"""HA062: an experimental keyword that is not allowed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import Section
    from parsers.tree import Word

_PERMISSION = "expose-experimental-directives"
_GLOBAL = ("tune.fd.edge-triggered", "tune.disable-fast-forward", "force-cfg-parser-pause")
_ACTIONS = {"http-request": ("normalize-uri", 0), "tcp-request": ("attach-srv", 1)}


@rule("HA062", "experimental-keyword", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A keyword or an action that haproxy regards as experimental, without `expose-experimental-directives`.

    Why it hurts: haproxy refuses the file: "is experimental, must be allowed via a global
    'expose-experimental-directives'" (measured with 2.6.12, 3.0.11 and 3.2.26). Such keywords may change or vanish with
    the next release.

    How to fix: do without it, or add `expose-experimental-directives` to `global`, above the line.

    Silent when: the file is only a part of a configuration, has placeholders or unresolved conditions, so that
    `global` may be elsewhere; or the keyword depends on how haproxy was built (QUIC).
    """
    if not config.complete:
        return
    allowed = False
    for section in config.sections:
        for word, shown in () if allowed else _experimental(section):
            before = [line for line in section.all(_PERMISSION) if line.start < word.start]
            if not before:
                message = f"'{shown}' is experimental, and haproxy refuses it without '{_PERMISSION}'"
                headers = [s.header.span for s in config.global_.sections if s.header.start < word.start]
                yield Hit(
                    word.span,
                    message,
                    help=f"remove the line, or add '{_PERMISSION}' to 'global'",
                    note="experimental",
                    fix=partial(Fix.add, "inside", headers[0], _PERMISSION, safe=False) if headers else None,
                )
        allowed = allowed or _PERMISSION in section.index()


def _experimental(section: Section) -> Iterator[tuple[Word, str]]:
    index = section.index()
    if section.keyword == "global":
        for keyword in _GLOBAL:
            for line in section.all(keyword) if keyword in index else ():
                if line.condition is None and line.keyword_word is not None:
                    yield line.keyword_word, keyword
        return
    for keyword, (action, at) in _ACTIONS.items():
        for line in section.all(keyword) if keyword in index else ():
            if line.condition is None and len(line.args) > at and line.args[at].value == action:
                yield line.args[at], action
    for line in section.all("bind") if "bind" in index else ():
        if "nbconn" not in line.line_text:
            continue
        word = next((word for word in line.args[1:] if word.value == "nbconn"), None)
        if word is not None and line.condition is None:
            yield word, "nbconn"
