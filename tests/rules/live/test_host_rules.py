"""What HO002 and HO010 say about answers that their examples don't show, and what holds for any answers."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.finding import Severity
from rules.live.observations import Certificate, Contact, Observations, Probe, Vantage
from tests.rules.live.answers import (
    LB_DOWN,
    NAME,
    NODES,
    OK,
    STRANGER,
    UNBORN,
    answers,
    changed,
    codes,
    found,
    line_of,
    only,
    plan,
)

NOW = 1_800_000_000.0
DAY = 86400.0
HAPROXY = """\
defaults
    mode tcp
    timeout connect 5s
    timeout client 4h
    timeout server 4h
frontend api
    bind *:6443
    default_backend masters
backend masters
    server cp1 192.0.2.21:6443 check
    server cp2 192.0.2.22:6443 check
"""


@pytest.mark.parametrize(
    ("phase", "lines", "expected"),
    [
        ("bootstrap", ("10 plain HTTP", *LB_DOWN, *NODES), ["HO002"]),
        ("cutover", ("10 plain HTTP", *LB_DOWN, *NODES), ["HO002"]),
        ("bootstrap", ("10 no TLS answer", *LB_DOWN, *NODES), ["HO002"]),
        ("bootstrap", (STRANGER, *LB_DOWN, *NODES), ["HO002"]),
        ("cutover", (STRANGER, *LB_DOWN, *NODES), ["HO002"]),
        ("bootstrap", (STRANGER, *NODES), ["HO002"]),
        ("bootstrap", (STRANGER, *LB_DOWN, *UNBORN), ["HO002"]),
        (None, (STRANGER, *LB_DOWN, *UNBORN), ["HO002"]),
        # haproxy without a healthy server may be the cluster's own, listening on the VIP only
        ("cutover", ("10 connection closed", *LB_DOWN, *NODES), []),
        (None, ("10 connection closed", *LB_DOWN, *NODES), []),
        ("cutover", ("10 no TLS answer", *LB_DOWN, *NODES), []),
        ("bootstrap", ("10 plain HTTP", *NODES), []),
        # refused or unanswered proves nothing
        ("bootstrap", ("10 connection refused", *LB_DOWN, *NODES), []),
        ("bootstrap", ("10 no answer", *LB_DOWN, *NODES), []),
        ("bootstrap", ("10 unreachable", *LB_DOWN, *NODES), []),
        # the pair is up
        ("bootstrap", ("10 plain HTTP", "11 plain HTTP", "12 connection refused", *NODES), []),
        # this machine holds the VIP
        ("bootstrap", ("local: 192.0.2.10", "10 plain HTTP", *LB_DOWN, *NODES), []),
        # a TLS server whose certificate could not be read
        ("bootstrap", ("10 HTTP 200", *LB_DOWN, *NODES), []),
        # what the VIP shows is what the nodes show
        ("bootstrap", ("10 plain HTTP", *LB_DOWN, "21 plain HTTP", "22 connection refused"), ["HO010"]),
    ],
)
def test_only_what_is_surely_another_machine_has_the_vip(
    phase: str | None, lines: tuple[str, ...], expected: list[str]
) -> None:
    assert codes(found(plan(phase), answers(*lines))) == expected


def test_a_vip_that_was_asked_from_its_holder_is_not_taken() -> None:
    observed = changed(
        answers("10 plain HTTP", *LB_DOWN, *NODES), "192.0.2.10", lambda probe: probe._replace(local=True)
    )
    assert found(plan("bootstrap"), observed) == []


def test_the_other_machine_is_named_by_its_certificate() -> None:
    text = plan("bootstrap")
    finding = only(found(text, answers(STRANGER, *LB_DOWN, *NODES)))
    assert finding.location.line == line_of(text, "192.0.2.10/24")
    assert "VIP 192.0.2.10 port 6443: a certificate for nas.example.com, issued by CN=nas" in finding.message
    assert "arping" in finding.help


def test_unanswering_nodes_may_be_the_ones_that_the_vip_leads_to() -> None:
    lines = (STRANGER, *LB_DOWN, "21 no answer", "22 no answer")
    findings = found(plan("cutover"), answers(*lines))
    assert codes(findings) == ["HO011", "HO010"]
    assert "not for kube.example.com, but for nas.example.com" in findings[0].message


@pytest.mark.parametrize(
    "answer",
    [
        "connection refused",
        "no answer",
        "unreachable",
        "connection reset",
        "connection closed",
        "no TLS answer",
        "plain HTTP",
        "TLS error",
        f"TLS without HTTP answer names {NAME},192.0.2.10",
        f"HTTP 500 names {NAME},192.0.2.10",
        f"HTTP 302 names {NAME},192.0.2.10",
    ],
)
def test_after_the_cutover_every_node_has_to_be_alive(answer: str) -> None:
    text = plan()
    finding = only(found(text, answers(f"10 {OK}", f"21 {OK}", f"22 {answer}")))
    assert (finding.code, finding.severity) == ("HO010", Severity.ERROR)
    assert finding.location.line == line_of(text, "192.0.2.22")
    assert "queried from workstation, which is none of the nodes" in finding.message


@pytest.mark.parametrize("status", [200, 401, 403])
def test_these_answers_are_alive(status: int) -> None:
    lines = [f"{host} HTTP {status} names {NAME},192.0.2.10" for host in (10, 21, 22)]
    assert found(plan(), answers(*lines)) == []


def test_a_dead_server_is_reported_at_its_line_on_every_load_balancer() -> None:
    files = {"lb1/haproxy.cfg": HAPROXY, "lb2/haproxy.cfg": HAPROXY}
    finding = only(found(plan(), answers(f"21 {OK}", "22 connection refused"), files))
    assert (finding.location.node, finding.location.file, finding.location.line) == ("lb1", "lb1/haproxy.cfg", 11)
    assert [(place.node, place.file, place.line) for place in finding.related] == [("lb2", "lb2/haproxy.cfg", 11)]


def test_a_load_balancer_that_reaches_no_node_is_an_error() -> None:
    lines = ("21 no answer", "22 no answer")
    warning = only(found(plan(), answers(*lines)))
    assert warning.severity is Severity.WARNING
    assert "what counts is what a load balancer gets" in warning.help
    errors = found(plan(), answers("local: 192.0.2.11", *lines))
    assert [finding.severity for finding in errors] == [Severity.ERROR] * 2
    assert "queried from workstation, which is lb1" in errors[0].message
    assert "what counts is what a load balancer gets" not in errors[0].help


def test_nodes_behind_a_firewall_are_an_info_while_the_vip_serves() -> None:
    finding = only(found(plan(), answers(f"10 {OK}", "21 no answer", "22 unreachable")))
    assert (finding.code, finding.severity) == ("HO010", Severity.INFO)
    assert "the API answers through the VIP" in finding.message


def test_all_refused_is_no_firewall() -> None:
    assert [f.severity for f in found(plan(), answers(*UNBORN))] == [Severity.ERROR] * 2


@pytest.mark.parametrize("phase", ["bootstrap", None])
def test_before_the_cutover_silent_nodes_are_no_error(phase: str | None) -> None:
    assert found(plan(phase), answers(*UNBORN)) == []
    assert found(plan(phase), answers("21 no answer", "22 unreachable")) == []
    text = plan(phase, nodes=4)
    infos = found(text, answers(f"21 {OK}", "22 connection refused", "23 no answer", "24 connection refused"))
    assert [(finding.code, finding.severity) for finding in infos] == [("HO010", Severity.INFO)] * 2
    assert "cp2 (192.0.2.22) and cp4 (192.0.2.24) have no API server on port 6443" in infos[0].message
    assert "down, or behind a firewall?" in infos[1].message
    assert "kubeadm join kube.example.com:6443 --control-plane" in infos[0].help


def test_a_dead_initial_master_is_an_error_once_another_node_is_alive() -> None:
    finding = only(found(plan("bootstrap"), answers("21 connection refused", f"22 {OK}")))
    assert finding.severity is Severity.ERROR
    assert "cp1 (192.0.2.21)" in finding.message


def test_something_broken_on_the_port_is_an_error_in_any_phase() -> None:
    assert codes(found(plan("bootstrap"), answers("21 no TLS answer", "22 connection refused"))) == ["HO010"]


ADDRESSES = [ip_address(f"192.0.2.{host}") for host in (10, 11, 12, 21, 22)]
HOSTS = st.sampled_from(ADDRESSES)
CERTIFICATES = st.builds(
    Certificate,
    names=st.lists(st.sampled_from([NAME, "*.example.com", "x.example.com", "\x1b[31m\n" * 40]), max_size=3).map(tuple),
    addresses=st.lists(HOSTS, max_size=2).map(tuple),
    issuer=st.sampled_from(["CN=kubernetes", "CN=other", ""]),
    issuer_key=st.sampled_from(["0a1b", "ff00", ""]),
    not_before=st.sampled_from([0.0, NOW - DAY, NOW + DAY]),
    not_after=st.sampled_from([NOW - DAY, NOW + 10 * DAY, NOW + 60 * DAY, NOW + 365 * DAY, 1e18]),
    fingerprint=st.sampled_from(["", "a", "b", "c"]),
)


def probe_at(number: int) -> st.SearchStrategy[Probe]:
    return st.builds(
        Probe,
        st.just(ADDRESSES[number]),
        st.just(6443),
        st.sampled_from(Contact),
        st.sampled_from([200, 401, 403, 404, 500, 999]),
        st.none() | CERTIFICATES,
        st.sampled_from([None, "", "certificate has expired", "self-signed certificate"]),
        local=st.booleans(),
    )


OBSERVATIONS = st.builds(
    Observations,
    st.just(NOW),
    st.just(3.0),
    st.builds(Vantage, st.just("workstation"), st.frozensets(HOSTS)),
    st.none(),
    st.tuples(*map(probe_at, range(5))),
)
PHASES = st.sampled_from(["bootstrap", "cutover", None])


@given(observed=OBSERVATIONS, phase=PHASES)
def test_any_answers_are_judged_with_one_cause_each(observed: Observations, phase: str | None) -> None:
    text = plan(phase)
    findings = found(text, observed)
    vip = line_of(text, "192.0.2.10/24")
    at_vip = {finding.code for finding in findings if finding.location.line == vip}
    assert not {"HO002", "HO011"} <= at_vip
    assert not {"HO002", "HO016"} <= at_vip
    for finding in findings:
        assert finding.location.line in {line_of(text, str(address)) for address in ADDRESSES}
        assert finding.help
        assert not finding.message.endswith(".")


@given(
    phase=PHASES,
    local=st.frozensets(HOSTS),
    status=st.sampled_from([200, 401, 403]),
    dead=st.sets(st.sampled_from([10, 11, 12])),
)
def test_a_sound_cluster_has_no_finding(
    phase: str | None, local: frozenset[object], status: int, dead: set[int]
) -> None:
    lines = [
        f"{host} connection refused"
        if host in dead
        else f"{host} HTTP {status} names {NAME},192.0.2.10 print {host % 2}"
        for host in (10, 11, 12, 21, 22)
    ]
    assert found(plan(phase), answers(f"local: {' '.join(map(str, local))} 192.0.2.99", *lines)) == []
