"""XN103: corresponding proxies of two load balancers that treat the same connection differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.proxy_groups import backend_groups
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import Proxy
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node
    from rules.support.haproxy.proxy_groups import ProxyMember

_TIMEOUTS = ("server", "tunnel", "check")


class _Setting(NamedTuple):
    """One node's value of a setting: what is compared, the word to show, and its place."""

    node: Node
    value: str | float
    word: str
    span: Span


@rule("XN103", "behaviour-differs", Severity.WARNING, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The backends of the Kubernetes API on two load balancers have another mode, health check or timeout.

    Why it hurts: everything is as it always was until the VIP moves. Then watches break off after another time, a
    server that was in rotation is down, or requests are treated as HTTP: trouble that nobody connects with the file
    of a node that had been idle for months.

    How to fix: write the same on every node; which value is right, halb-lint can't know.

    Silent when: nothing shows that the nodes belong together, a value is not known, or proxies do not serve the API.
    Balance and maxconn are not compared: they differ on purpose where machines do.
    """
    for group in backend_groups(fleet):
        if not group.api:
            continue
        for what in ("mode", "health check", *(f"timeout {name}" for name in _TIMEOUTS)):
            found = [_setting(member, what) for member in group.members]
            known = [setting for setting in found if setting is not None]
            if len(known) == len(found) and len({setting.value for setting in known}) > 1:
                yield _hit(what, known)


def _setting(member: ProxyMember, what: str) -> _Setting | None:
    """The value on a node; None if it is not known."""
    backend = member.proxy
    if not backend.certain or not backend.inheritance_certain:
        return None
    if what == "mode":
        mode = backend.effective_mode
        span = backend.mode.span if backend.mode is not None else _name(backend)
        return _Setting(member.node, mode, mode, span) if mode is not None else None
    if what == "health check":
        option = backend.effective_check
        if option is not None and not option.known:
            return None
        word = f"option {option.raw}" if option else "a connection only"
        return _Setting(member.node, word, word, option.span if option else _name(backend))
    value = backend.timeout(what.partition(" ")[2])
    if value is None:
        return _Setting(member.node, "none", "none", _name(backend))
    return _Setting(member.node, value.value, value.raw, value.span) if value.certain and value.value else None


def _name(backend: Proxy) -> Span:
    return backend.name.span if backend.name is not None else backend.span


def _hit(what: str, settings: Sequence[_Setting]) -> Hit:
    counts = Counter(setting.value for setting in settings)
    # max keeps the first of equals, so with two nodes the first one is taken as meant.
    usual = max(counts, key=lambda value: counts[value])
    odd = next(setting for setting in settings if setting.value != usual)
    words = listed(f"{setting.word} on {setting.node.name}" for setting in settings)
    return Hit(
        odd.span,
        f"the backend of the Kubernetes API does not have the same {what} everywhere: {words}; this shows only "
        "when the VIP moves",
        help=f"choose one {what}, and write it on every node",
        note=f"{odd.node.name}: {odd.word}",
        related=[
            Related(setting.span, f"{setting.node.name}: {setting.word}", setting.node.name)
            for setting in settings
            if setting is not odd
        ],
        node=odd.node.name,
    )
