"""What the examples of the rules on keepalived across nodes do not show."""

from __future__ import annotations

import pytest

from rules import lint
from rules.engine.finding import Finding, Severity

_CHECK = 'vrrp_script check {{\n    script "/usr/local/bin/check"\n    {weight}\n}}\n'


def instance(
    node: int, priority: int, *lines: str, name: str = "API", vrid: int = 33, peers: tuple[int, ...] = ()
) -> str:
    """A vrrp_instance of the node with this number; `peers` are those of the other nodes."""
    own = "".join(f"    {line}\n" for line in lines)
    unicast = "".join(f"        192.0.2.{peer}\n" for peer in peers)
    unicast = f"    unicast_src_ip 192.0.2.{node}\n    unicast_peer {{\n{unicast}    }}\n" if peers else ""
    return (
        f"vrrp_instance {name} {{\n    state BACKUP\n    interface eth0\n    virtual_router_id {vrid}\n"
        f"    priority {priority}\n{own}{unicast}    virtual_ipaddress {{\n        192.0.2.{vrid}0/24\n    }}\n}}\n"
    )


def findings(*texts: str, code: str) -> list[Finding]:
    """The findings of one rule on the keepalived.conf of lb1, lb2, ..."""
    report = lint({f"lb{number}/keepalived.conf": text for number, text in enumerate(texts, 1)})
    assert not report.crashes
    return [finding for finding in report.findings if finding.code == code]


def test_nopreempt_is_not_advised_where_it_would_disable_a_weight() -> None:
    track = ("track_script {", "    check", "}")
    for weight, advised in (("weight -60", False), ("weight 0", True)):
        head = _CHECK.format(weight=weight)
        high, low = instance(1, 110, *track, vrid=3), instance(2, 100, "nopreempt", *track, vrid=3)
        [found] = findings(head + high, head + low, code="XN013")
        assert ("write 'nopreempt'" in found.help) == advised
        assert "remove 'nopreempt' from lb2" in found.help


def test_nopreempt_that_is_cleared_is_no_second_finding() -> None:
    high = instance(1, 110, "nopreempt", vrid=3).replace("BACKUP", "MASTER")
    assert findings(high, instance(2, 100, "nopreempt", vrid=3), code="XN013") == []


def test_the_source_of_another_node_is_reported_once() -> None:
    """With the other node's file too, it is a duplicate, which another rule reports."""
    text = instance(11, 110, vrid=3, peers=(12,)) + instance(12, 100, name="WEB", vrid=4, peers=(11,))
    assert [f.location.line for f in findings(text, code="XN024")] == [19]
    assert findings(text, text, code="XN024") == []
    assert len(findings(text, text, code="XN015")) == 2


def test_same_peers_of_nodes_in_different_clusters_are_not_compared() -> None:
    here = instance(1, 110, "unicast_peer {", "    192.0.2.9", "}", vrid=3)
    there = instance(2, 100, "unicast_peer {", "    192.0.2.9", "}", name="WEB", vrid=8)
    assert [f.severity for f in findings(here, here.replace("110", "100"), code="XN023")] == [Severity.ERROR]
    assert findings(here, there.replace("192.0.2.80", "198.51.100.80"), code="XN023") == []


@pytest.mark.parametrize("line", ["priority 90", "priority 100\n    garp_master_delay 1"])
def test_nodes_whose_files_differ_are_no_copies(line: str) -> None:
    text = instance(1, 100, vrid=3)
    assert len(findings(text, text, code="XN009")) == 1
    assert findings(text, text.replace("priority 100", line), code="XN009") == []


def test_an_id_is_a_nodes_name_wherever_the_node_is() -> None:
    text = (
        instance(1, 110, vrid=3)
        .replace("    priority", "@lb1 priority")
        .replace("    inter", "@lb3 state BACKUP\n    inter")
    )
    assert [f.message.partition(" ")[0] for f in findings(text, text, code="XN025")] == ["'@lb3'"]
    assert findings(text, text, text, code="XN025") == []


def test_a_check_of_a_sync_group_is_compared_too() -> None:
    members = "    group {\n        API\n        WEB\n    }\n"
    group = "vrrp_sync_group ALL {\n" + members + "    track_script {\n        check\n    }\n}\n"

    def node(weight: str) -> str:
        return _CHECK.format(weight=weight) + group + instance(1, 110, vrid=3) + instance(1, 110, name="WEB", vrid=4)

    assert [f.location.line for f in findings(node("fall 2"), node("fall 3"), code="XN014")] == [3]
    assert findings(node("fall 2"), node("fall 2"), code="XN014") == []
