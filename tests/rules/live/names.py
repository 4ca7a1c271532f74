"""What the rules on the endpoint's name say about answers that a test writes down."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rules import lint
from rules.engine.finding import Finding, Severity
from rules.engine.options import Options
from rules.engine.run import Run
from rules.live.observations import DnsView, Observations, Reply
from rules.live.views.view import LiveView
from rules.plan import parse_cluster
from tests.rules.live.answers import NAME, OK, answers, plan

MASTER, VIP = "192.0.2.21", "192.0.2.10"
READY = f"probe {VIP}:6443: {OK}"
AT_MASTER, AT_VIP = f"resolver 192.0.2.53 A: {MASTER} ttl 60", f"resolver 192.0.2.53 A: {VIP} ttl 60"
MASTER_RECORD, VIP_RECORD = f"'{NAME}. 60 IN A {MASTER}'", f"'{NAME}. 60 IN A {VIP}'"
BOOTSTRAP, CUTOVER, UNSET = plan("bootstrap"), plan("cutover"), plan(None)
DUAL = f'address = "{VIP}/24"\naddress6 = "2001:db8::10/64"'


def judged(text: str, *lines: str, change: Callable[[Reply], Reply] | None = None) -> list[Finding]:
    """The DN findings on a plan and answers in the notation; `change` is applied to each reply."""
    observed = answers(*lines)
    assert observed.dns is not None
    if change is not None:
        observed = observed._replace(dns=observed.dns._replace(replies=tuple(map(change, observed.dns.replies))))
    return findings(text, observed)


def findings(text: str, observed: Observations) -> list[Finding]:
    report = lint({}, Options(cluster=parse_cluster(text, "halb.toml"), observed=observed))
    assert not report.crashes
    return [finding for finding in report.findings if finding.code.startswith("DN")]


def view_of(text: str, observed: Observations) -> LiveView:
    return LiveView(Run({}, Options(cluster=parse_cluster(text, "halb.toml"))).endpoint, observed)


def replies_only(replies: Iterable[Reply]) -> Observations:
    return answers()._replace(dns=DnsView(tuple(replies)))


def words(found: Iterable[Finding]) -> list[str]:
    """`DN001 error`, in the order of the codes; infos without their severity would look like warnings."""
    return sorted(f"{finding.code} {finding.severity.word}" for finding in found)


def worst(found: Iterable[Finding]) -> Severity | None:
    return max((finding.severity for finding in found), default=None)
