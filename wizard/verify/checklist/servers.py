"""Lines about what answers at the endpoint's addresses."""

from __future__ import annotations

from rules.live import Certificate, Contact, LiveView, Part, Probe, Target, advice, names_of, probe_words
from rules.support import api_proxies, health_expectation
from rules.text import listed
from wizard.verify.checklist.model import CheckLine, Status

_REFUSALS = (401, 403)
_API_NAMES = frozenset({"kubernetes", "kubernetes.default", "kubernetes.default.svc"})


def asked_of(target: Target) -> str:
    """Where an API server is asked for `/readyz`."""
    return f"port {target.port}"


def alive_line(view: LiveView, target: Target, *, named: bool) -> CheckLine:
    """Whether an API server answers there; with `named`, with a certificate for the endpoint's name too."""
    probe, asked = view.probe(target), asked_of(target)
    if probe is None:
        return CheckLine(Status.FAIL, target.label, asked, "was not asked", "run it again: nothing is known about it")
    if not probe.alive:
        return CheckLine(Status.FAIL, target.label, asked, probe_words(probe), _advice(target, probe))
    if probe.verified:
        got = f"{probe_words(probe)}, but the CA does not vouch for the certificate: {probe.verified}"
        return CheckLine(
            Status.FAIL, target.label, asked, got, "is it another cluster's, or is --ca-file of another one?"
        )
    if status := _refused(view, target, probe):
        got = f"answers {status} to haproxy's check, which counts it as down"
        todo = "write 'check = \"readyz-401\"' under [haproxy] in halb.toml and render again"
        return CheckLine(Status.WARN, target.label, asked, got, todo)
    if not named:
        return CheckLine(Status.OK, target.label, asked, probe_words(probe))
    if view.serves_name(target):
        return CheckLine(
            Status.OK, target.label, asked, f"{probe_words(probe)}, certificate for {view.name}{holder(view, target)}"
        )
    if probe.certificate is None:
        why = f": {probe.detail}" if probe.detail else ""
        return CheckLine(
            Status.FAIL,
            target.label,
            asked,
            f"{probe_words(probe)}, but its certificate can't be read{why}",
            advice_tls(target),
        )
    got = f"{probe_words(probe)}, but its certificate is for {names_of(probe.certificate)}"
    return CheckLine(Status.FAIL, target.label, asked, got, mend_certificate(view, target, "the control-plane nodes"))


def _refused(view: LiveView, target: Target, probe: Probe) -> int:
    """The status of an API server that is alive and that haproxy's check does not take; 0 where it takes it.

    The load balancers' own files say what they want; without any, what halb.toml has them rendered with.
    """
    status = probe.status or 0
    if target.part is not Part.CONTROL_PLANE or status not in _REFUSALS:
        return 0
    apis = [api.backend for node in view.fleet.nodes if node.haproxy is not None for api in api_proxies(node.haproxy)]
    if not apis:
        return status if view.endpoint.check == "readyz" else 0
    wanted = [found for backend in apis if (found := health_expectation(backend)) is not None]
    return status if any(not found.accepts(status) for found in wanted) else 0


def _advice(target: Target, probe: Probe) -> str:
    if target.part is Part.VIP and probe.contact in (Contact.TIMEOUT, Contact.UNREACHABLE):
        return "does a load balancer hold it ('ip -br address' there), and what does keepalived log?"
    return advice(probe)


def advice_tls(target: Target) -> str:
    """The command that shows what a server says in TLS."""
    return f"'openssl s_client -connect {target.socket}' shows more"


def mend_certificate(view: LiveView, target: Target, where: str) -> str:
    """What to do about a certificate that is not for the endpoint's name; `where` the API server's is made anew.

    An API server's certificate names the service `kubernetes`, whoever installed it (kubeadm's guide to certificates;
    K3s, RKE2, k0s and Talos do the same): another one is no API server's, and there is nothing to make anew.
    """
    probe = view.probe(target)
    found = None if probe is None else probe.certificate
    if found is not None and not _API_NAMES.intersection(found.names):
        passes = "" if target.part is Part.CONTROL_PLANE else ", and does haproxy pass TLS through ('mode tcp') there"
        return (
            f"this is no API server's certificate ('kubernetes' is not among its names): another service answers at "
            f"{target.socket}; is the address right{passes}?\n{advice_tls(target)}"
        )
    if found is not None and _is_other_clusters(view, target, found):
        return (
            "this is another cluster's certificate: the control-plane nodes' have another issuer; is "
            f"{target.socket} the right address?\n{advice_tls(target)}"
        )
    return renew(view, where)


def _is_other_clusters(view: LiveView, target: Target, found: Certificate) -> bool:
    """Whether the control-plane nodes' certificates are known, and none is of this one's issuer."""
    probes = [view.probe(other) for other in view.endpoint.control_plane if other.address != target.address]
    others = [probe.certificate for probe in probes if probe is not None and probe.certificate is not None]
    told = [other for other in others if other.issuer_key and _API_NAMES.intersection(other.names)]
    return bool(told and found.issuer_key) and not any(_same_cluster(found, other) for other in told)


def renew(view: LiveView, where: str) -> str:
    """How kubeadm makes the API server's certificate anew, with the endpoint's name and its VIPs.

    kubeadm leaves a certificate that exists as it is, so it has to be moved away first (kubeadm init phase certs).
    """
    names = ",".join((view.name, *(str(vip.address) for vip in view.endpoint.vips)))
    return (
        f"on {where}, move /etc/kubernetes/pki/apiserver.crt and .key away, type\n"
        f"    kubeadm init phase certs apiserver --apiserver-cert-extra-sans={names}\n"
        "and restart the API server; add the same to certSANs in the ConfigMap kubeadm-config"
    )


def holder(view: LiveView, target: Target) -> str:
    """Which machine has the VIP, as far as can be told from here, as the end of a sentence."""
    if target.part is not Part.VIP:
        return ""
    local = view.observed.vantage.local
    here = view.here
    if target.address in local:
        return f"; held by {listed(here)} (this machine)" if here else "; held by this machine"
    balancers = [lb.name for lb in view.endpoint.load_balancers if lb.address in local]
    return f"; not held by {listed(dict.fromkeys(balancers))} (this machine)" if balancers else ""


def free_line(view: LiveView, vip: Target) -> CheckLine:
    """Whether the VIP may be taken: nobody answers there, or the cluster's own API does already."""
    probe, asked = view.probe(vip), asked_of(vip)
    if probe is None:
        return CheckLine(Status.SKIP, vip.label, asked, "was not asked")
    if not probe.accepts:
        return CheckLine(Status.OK, vip.label, asked, f"{probe_words(probe)}: no service is there")
    if view.serves_name(vip):
        return CheckLine(Status.OK, vip.label, asked, f"serves {view.name} already")
    if _own(view, probe):
        return CheckLine(Status.OK, vip.label, asked, f"{probe_words(probe)}: the cluster's own load balancers")
    whose = f", certificate for {names_of(probe.certificate)}" if probe.certificate else ""
    todo = f"find out who has {vip.address} ('arping {vip.address}'), or take another VIP in [vip] of halb.toml"
    return CheckLine(Status.FAIL, vip.label, asked, f"{probe_words(probe)}{whose}: another service", todo)


def _own(view: LiveView, probe: Probe) -> bool:
    """Whether what answers at a VIP is known to be this cluster's: by its certificate, or by what its LBs do too."""
    others = [view.probe(target) for target in (*view.endpoint.load_balancers, *view.endpoint.control_plane)]
    if probe.contact is Contact.CLOSED:  # what haproxy does as long as no server is up
        return any(other is not None and other.contact is Contact.CLOSED for other in others)
    mine = probe.certificate
    return mine is not None and any(
        other is not None and other.certificate is not None and _same_cluster(mine, other.certificate)
        for other in others
    )


def _same_cluster(one: Certificate, other: Certificate) -> bool:
    if one.fingerprint and one.fingerprint == other.fingerprint:
        return True
    return bool(one.issuer_key) and one.issuer_key == other.issuer_key
