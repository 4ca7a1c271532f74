"""The step about this machine: what its hosts file and its C library make of the name."""

from __future__ import annotations

from collections.abc import Sequence

from rules.live import HostsEntry, LiveView, SystemView, Target
from rules.plan import Phase
from rules.text import listed
from wizard.verify.checklist.model import CheckLine, CheckStep, Status, step_of

_HOSTS = "its lines for the name"
_LIBRARY = "the name (getaddrinfo)"


def machine_step(view: LiveView, phase: Phase, targets: Sequence[Target], held: str, resolvers_done: bool) -> CheckStep:
    """Whether this machine resolves the name to the targets.

    `held` is the reason why the name is not due there yet, "" when it is. `resolvers_done` says that the name servers
    point there already, so that another address can only come from this machine.
    """
    system = view.dns.system
    title = "this machine resolves the name the same way"
    if system is None or not targets:
        return step_of("this-machine", title, [CheckLine(Status.SKIP, "this machine", "", "was not asked")])
    hosts = _hosts_lines(system, phase, targets, held)
    pinned = any(line.status in (Status.FAIL, Status.WAIT) for line in hosts)
    reason = held or ("" if resolvers_done or pinned else "not yet: resolvers first")
    lines = [*hosts, _library_line(system, targets, reason, pinned)]
    if any(line.status is Status.WAIT for line in lines):
        lines.append(CheckLine(Status.WAIT, "this machine", "", reason))
    return step_of("this-machine", title, lines)


def _hosts_lines(system: SystemView, phase: Phase, targets: Sequence[Target], held: str) -> list[CheckLine]:
    if system.order and "files" not in system.order:
        return []
    wanted = {target.address for target in targets}
    return [_hosts_line(system, entry, entry.address in wanted, phase, held) for entry in system.hosts]


def _hosts_line(system: SystemView, entry: HostsEntry, right: bool, phase: Phase, held: str) -> CheckLine:
    where = f"{system.hosts_path}:{entry.line}"
    got = f"pins the name to {entry.address}"
    if right and phase is Phase.CUTOVER:
        return CheckLine(Status.OK, where, _HOSTS, got)
    if right:
        todo = f"remove the name from {where} before the cutover: no DNS change reaches it there"
        return CheckLine(Status.WARN, where, _HOSTS, got, todo)
    if held:
        return CheckLine(Status.WAIT, where, _HOSTS, f"{got}; the line has to go once the record has changed")
    return CheckLine(Status.FAIL, where, _HOSTS, got, f"remove the name from {where}: it hides what DNS says")


def _library_line(system: SystemView, targets: Sequence[Target], held: str, pinned: bool) -> CheckLine:
    if system.addresses is None and not system.error:
        return CheckLine(Status.SKIP, "this machine", _LIBRARY, "not asked, since --resolver names who is")
    families = {target.address.version for target in targets}
    relevant = [address for address in system.addresses or () if address.version in families]
    got = (
        f"returns {listed(sorted(system.addresses, key=str))}"
        if system.addresses
        else f"returns nothing: {system.error or 'no address'}"
    )
    if relevant and all(any(address == target.address for target in targets) for address in relevant):
        return CheckLine(Status.OK, "this machine", _LIBRARY, got)
    if held:
        return CheckLine(Status.WAIT, "this machine", _LIBRARY, got)
    if pinned:
        return CheckLine(Status.FAIL, "this machine", _LIBRARY, got, "the hosts file decides: see the line above")
    if not system.addresses:
        return CheckLine(Status.FAIL, "this machine", _LIBRARY, got, "look at /etc/resolv.conf and /etc/nsswitch.conf")
    todo = "a cache here has the old address: 'resolvectl flush-caches', or 'nscd -i hosts'"
    return CheckLine(Status.FAIL, "this machine", _LIBRARY, got, todo)
