"""HO011: the VIP or a load balancer presents a different certificate from the control-plane nodes'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.live.views.wording import names_of
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Certificate, Probe
    from rules.live.views.view import LiveView


class _Wrong(NamedTuple):
    """What is wrong with a certificate: equal ones are one finding."""

    what: str  # "CA", "name", or "chain"
    detail: str = ""


class _Seen(NamedTuple):
    """A certificate, and the address that presented it."""

    target: Target
    certificate: Certificate


@rule("HO011", "vip-serves-wrong-cert", Severity.ERROR, Scope.HOST, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The certificate that the VIP or a load balancer presents is not one that the cluster's clients accept.

    It lacks the endpoint's name, is from a different CA than the control-plane nodes' own certificates, or can't be
    verified with the file given as `--ca-file`.

    Why it hurts: every client checks the name and the cluster's CA, so no one can connect through the endpoint. A
    different CA means that haproxy points to another cluster (perhaps the one before a reinstallation), or terminates
    TLS itself: then kubelets can't authenticate either, since their client certificates don't get past haproxy.

    How to fix: `mode tcp`, no `ssl` on the `bind` line, and as servers only this cluster's control-plane nodes.

    Silent when: no TLS answers; a control-plane node's own certificate lacks the name as well (K8003); another machine
    has the VIP (HO002); the certificate is outside its validity period and that is the reason (HO016). The CAs are
    compared by their keys, and only if every control-plane node is known: not while one does not answer at all, unless
    the name is missing too. If the name already points there, DN008 reports what follows.
    """
    found: dict[_Wrong, list[_Seen]] = {}
    for target in (*view.endpoint.vips, *view.endpoint.load_balancers):
        probe = view.probe(target)
        if probe is None or probe.certificate is None or view.taken(target):
            continue
        wrong = _wrong(view, probe, probe.certificate)
        if wrong is not None:
            found.setdefault(wrong, []).append(_Seen(target, probe.certificate))
    for wrong, seen in found.items():
        yield _hit(view, wrong, seen)


def _wrong(view: LiveView, probe: Probe, certificate: Certificate) -> _Wrong | None:
    """What is wrong with one certificate: the cause that explains the others."""
    named = certificate.covers_name(view.name)
    if view.of_another_ca(certificate) and not (named and _some_unseen(view)):
        return _Wrong("CA", certificate.issuer_key or certificate.issuer)
    if not named:
        return None if _nodes_lack_it_too(view) else _Wrong("name")
    reason = probe.verified
    if not reason or (_dates(reason) and not certificate.not_before <= view.observed.taken_at <= certificate.not_after):
        return None
    return _Wrong("chain", reason)


def _dates(reason: str) -> bool:
    """Whether OpenSSL refused a certificate because of its dates ("certificate has expired", "... is not yet
    valid").
    """
    return "expired" in reason or "not yet valid" in reason


def _some_unseen(view: LiveView) -> bool:
    """Whether the VIP may point to a control-plane node whose certificate is not known."""
    probes = [view.probe(node) for node in view.endpoint.control_plane]
    return any(
        probe is None or (probe.certificate is None and probe.contact is not Contact.REFUSED) for probe in probes
    )


def _nodes_lack_it_too(view: LiveView) -> bool:
    """Whether a control-plane node's certificate lacks the name as well: what the VIP presents is then that node's."""
    return any(not own.covers_name(view.name) for own in view.node_certificates)


def _key(certificate: Certificate) -> str:
    """A CA: its name, which many clusters share, and the beginning of its key's identifier."""
    whole = certificate.issuer_key
    key = f" with the key {whole if len(whole) <= 12 else f'{whole[:12]}...'}" if whole else ""
    return f"{certificate.issuer or 'a CA without a name'}{key}"


def _hit(view: LiveView, wrong: _Wrong, seen: list[_Seen]) -> Hit:
    first = seen[0].target
    certificate = seen[0].certificate
    who = f"{listed(f'the {s.target.label}' if not s.target.name else s.target.label for s in seen)}"
    presents = "presents" if len(seen) == 1 else "present"
    probing = f"'openssl s_client -connect {first.socket} -servername {view.name}' shows it"
    fix = f"{probing}; haproxy must pass TLS through: 'mode tcp', no 'ssl' on its bind line, and only this cluster's"
    fix += " control-plane nodes as servers"
    if wrong.what == "CA":
        own = listed(dict.fromkeys(map(_key, view.node_certificates)), "or")
        message = (
            f"{who} {presents} a certificate from a different CA than the control-plane nodes': {_key(certificate)}, "
            f"not {own}"
        )
    elif wrong.what == "name":
        message = f"{who} {presents} a certificate that is not for {view.name}, but for {names_of(certificate, 4)}"
    else:
        message = f"{who} {presents} a certificate that can't be verified with the CA file: {wrong.detail}"
        refused = [probe for probe in map(view.probe, view.endpoint.control_plane) if probe and probe.verified]
        if refused:
            message += "; neither can the control-plane nodes' own"
            fix = "pass the CA of this cluster as '--ca-file': /etc/kubernetes/pki/ca.crt from a control-plane node"
    others = [Related(s.target.span, f"{s.target.label}: the same", s.target.node) for s in seen[1:]]
    return Hit(
        first.span,
        message,
        help=fix,
        note=f"for {names_of(certificate, 4)}",
        related=[*first.related("the same address"), *others],
        node=first.node,
    )
