"""DN010: the hosts file has the endpoint's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.source import Source, Span
from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.accounts import authorities, few, in_order, name_span, resolvers
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.observations import HostsEntry, IPAddress, SystemView
    from rules.live.views.view import LiveView

_HOSTS_SOURCES = ("files", "resolve")  # systemd-resolved reads the hosts file too (resolved.conf(5), ReadEtcHosts)


@rule("DN010", "hosts-file-override", Severity.WARNING, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The hosts file of this machine has a line for the endpoint's name.

    Why it hurts: the line overrides DNS wherever nsswitch.conf lists `files` first, which is usual. When the name is
    moved to the VIP, this machine continues to use the initial master, and no one notices until that one is down.
    Installers and people in a hurry leave such lines on some machines and not on others.

    How to fix: remove the line if DNS has the name. In a network without DNS, keep the same line on every machine, and
    change all of them at the cutover.

    Silent when: no line has the name. It is an info if the line agrees with DNS or the phase today, or if nsswitch.conf
    does not list the hosts file before DNS.
    """
    system = view.dns.system
    if system is None or not system.hosts:
        return
    source = Source(system.hosts_path, system.hosts_text)
    odd = [entry for entry in system.hosts if _differs(view, entry.address)]
    first, *others = odd or system.hosts
    wins = _wins(system)
    yield Hit(
        Span(source, first.start, first.end),
        _message(view, system, odd),
        help=_help(view, first),
        note=f"{first.address} here",
        related=[
            *((Span(source, entry.start, entry.end), "here too") for entry in others[:4]),
            (name_span(view), "the endpoint"),
        ],
        severity=None if odd and wins else Severity.INFO,
    )


def _in_dns(view: LiveView) -> tuple[IPAddress, ...]:
    found = {a for account in (*authorities(view), *resolvers(view)) for a in account.addresses}
    return in_order(found)


def _wanted(view: LiveView) -> tuple[IPAddress, ...]:
    """Where the name should point in the phase that was set."""
    phase = view.endpoint.phase
    return tuple(target.address for target in view.expected(phase.value)) if phase is not None else ()


def _differs(view: LiveView, address: IPAddress) -> bool:
    """Whether an address differs from DNS or from the phase; without either, whether it is unknown."""
    dns, wanted = _in_dns(view), _wanted(view)
    if dns and address not in dns:
        return True
    if any(other.version == address.version for other in wanted):
        return address not in wanted
    return not dns and bool(view.endpoint.targets) and view.target(address) is None


def _wins(system: SystemView) -> bool:
    """Whether nsswitch.conf lists the hosts file before DNS (by default it is read first)."""
    if not system.order:
        return True
    first = next((word for word in system.order if word in (*_HOSTS_SOURCES, "dns")), "")
    return first in _HOSTS_SOURCES


def _message(view: LiveView, system: SystemView, odd: list[HostsEntry]) -> str:
    shown = tuple(dict.fromkeys(entry.address for entry in (odd or system.hosts)))
    roles = listed(role for role in dict.fromkeys(map(view.role_of, shown)) if role)
    pinned = f"{few(shown)}{f' ({roles})' if roles else ''}"
    text = f"{system.hosts_path} of this machine pins {view.name} to {pinned}"
    dns, wanted = _in_dns(view), _wanted(view)
    if any(account.denies for account in (*authorities(view), *resolvers(view))) and not dns:
        text += ", but no name server that was queried has the name"
    elif dns and any(entry.address not in dns for entry in odd):
        text += f", but the name servers return {few(dns)}"
    if odd and wanted and wanted != dns and any(entry.address not in wanted for entry in odd):
        text += f", but the {view.phase} phase expects {few(wanted)}"
    elif not odd:
        text += ": right today, but out of date once the name moves"
    return f"{text}; {_order(system)}" if system.order else text


def _order(system: SystemView) -> str:
    words = [word for word in system.order if word in (*_HOSTS_SOURCES, "dns")]
    if not {*_HOSTS_SOURCES} & {*words}:
        return "nsswitch.conf does not list files, so the line has no effect"
    if "dns" not in words:
        return f"nsswitch.conf lists {words[0]} but not dns"
    before, after = words[0], words[1]
    return f"nsswitch.conf lists {before} before {after}"


def _help(view: LiveView, entry: HostsEntry) -> str:
    if _in_dns(view):
        return f"remove '{view.name}' from line {entry.line}: DNS has it"
    return "keep the same line on every machine and change all of them when the name moves, or create the record in DNS"
