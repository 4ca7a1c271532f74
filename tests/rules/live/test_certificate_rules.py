"""What K8003, HO011 and HO016 say about certificates that their examples don't show."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

import pytest

from rules.engine.finding import Severity
from rules.live.observations import Certificate, Contact, Observations, Probe, Vantage
from tests.rules.live.answers import (
    LB_DOWN,
    NAME,
    NODES,
    OK,
    STRANGER,
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


def test_the_name_is_an_error_and_the_vip_a_warning() -> None:
    text = plan("bootstrap", nodes=3)
    observed = answers("21 HTTP 200 names cp1", f"22 HTTP 200 names {NAME}", f"23 HTTP 403 names {NAME}")
    first, second = found(text, observed)
    assert (first.code, first.severity, first.location.line) == ("K8003", Severity.ERROR, line_of(text, "192.0.2.21"))
    assert (
        "cp1 (192.0.2.21) is not for the endpoint's name kube.example.com, nor for the VIP 192.0.2.10" in first.message
    )
    assert (second.code, second.severity) == ("K8003", Severity.WARNING)
    assert "cp2 (192.0.2.22) and cp3 (192.0.2.23) are not for the VIP 192.0.2.10" in second.message
    assert [place.line for place in second.related] == [line_of(text, "192.0.2.23")]
    assert "add kube.example.com and 192.0.2.10 to apiServer.certSANs" in first.help


def test_each_family_of_the_vip_has_to_be_in_the_certificate() -> None:
    text = plan(nodes=1, lbs=0, vip='address = "192.0.2.10/24"\naddress6 = "2001:db8::10/64"')
    lacking = only(found(text, answers(f"21 {OK}")))
    assert "VIP 2001:db8::10:" in lacking.message
    assert found(text, answers(f"21 {OK},2001:db8:0::10")) == []


def test_a_service_that_is_no_api_server_is_not_judged_by_its_names() -> None:
    finding = only(found(plan("bootstrap"), answers(f"21 {OK}", "22 HTTP 404 names cp2.example.com")))
    assert finding.code == "HO010"
    assert "cp2 (192.0.2.22) does not answer as an API server on port 6443: TLS, /readyz 404" in finding.message
    assert "check what listens on 192.0.2.22:6443" in finding.help


def test_certificates_are_judged_while_the_api_server_is_not_ready() -> None:
    assert codes(found(plan("bootstrap", nodes=1), answers("21 HTTP 500 names cp1"))) == ["HO010", "K8003"]


def test_one_complaint_for_vip_and_load_balancers() -> None:
    text = plan()
    old = f"HTTP 200 names {NAME},192.0.2.10 key ff00ff00ff00"
    finding = only(found(text, answers(f"10 {old}", f"11 {old}", f"12 {old}", *NODES)))
    assert finding.code == "HO011"
    assert finding.location.line == line_of(text, "192.0.2.10/24")
    assert "the VIP 192.0.2.10, lb1 (192.0.2.11) and lb2 (192.0.2.12) present a certificate" in finding.message
    assert "CN=kubernetes with the key ff00ff00ff00, not CN=kubernetes with the key 0a1b" in finding.message
    assert [place.line for place in finding.related] == [line_of(text, "192.0.2.11"), line_of(text, "192.0.2.12")]


def test_the_cause_speaks_for_the_lack() -> None:
    lacking = ("21 HTTP 200 names cp1,192.0.2.10 print a", f"22 {OK} print b")
    same = found(plan(), answers("10 HTTP 200 names cp1,192.0.2.10 print a", *lacking))
    assert codes(same) == ["K8003"]
    stranger = answers("10 HTTP 200 names x.example.com key ff", f"11 {OK} print b", *lacking)
    assert sorted(codes(found(plan(), stranger))) == ["HO011", "K8003"]


def test_a_certificate_without_the_name_is_wrong_when_no_node_is_known() -> None:
    finding = only(found(plan(nodes=0), answers("10 HTTP 200 names x.example.com", "11 connection refused")))
    assert finding.code == "HO011"


def test_an_unseen_node_may_be_of_the_other_ca_while_the_name_is_right() -> None:
    other = f"10 HTTP 200 names {NAME},192.0.2.10 key ff"
    assert "HO011" not in codes(found(plan(), answers(other, f"21 {OK}", "22 no answer")))
    assert "HO011" in codes(found(plan(), answers(other, f"21 {OK}", "22 connection refused")))
    nameless = "10 HTTP 200 names x.example.com key ff"
    assert "HO011" in codes(found(plan(), answers(nameless, f"11 {OK}", f"21 {OK}", "22 no answer")))


def test_a_missing_key_identifier_is_no_other_ca() -> None:
    observed = answers(f"10 {OK} print z", *NODES)

    def without_key(issuer: str) -> Callable[[Probe], Probe]:
        return lambda p: p._replace(certificate=p.certificate and p.certificate._replace(issuer_key="", issuer=issuer))

    assert found(plan(), changed(observed, "192.0.2.10", without_key("CN=kubernetes"))) == []
    assert codes(found(plan(), changed(observed, "192.0.2.10", without_key("CN=company")))) == ["HO011"]


def test_the_ca_file_is_doubted_when_it_refuses_the_nodes_too() -> None:
    refused = "verified unable-to-get-local-issuer-certificate"
    finding = only(found(plan(), answers(f"10 {OK} {refused}", f"21 {OK} {refused}", f"22 {OK} {refused}")))
    assert (finding.code, finding.severity) == ("HO011", Severity.ERROR)
    assert "unable to get local issuer certificate; neither can the control-plane nodes' own" in finding.message
    assert "ca.crt" in finding.help


def test_a_certificate_refused_for_its_dates_is_the_expiry_s() -> None:
    ended = f"{OK} print a until 2026-11-01 verified certificate-has-expired"
    assert codes(found(plan(nodes=1), answers(f"10 {ended}", f"21 {ended}"))) == ["HO016"]
    # the leaf is in its dates, so it is the CA that has ended
    valid = f"{OK} print a verified certificate-has-expired"
    assert codes(found(plan(nodes=1), answers(f"10 {valid}", f"21 {valid}"))) == ["HO011"]


def certificate(ends: float, begins: float = -DAY, fingerprint: str = "a") -> Certificate:
    return Certificate(
        (NAME,), (ip_address("192.0.2.10"),), "", "CN=kubernetes", "0a1b", NOW + begins, NOW + ends, fingerprint
    )


def shown(*certificates: tuple[int, Certificate]) -> Observations:
    probes = [
        Probe(ip_address(f"192.0.2.{host}"), 6443, Contact.HTTP, 200, certificate) for host, certificate in certificates
    ]
    return Observations(NOW, 3.0, Vantage("workstation"), None, tuple(probes))


@pytest.mark.parametrize(
    ("ends", "severity"),
    [
        (-20 * DAY, Severity.ERROR),
        (-1.0, Severity.ERROR),
        (0.0, Severity.WARNING),
        (29.5 * DAY, Severity.WARNING),
        (30 * DAY, Severity.WARNING),
        (30 * DAY + 1, None),
        (400 * DAY, None),
    ],
)
def test_the_last_thirty_days_are_a_warning(ends: float, severity: Severity | None) -> None:
    findings = found(plan(nodes=1), shown((21, certificate(ends))))
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


def test_date_and_days_are_named() -> None:
    soon = only(found(plan(nodes=1), shown((21, certificate(20 * DAY)))))
    assert "of cp1 (192.0.2.21) expires on 2027-02-04, in 20 days" in soon.message
    assert "kubeadm certs renew apiserver" in soon.help
    ended = only(found(plan(nodes=1), shown((21, certificate(-3 * DAY)))))
    assert "expired on 2027-01-12, 3 days ago" in ended.message


def test_a_certificate_of_tomorrow_puts_the_clock_in_doubt() -> None:
    finding = only(found(plan(nodes=1), shown((21, certificate(300 * DAY, begins=5 * DAY)))))
    assert finding.severity is Severity.ERROR
    assert "not valid before 2027-01-20, 5 days from now by this machine's clock" in finding.message
    assert "timedatectl" in finding.help


def test_equal_certificates_and_equal_days_are_one_finding() -> None:
    text = plan(nodes=3)
    one, two, three = (certificate(DAY * 9 + n, fingerprint=str(n)) for n in range(3))
    finding = only(found(text, shown((10, one), (11, two), (21, one), (22, two), (23, three))))
    assert finding.location.line == line_of(text, "192.0.2.21")
    assert "of cp1 (192.0.2.21), cp2 (192.0.2.22) and cp3 (192.0.2.23) expire on" in finding.message
    lines = [line_of(text, word) for word in ("192.0.2.10/24", "192.0.2.22", "192.0.2.11", "192.0.2.23")]
    assert [place.line for place in finding.related] == lines


def test_a_certificate_that_no_node_shows_is_reported_where_it_was_seen() -> None:
    text = plan()
    finding = only(found(text, shown((10, certificate(DAY * 3, fingerprint="x")), (21, certificate(DAY * 200)))))
    assert finding.location.line == line_of(text, "192.0.2.10/24")
    assert "seen at VIP 192.0.2.10" in finding.message
    assert "openssl s_client -connect 192.0.2.10:6443" in finding.help


def test_another_machine_s_certificate_is_not_the_cluster_s_to_renew() -> None:
    observed = answers(f"{STRANGER} until 2020-01-01", *LB_DOWN, *NODES)
    assert codes(found(plan("bootstrap"), observed)) == ["HO002"]


@pytest.mark.parametrize(
    ("first", "second", "speaks"), [(89, 270, True), (91, 300, False), (89, 268, False), (31, 365, True)]
)
def test_renewed_on_one_node_only_is_an_info(first: int, second: int, speaks: bool) -> None:
    pair = ((21, certificate(DAY * first)), (22, certificate(DAY * second, fingerprint="b")))
    findings = found(plan(), shown(*pair))
    assert [finding.severity for finding in findings] == ([Severity.INFO] if speaks else [])
    assert all("was it renewed on cp2 only?" in finding.message for finding in findings)


def test_a_certificate_about_to_end_gets_no_second_finding() -> None:
    pair = ((21, certificate(DAY * 20)), (22, certificate(DAY * 360, fingerprint="b")))
    assert [finding.severity for finding in found(plan(), shown(*pair))] == [Severity.WARNING]
