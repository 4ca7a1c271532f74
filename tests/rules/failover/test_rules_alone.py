"""KA002, KA003, KA036, KA050: what a weight in one file is certain to do, whatever the other nodes say."""

from __future__ import annotations

import pytest

from rules.engine.finding import Finding
from rules.failover.table.table import failover_table
from rules.failover.table.verdicts import Verdict
from rules.failover.vrrp.tracking import checks_of
from tests.rules.failover.findings import found
from tests.rules.failover.fleets import TRACK, checked, fleet_of, instance, rows_of, script

PROCESS = "vrrp_track_process haproxy {\n process haproxy\n}\n"
TRACK_PROCESS = "track_process {\n haproxy\n }"
GROUP = "vrrp_sync_group G {\n group {\n API\n }\n"
CODES = ("KA002", "KA003", "KA036", "KA050")


def one(text: str, *codes: str) -> list[Finding]:
    return found({"lb1": text}, *(codes or CODES))


def words(finding: Finding, text: str) -> str:
    """The line that a finding points to."""
    return text.splitlines()[finding.location.line - 1].strip()


# -- KA002


def test_nobody_stands_above_254() -> None:
    text = checked(254, 20)
    [finding] = one(text)
    assert (finding.code, finding.severity.word, words(finding, text)) == ("KA002", "error", "weight 20")
    assert "priority 254 while the check succeeds and 254 while it fails" in finding.message


@pytest.mark.parametrize("other", [1, 100, 253, 254])
@pytest.mark.parametrize("weight", [0, 20, -20])
def test_ka002_is_true_whatever_the_other_node_says(other: int, weight: int) -> None:
    """lb1, once it has the VIP, keeps it while its check fails."""
    rows = rows_of({"lb1": checked(254, 20), "lb2": checked(other, weight)})
    outcomes = [o for o in rows["lb1:haproxy"].outcomes if o.before == ("lb1",)]
    assert outcomes
    assert {(outcome.owners, outcome.verdict) for outcome in outcomes} == {(("lb1",), Verdict.FAILING_OWNER)}


@pytest.mark.parametrize(
    "text",
    [
        checked(254, -20),
        checked(253, 20),  # 254 with the check, 253 without: a partner may have 254
        checked(1, -20),  # stays at 1, but whoever is above takes the VIP anyhow
        checked(254, 0),
        PROCESS + script(20) + instance(254, TRACK, TRACK_PROCESS),
        script(20, command="/bin/ping -c 1 192.0.2.1") + instance(254, TRACK),
        script(20) + instance("$PRIORITY", TRACK),
    ],
)
def test_ka002_is_silent(text: str) -> None:
    assert one(text, "KA002") == []


# -- KA003


def test_nopreempt_leaves_a_lowered_master_alone() -> None:
    text = checked(100, -50, "nopreempt")
    [finding] = one(text)
    assert (finding.code, finding.severity.word, words(finding, text)) == ("KA003", "error", "nopreempt")
    assert "'weight -50' of vrrp_script 'check'" in finding.message
    assert [text.splitlines()[place.line - 1].strip() for place in finding.related] == ["weight -50"]


@pytest.mark.parametrize("priority", [50, 109, 254])
def test_ka003_is_true_whatever_the_other_node_says(priority: int) -> None:
    """The node with nopreempt never takes over from a living master, however low that falls."""
    rows = rows_of({"lb1": checked(110, -100), "lb2": checked(priority, -100, "nopreempt")})
    kept = [o for o in rows["lb1:haproxy"].outcomes if o.before == ("lb1",)]
    assert kept
    assert {outcome.verdict for outcome in kept} == {Verdict.FAILING_OWNER}


@pytest.mark.parametrize(
    "text",
    [
        checked(100, 0, "nopreempt"),
        checked(100, -50),
        checked(100, -50, "nopreempt").replace("state BACKUP", "state MASTER"),  # cleared: KA012
        checked(100, -50, "nopreempt", "preempt"),
        PROCESS + script(-50) + instance(100, "nopreempt", TRACK, TRACK_PROCESS),
        "@lb1 $X=1\n" + script(-50) + instance(100, "@lb2 nopreempt", TRACK),
        script() + instance(100, "nopreempt", "track_script {\n check weight $WEIGHT\n }"),
        script(-50, command="/bin/true") + instance(100, "nopreempt", TRACK),
    ],
)
def test_ka003_is_silent(text: str) -> None:
    assert one(text, "KA003") == []


def test_the_weights_of_a_sync_group_work_for_its_members() -> None:
    text = script(-50) + f"{GROUP} track_script {{\n check\n }}\n}}\n" + instance(100, "nopreempt")
    assert [f.code for f in one(text)] == ["KA003"]


def test_a_tracked_interface_with_a_weight_counts_too() -> None:
    text = instance(100, "nopreempt", "track_interface {\n eth1 weight -50\n }")
    [finding] = one(text)
    assert "'weight -50' of interface 'eth1'" in finding.message


# -- KA036


def test_an_address_owner_is_never_lowered() -> None:
    text = checked(255, -50)
    [finding] = one(text)
    assert (finding.code, finding.severity.word, words(finding, text)) == ("KA036", "error", "weight -50")
    assert [text.splitlines()[place.line - 1].strip() for place in finding.related] == ["priority 255"]


def test_master_without_a_priority_is_255() -> None:
    text = checked(100, -50).replace("    priority 100\n", "").replace("state BACKUP", "state MASTER")
    [finding] = one(text)
    assert finding.code == "KA036"
    assert [text.splitlines()[place.line - 1].strip() for place in finding.related] == ["state MASTER"]


MEMBERS = [
    ("script", script(-50), "track_script {\n check\n }"),
    ("process", "vrrp_track_process check {\n process haproxy\n weight -50\n}\n", "track_process {\n check\n }"),
    ("file", "vrrp_track_file check {\n file /run/x\n}\n", "track_file {\n check\n }"),
    ("bfd", "bfd_instance check {\n neighbor_ip 192.0.2.9\n weight -50\n}\n", "track_bfd {\n check\n }"),
    ("interface", "", "track_interface {\n eth1 weight -50\n }"),
    ("script", script(0), "track_script {\n check\n }"),
]


@pytest.mark.parametrize("tracking_weight", [False, True])
@pytest.mark.parametrize(("kind", "definition", "track"), MEMBERS)
def test_the_rule_and_the_table_agree_on_what_a_sync_group_drops(
    kind: str, definition: str, track: str, tracking_weight: bool
) -> None:
    group = GROUP + (" sync_group_tracking_weight\n}\n" if tracking_weight else "}\n")
    text = definition + group + instance(100, track)
    node = fleet_of({"lb1": text}).nodes[0]
    assert node.keepalived is not None
    at_work = [check.kind for check in checks_of(node, node.keepalived, node.keepalived.instances[0])]
    assert [f.code for f in one(text, "KA036")] == ([] if at_work else ["KA036"]), kind


def test_another_check_at_work_makes_it_a_warning() -> None:
    text = PROCESS + script(-50) + instance(255, TRACK, TRACK_PROCESS)
    assert [f.severity.word for f in one(text, "KA036")] == ["warning"]


@pytest.mark.parametrize(
    "text",
    [
        checked(254, -50),
        GROUP + "}\n" + checked(100, 0),
        instance(255, TRACK) + script(-50),  # defined too late: KA035
        instance(255, TRACK),  # defined nowhere: KA005
        script(-50) + instance("${PRIORITY}", TRACK),
    ],
)
def test_ka036_is_silent(text: str) -> None:
    assert one(text, "KA036") == []


# -- KA050


@pytest.mark.parametrize(
    ("priority", "interval", "fall", "weighted", "weightless"),
    [
        # Skew 156/256 s; counted after 2 to 4 s; a down interval of 3.61 s less up to one advert.
        (100, 2, 2, "4.6 to 7.6 s", "2.6 to 4.7 s"),
        (100, 3, 10, "29.6 to 33.6 s", "27.6 to 30.7 s"),
        (254, 1, 1, "2.0 to 4.0 s", "0.0 to 1.1 s"),
    ],
)
def test_both_times_are_given(priority: int, interval: int, fall: int, weighted: str, weightless: str) -> None:
    text = script(-60, interval=interval, fall=fall) + instance(priority, TRACK)
    [finding] = one(text)
    assert (finding.code, finding.severity.word) == ("KA050", "info")
    assert f"takes {weighted} to move the VIP, where 'weight 0' takes {weightless} " in finding.message


@pytest.mark.parametrize("advert", [1, 3])
def test_the_times_are_those_of_the_failover_table(advert: int) -> None:
    """With a partner of the same priority, that of the higher address takes over."""
    for weight in (-60, 0):
        lines = [script(weight) + instance(p, TRACK, advert=advert) for p in (100, 100)]
        rows = {row.event: row for row in failover_table(fleet_of({"lb1": lines[0], "lb2": lines[1]})).blocks[0].rows}
        moved = [o.outage for o in rows["lb1:haproxy"].outcomes if o.before == ("lb1",) and o.owners == ("lb2",)]
        [finding] = one(script(-60) + instance(100, TRACK, advert=advert), "KA050")
        assert moved[0] is not None
        assert f"{moved[0].low:.1f} to {moved[0].high:.1f} s" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        checked(100, 0),
        PROCESS + script(-60) + instance(100, TRACK, TRACK_PROCESS),
        script() + instance(100, "track_script {\n check weight -60 reverse\n }"),
        script(-60, command="/bin/ping -c 1 192.0.2.1") + instance(100, TRACK),
        checked(255, -60),
        checked(100, -60, "nopreempt"),
        checked(254, 60),
    ],
)
def test_ka050_is_silent(text: str) -> None:
    assert one(text, "KA050") == []
