"""Keywords and values by release: what needs a later one, and what a later one takes."""

from __future__ import annotations

import pytest

from rules import lint
from rules.engine.finding import Finding, NodeFiles, Severity
from rules.engine.options import Options
from rules.engine.settings import RuleSettings
from tests.rules.keepalived.linting import HEAD, findings, instance


def _messages(text: str, *codes: str, version: str | None = None) -> list[str]:
    return [finding.message for finding in findings(text, *codes, version=version)]


@pytest.mark.parametrize(
    ("release", "told"),
    [
        ("2.2.7", "'no_virtual_ipaddress' needs keepalived 2.2.8; this file is for 2.2.7: keepalived ignores the line"),
        ("2.1", "'no_virtual_ipaddress' needs keepalived 2.2.8; this file is for 2.1: keepalived ignores the line"),
        ("2.2", ""),
        ("2.2.8", ""),
        ("2.3", ""),
        (None, ""),
    ],
)
def test_a_keyword_that_is_too_new(release: str | None, told: str) -> None:
    found = findings(HEAD + instance("no_virtual_ipaddress"), "KA027", version=release)
    assert [finding.message for finding in found] == ([told] if told else [])
    assert all(finding.severity is Severity.ERROR for finding in found)


def test_a_block_that_is_too_new_says_what_is_lost() -> None:
    text = HEAD + instance("auth_hmac {", "}", "priority 110")
    (finding,) = findings(text, "KA027", version="2.2.7")
    assert finding.message.startswith("'auth_hmac' needs keepalived 2.4.0; this file is for 2.2.7: ")
    assert "lost" in finding.message


@pytest.mark.parametrize(
    ("release", "severity", "said"),
    [
        (None, Severity.WARNING, "accepts since release 2.3.2; before that: the default of 1 s is used"),
        ("2.3", Severity.WARNING, "accepts since release 2.3.2"),
        ("2.2", Severity.ERROR, "needs keepalived 2.3.2; this file is for 2.2: the default of 1 s is used"),
        ("2.3.1", Severity.ERROR, "needs keepalived 2.3.2; this file is for 2.3.1"),
        ("2.3.2", None, ""),
        ("2.4", None, ""),
    ],
)
def test_a_fraction_of_a_second_between_checks(release: str | None, severity: Severity | None, said: str) -> None:
    found = findings(HEAD.replace("interval 2", "interval 0.5") + instance(), "KA048", version=release)
    assert [finding.severity for finding in found] == ([] if severity is None else [severity])
    assert all(said in finding.message for finding in found)


UNICAST = "unicast_src_ip 10.0.0.1\n    unicast_peer {\n        10.0.0.2\n    }"
WITHOUT = instance(UNICAST).replace("    interface eth0\n", "")


@pytest.mark.parametrize(
    ("release", "bare", "with_dev"),
    [
        ("2.2.7", "keepalived exits with status 2", "keepalived exits with status 2"),
        ("2.2.8", "keepalived removes '10.0.0.10/24'", ""),
        ("2.3.3", "keepalived removes '10.0.0.10/24'", ""),
        (None, "later ones remove '10.0.0.10/24'", "older releases exit with status 2"),
        ("2.2", "later ones remove '10.0.0.10/24'", "older releases exit with status 2"),
    ],
)
def test_unicast_without_an_interface(release: str | None, bare: str, with_dev: str) -> None:
    """Measured with 2.2.7 and 2.3.3."""
    assert [bare in message for message in _messages(HEAD + WITHOUT, "KA048", version=release)] == [True]
    dev = WITHOUT.replace("10.0.0.10/24", "10.0.0.10/24 dev eth0")
    found = _messages(HEAD + dev, "KA048", version=release)
    assert [with_dev in message for message in found] == ([True] if with_dev else [])


@pytest.mark.parametrize(
    ("release", "severity", "said"),
    [
        (
            None,
            Severity.INFO,
            "up to keepalived 2.3.2: it counts twice in the adverts, and must on every node",
        ),
        ("2.2.7", Severity.INFO, "twice; it counts twice"),
        ("2.3.4", Severity.WARNING, "twice; 'keepalived -t' reports it, and the line is ignored"),
    ],
)
def test_an_address_twice_in_one_instance(release: str | None, severity: Severity, said: str) -> None:
    (found,) = findings(HEAD + instance(vip="10.0.0.10/24\n        10.0.0.10/24"), "KA030", version=release)
    assert found.severity is severity
    assert said in found.message


@pytest.mark.parametrize(("release", "reported"), [(None, False), ("2.2.7", False), ("2.3", False), ("2.3.3", True)])
def test_a_peer_twice(release: str | None, reported: bool) -> None:
    doubled = UNICAST.replace("10.0.0.2\n", "10.0.0.2\n        10.0.0.2\n")
    found = _messages(HEAD + instance(doubled), "KA048", version=release)
    assert [message.startswith("peer '10.0.0.2' is listed twice") for message in found] == ([True] if reported else [])


def test_a_release_decides_which_node_runs() -> None:
    nodes = {"lb1/keepalived.conf": HEAD + instance(UNICAST), "lb2/keepalived.conf": HEAD + WITHOUT}

    def refused(release: str | None) -> list[Finding]:
        files = [NodeFiles(path.partition("/")[0], (), (path,)) for path in nodes]
        options = Options(nodes=files, settings=RuleSettings(keepalived_version=release))
        return [finding for finding in lint(nodes, options).findings if finding.code == "XN022"]

    assert [finding.location.node for finding in refused("2.2.7")] == ["lb2"]
    assert refused(None) == []
    assert refused("2.3.3") == []
