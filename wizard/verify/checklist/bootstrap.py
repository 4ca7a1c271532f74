"""The bootstrap phase: the name leads to the initial master, `kubeadm init` and the joins go through it."""

from __future__ import annotations

from collections.abc import Sequence

from rules.live import Contact, LiveView, Target, advice, kubeadm_init, names_of, probe_words
from rules.plan import Phase
from wizard.verify.checklist.machine import machine_step
from wizard.verify.checklist.model import VERBATIM, CheckLine, CheckStep, Countdown, Status, held_up, step_of
from wizard.verify.checklist.name import authority_lines, resolver_step, ttl_step, unfinished, unknown_target
from wizard.verify.checklist.replies import Authorities, records
from wizard.verify.checklist.servers import alive_line, asked_of, free_line, mend_certificate, renew

_ANSWERS = (Status.OK, Status.WARN)  # of an API server that is there


def steps(view: LiveView) -> tuple[tuple[CheckStep, ...], tuple[Countdown, ...]]:
    """The steps in their order, and the countdowns of the resolvers."""
    targets = view.expected(Phase.BOOTSTRAP)
    authorities = Authorities(view, targets)
    free = _vip_free(view)
    name = _name(authorities)
    record = f"{_set_record(authorities)}\nif that is done already, wait until it has run out there"
    resolvers, countdowns = resolver_step(authorities, "every resolver points to the initial master", name, record)
    machine = machine_step(view, Phase.BOOTSTRAP, targets, "", not (name.holds_up or resolvers.holds_up))
    ttl = ttl_step(view, moved=False)
    api = _api(view, targets, (free, name, resolvers, machine, ttl))
    certificate = _certificate(view)
    control_plane = _control_plane(view, api)
    return (free, name, resolvers, machine, ttl, api, certificate, control_plane), countdowns


def closing(view: LiveView) -> tuple[str, ...]:
    """What comes after this phase."""
    return (
        "install the files of the load balancers, and start haproxy and keepalived there",
        'set phase = "cutover" in halb.toml',
        "run 'halb-wizard verify' again: it says when the name may move to the VIP",
    )


def _vip_free(view: LiveView) -> CheckStep:
    lines = [free_line(view, vip) for vip in view.endpoint.vips]
    if not lines:
        lines = [CheckLine(Status.SKIP, "VIP", "", "no VIP is known yet: [vip] address in halb.toml")]
    return step_of("vip-free", "no other machine has the VIP", lines)


def _name(authorities: Authorities) -> CheckStep:
    view = authorities.view
    title = "the authoritative servers point to the initial master"
    if not view.name:
        return step_of("name", title, [unknown_target("name", "[cluster] endpoint in halb.toml")])
    if not authorities.targets:
        return step_of("name", title, [unknown_target("initial master", "[[control_plane]] with its address")])
    lines = authority_lines(authorities, Status.FAIL, unfinished(authorities) or _set_record(authorities))
    return step_of("name", title, lines)


def _set_record(authorities: Authorities) -> str:
    """What to do when the name does not lead to the initial master."""
    view = authorities.view
    if view.vip_ready and any(view.is_vip(address) for address in view.addresses):
        return 'the name is at the VIP, and the VIP serves it: set phase = "cutover" in halb.toml'
    master = view.endpoint.initial_master
    if master is None or view.is_vip(master.address) or not view.name:
        return "point the name to the initial master, and say which one that is: [[control_plane]] in halb.toml"
    return f"set this record, and no other address for the name:\n{records(authorities, [master])}"


def _api(view: LiveView, targets: Sequence[Target], before: Sequence[CheckStep]) -> CheckStep:
    title = "the initial master answers"
    reason = held_up(before)
    lines = [alive_line(view, target, named=False) for target in targets]
    if not lines:
        return step_of("api", title, [CheckLine(Status.WAIT, "initial master", "", reason or "not known")])
    # Where the initial master is not known, one node that answers will do.
    good = [line for line in lines if line.status in _ANSWERS]
    if good:
        return step_of("api", title, good)
    if any(probe.alive for probe in view.observed.probes) or not _closed(view, targets):
        return step_of("api", title, lines)
    lines = [CheckLine(Status.WAIT, line.subject, line.asked, line.got) for line in lines]
    if reason:
        return step_of("api", title, [*lines, CheckLine(Status.WAIT, "kubeadm init", "", reason)])
    sans = ",".join(str(vip.address) for vip in view.endpoint.vips)
    command = kubeadm_init(view.name, view.endpoint.port) + (f" --apiserver-cert-extra-sans={sans}" if sans else "")
    where = targets[0].name if view.endpoint.initial_master else "the initial master"
    return step_of("api", title, lines, f"make the cluster: on {where}, type\n{VERBATIM}{command}")


def _closed(view: LiveView, targets: Sequence[Target]) -> bool:
    """Whether the machines are there without an API server: so they are before `kubeadm init`."""
    probes = [view.probe(target) for target in targets]
    return all(probe is not None and probe.contact is Contact.REFUSED for probe in probes)


def _certificate(view: LiveView) -> CheckStep:
    lines = [line for target in view.endpoint.control_plane for line in _certificate_lines(view, target)]
    if not lines:
        lines = [CheckLine(Status.WAIT, "certificates", "", "not yet: no control-plane node shows one")]
    return step_of("certificate", "the certificates are for the name and the VIP", lines)


def _certificate_lines(view: LiveView, target: Target) -> list[CheckLine]:
    probe = view.probe(target)
    if probe is None or probe.certificate is None:
        return []
    certificate, asked = probe.certificate, f"certificate, port {target.port}"
    if not certificate.covers_name(view.name):
        got = f"is for {names_of(certificate)}, not for {view.name}"
        return [CheckLine(Status.FAIL, target.label, asked, got, mend_certificate(view, target, target.name))]
    missing = [vip for vip in view.endpoint.vips if vip.address not in certificate.addresses]
    if missing:
        got = f"is for {view.name}, but not for the address {', '.join(str(vip.address) for vip in missing)}"
        return [CheckLine(Status.WARN, target.label, asked, got, renew(view, target.name))]
    return [CheckLine(Status.OK, target.label, asked, f"is for {view.name}")]


def _control_plane(view: LiveView, api: CheckStep) -> CheckStep:
    lines = [_member_line(view, target, api) for target in view.endpoint.control_plane]
    if api.holds_up:
        lines.append(CheckLine(Status.WAIT, "kubeadm join", "", held_up([api])))
    if not lines:
        lines = [CheckLine(Status.SKIP, "control-plane nodes", "", "none is known")]
    return step_of("control-plane", "every control-plane node answers", lines)


def _member_line(view: LiveView, target: Target, api: CheckStep) -> CheckLine:
    line = alive_line(view, target, named=False)
    if line.status in _ANSWERS:
        return line
    if api.holds_up:
        return CheckLine(Status.WAIT, line.subject, line.asked, line.got)
    probe = view.probe(target)
    if probe is None or probe.contact is not Contact.REFUSED:
        return line if probe is None or probe.accepts else line._replace(todo=f"if it has joined: {advice(probe)}")
    join = f"{VERBATIM}kubeadm join {view.name}:{view.endpoint.port} --control-plane ..."
    todo = f"join it, with the token and the keys that 'kubeadm init' printed:\n{join}"
    return CheckLine(Status.FAIL, target.label, asked_of(target), probe_words(probe), todo)
