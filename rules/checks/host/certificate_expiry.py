"""HO016: certificates that have expired, expire soon, or are not valid yet."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.live.endpoint import Part
from rules.live.views.wording import day, duration
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Certificate
    from rules.live.views.view import LiveView

_DAY = 86400.0
_SOON = 30 * _DAY  # the last month: kubeadm's certificates are valid for a year and only an upgrade renews them
_NEAR = 90 * _DAY
_APART = 180 * _DAY


class _State(Enum):
    EARLY = "early"
    ENDED = "ended"
    SOON = "soon"
    VALID = "valid"


class _Seen(NamedTuple):
    """One certificate, and the targets that present it: a control-plane node first if there is one."""

    certificate: Certificate
    targets: list[Target]

    @property
    def on_node(self) -> bool:
        return self.targets[0].part is Part.CONTROL_PLANE


def _seen(view: LiveView) -> list[_Seen]:
    """Each certificate of the cluster once; what another machine presents on the VIP is not the cluster's."""
    found: dict[str, _Seen] = {}
    for target in (*view.endpoint.control_plane, *view.endpoint.vips, *view.endpoint.load_balancers):
        probe = view.probe(target)
        if probe is None or probe.certificate is None or (target.part is Part.VIP and view.taken(target)):
            continue
        key = probe.certificate.fingerprint or target.socket
        found.setdefault(key, _Seen(probe.certificate, [])).targets.append(target)
    return list(found.values())


def _state(certificate: Certificate, now: float) -> _State:
    """Both ends of the validity period are inclusive (RFC 5280 section 4.1.2.5)."""
    if now > certificate.not_after:
        return _State.ENDED
    if now < certificate.not_before:
        return _State.EARLY
    return _State.SOON if certificate.not_after - now <= _SOON else _State.VALID


@rule("HO016", "certificate-expiry", Severity.WARNING, Scope.HOST, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """A certificate has expired or is not valid yet (error), or it expires within 30 days (warning).

    Also, as an info: one control-plane node's certificate expires within 90 days and another's half a year later, so it
    was probably renewed on one node only.

    Why it hurts: kubeadm's certificates are valid for a year, and only an upgrade renews them. On that day every
    kubelet and every `kubectl` refuses the API server ("x509: certificate has expired or is not yet valid"). If one
    node's expires before the others', every third connection through haproxy fails, and its health check does not
    notice.

    How to fix: `kubeadm certs renew apiserver` on the control-plane node, then restart its API server: move
    kube-apiserver.yaml out of /etc/kubernetes/manifests, wait 20 seconds, and move it back (kubeadm's guide to
    certificate management). `kubeadm certs check-expiration` shows the other certificates; they usually expire on the
    same day.

    Silent when: the certificate was not seen, or it belongs to another machine that has the VIP (HO002). The same
    certificate seen through VIP, load balancer and node is one finding, at the node; so are those of several nodes that
    expire on the same day. Times are compared with this machine's clock.
    """
    now = view.observed.taken_at
    seen = _seen(view)
    alike: dict[tuple[_State, str, bool], list[_Seen]] = {}
    for one in seen:
        state = _state(one.certificate, now)
        if state is not _State.VALID:
            when = one.certificate.not_before if state is _State.EARLY else one.certificate.not_after
            alike.setdefault((state, day(when), one.on_node), []).append(one)
    for (state, _, _), group in alike.items():
        yield _out_of_date(view, state, group)
    yield from _renewed_on_one_node(now, [one for one in seen if one.on_node])


def _owners(group: list[_Seen]) -> str:
    """Whose certificates: the nodes', or for one that no node presents, where it was seen."""
    if group[0].on_node:
        targets = [target for one in group for target in one.targets if target.part is Part.CONTROL_PLANE]
        return f"of {listed(target.label for target in targets)}"
    return f"seen at {listed(target.label for one in group for target in one.targets)}"


def _related(group: list[_Seen]) -> list[Related]:
    """Every place but the first where one of these certificates was seen."""
    first = group[0].targets[0]
    notes = [
        Related(target.span, f"{target.label}: until {day(one.certificate.not_after)}", target.node)
        for one in group
        for target in one.targets
        if target is not first
    ]
    return [*first.related("the same address"), *notes]


def _out_of_date(view: LiveView, state: _State, group: list[_Seen]) -> Hit:
    now = view.observed.taken_at
    certificate, (target, *_) = group[0]
    several = len(group) > 1
    whose = f"the certificate{'s' if several else ''} {_owners(group)}"
    end = day(certificate.not_after)
    if state is _State.ENDED:
        text = f"{whose} expired on {end}, {duration(now - certificate.not_after)} ago: every client refuses it"
    elif state is _State.SOON:
        text = f"{whose} {'expire' if several else 'expires'} on {end}, in {duration(certificate.not_after - now)}"
    else:
        begin = f"{day(certificate.not_before)}, {duration(certificate.not_before - now)} from now"
        text = f"{whose} {'are' if several else 'is'} not valid before {begin} by this machine's clock"
    return Hit(
        target.span,
        text,
        help=_help(view, state, group[0]),
        related=_related(group),
        severity=Severity.WARNING if state is _State.SOON else Severity.ERROR,
        node=target.node,
    )


def _help(view: LiveView, state: _State, one: _Seen) -> str:
    if state is _State.EARLY:
        host = view.observed.vantage.hostname or "this machine"
        return f"compare the clocks of {host} and of the machine that created it: 'timedatectl' on both, and start NTP"
    if one.on_node:
        return (
            "'kubeadm certs renew apiserver' on that node, then restart its API server: "
            "move kube-apiserver.yaml out of /etc/kubernetes/manifests for 20 s"
        )
    return (
        f"no control-plane node presented it: 'openssl s_client -connect {one.targets[0].socket}' shows whose it is; "
        "if a control-plane node's, run 'kubeadm certs renew apiserver' there and restart its API server"
    )


def _renewed_on_one_node(now: float, nodes: list[_Seen]) -> Iterator[Hit]:
    """Nodes whose certificates expire in one to three months while another's is valid for half a year longer."""
    latest = max(nodes, key=lambda one: one.certificate.not_after, default=None)
    if latest is None or _state(latest.certificate, now) is not _State.VALID:
        return
    near = [
        one
        for one in nodes
        if _state(one.certificate, now) is _State.VALID
        and one.certificate.not_after - now <= _NEAR
        and latest.certificate.not_after - one.certificate.not_after > _APART
    ]
    if not near:
        return
    near.sort(key=lambda one: one.certificate.not_after)
    target, end = near[0].targets[0], near[0].certificate.not_after
    same = len({day(one.certificate.not_after) for one in near}) == 1
    when = f"on {day(end)}" if same else f"from {day(end)} on"
    other = latest.targets[0]
    yield Hit(
        target.span,
        f"the certificate{'s' if len(near) > 1 else ''} {_owners(near)} "
        f"{'expire' if len(near) > 1 else 'expires'} {when}, in {duration(end - now)}, that of {other.label} only on "
        f"{day(latest.certificate.not_after)}: was it renewed on {other.name} only?",
        help=f"'kubeadm certs renew apiserver' on {listed(one.targets[0].name for one in near)} too, "
        "then restart the API server there",
        related=[
            *_related(near),
            Related(other.span, f"{other.name}: until {day(latest.certificate.not_after)}", other.node),
        ],
        severity=Severity.INFO,
        node=target.node,
    )
