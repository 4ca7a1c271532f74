"""The cutover phase: the load balancers serve, then the name moves to the VIP, then everybody follows.

The order is the point: the record to write is not shown before the VIP answers with a certificate for the name.
A name that is moved too early takes the API away from every node of the cluster.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.live import LiveView, Role, Target
from rules.plan import Phase
from rules.text import listed
from wizard.verify.checklist.machine import machine_step
from wizard.verify.checklist.model import VERBATIM, CheckLine, CheckStep, Countdown, Status, held_up, step_of
from wizard.verify.checklist.name import (
    authority_lines,
    resolver_step,
    resolvers_lead,
    ttl_step,
    unfinished,
    unknown_target,
)
from wizard.verify.checklist.replies import Authorities, records
from wizard.verify.checklist.servers import alive_line


def steps(view: LiveView) -> tuple[tuple[CheckStep, ...], tuple[Countdown, ...]]:
    """The steps in their order, and the countdowns of the resolvers."""
    targets = view.expected(Phase.CUTOVER)
    authorities = Authorities(view, targets)
    before = [_control_plane(view), _load_balancers(view), _vip(view)]
    moved = _moved(authorities)
    before.append(ttl_step(view, moved))
    move = _move(authorities, before, moved)
    # Where no authoritative server tells, the record may have been changed: the resolvers' countdowns are shown.
    due = not move.holds_up or (bool(move.todo) and not authorities.known and move.status is Status.WAIT)
    title = "every resolver points to the VIP"
    resolvers, countdowns = resolver_step(authorities, title, move, "", due=due)
    resolvers_done = not (move.holds_up or resolvers.holds_up)
    machine = machine_step(view, Phase.CUTOVER, targets, held_up([move]), resolvers_done)
    return (*before, move, resolvers, machine), countdowns


def closing(view: LiveView) -> tuple[str, ...]:
    """What comes after this phase."""
    return (
        f"try it through the name:\n{VERBATIM}kubectl --server=https://{view.name}:{view.endpoint.port} get nodes",
        "try the failover: stop haproxy on the load balancer that holds the VIP, and run 'kubectl get nodes' again",
        "raise the TTL of the record again (3600 s, say): the VIP stays",
    )


def _control_plane(view: LiveView) -> CheckStep:
    lines = [alive_line(view, target, named=False) for target in view.endpoint.control_plane]
    if not lines:
        lines = [CheckLine(Status.SKIP, "control-plane nodes", "", "none is known: [[control_plane]] in halb.toml")]
    return step_of("control-plane", "every control-plane node answers", lines)


def _load_balancers(view: LiveView) -> CheckStep:
    lines = [alive_line(view, target, named=True) for target in view.endpoint.load_balancers]
    if not lines:
        why = "none can be asked by an address of its own: [[lb]] address in halb.toml"
        lines = [CheckLine(Status.SKIP, "load balancers", "", why)]
    return step_of("load-balancers", "every load balancer answers by its own address", lines)


def _vip(view: LiveView) -> CheckStep:
    lines = [alive_line(view, target, named=True) for target in view.endpoint.vips]
    if not lines:
        lines = [unknown_target("VIP", "[vip] address in halb.toml")]
    return step_of("vip", "the VIP answers with a certificate for the name", lines)


def _moved(authorities: Authorities) -> bool:
    """Whether the name points to the VIP already, for those who ask now."""
    if not authorities.known:
        return resolvers_lead(authorities)
    lines = authority_lines(authorities, Status.WAIT, "")
    return not any(line.status is Status.WAIT for line in lines) and any(line.status is Status.OK for line in lines)


def _too_early(authorities: Authorities) -> list[Target]:
    """The VIPs that the name leads to although they do not serve it."""
    view = authorities.view
    replies = authorities.useful if authorities.known else view.dns.of(Role.RESOLVER)
    found = {address for reply in replies for address in reply.addresses}
    return [vip for vip in authorities.targets if vip.address in found and not view.serves_name(vip)]


def _move(authorities: Authorities, before: Sequence[CheckStep], moved: bool) -> CheckStep:
    title = "the name points to the VIP"
    lines = authority_lines(authorities, Status.WAIT, "")
    early = _too_early(authorities)
    if early:
        vips = listed(vip.address for vip in early)
        got = f"the name is at {vips} already, which does not serve it: the API can't be reached through the name"
        lines.append(CheckLine(Status.FAIL, "the record", "", got, _back(authorities)))
        return step_of("move", title, lines)
    if moved:
        return step_of("move", title, lines)
    reason = held_up(before)
    if reason or not authorities.view.vip_ready:
        why = reason or "not yet: the VIP has to answer with a certificate for the name first"
        return step_of("move", title, [*lines, CheckLine(Status.WAIT, "the record", "", why)])
    write = f"change this record now, and leave no other address:\n{records(authorities, authorities.targets)}"
    if not authorities.known:
        lines.append(CheckLine(Status.WAIT, "the record", "", "not all resolvers point to the VIP yet"))
        write = write.replace(" now, and", " (if that is not done yet), and")
    return step_of("move", title, lines, unfinished(authorities) or write)


def _back(authorities: Authorities) -> str:
    """How to undo a move that came too early."""
    master = authorities.view.endpoint.initial_master
    if master is None or authorities.view.is_vip(master.address):
        return "set the record back to a control-plane node that answers, until the VIP does"
    return f"set the record back to the initial master until the VIP answers:\n{records(authorities, [master])}"
