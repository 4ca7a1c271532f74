"""XN001: the sets of failing checks that leave the VIP where nobody answers, and the change that heals them."""

from __future__ import annotations

import re

import pytest

from rules import lint
from rules.failover.model import Subject
from rules.failover.table.verdicts import Verdict
from tests.rules.agreement.reading import read_pair
from tests.rules.failover.findings import SAYS_THE_CAUSE, found
from tests.rules.failover.fleets import TRACK, checked, instance, rows_of, script
from tests.shared import shared


def ladder(weight: int | None, *priorities: int, lines: tuple[str, ...] = ()) -> dict[str, str]:
    """lb1, lb2, ... with these priorities and one weight."""
    return {f"lb{n}": checked(priority, weight, *lines) for n, priority in enumerate(priorities, 1)}


def test_the_seed_is_silent() -> None:
    """Its scripts have weight 0: a failing node gives the VIP up."""
    seed = shared() / "seed"
    report = lint({path: text for path, text in read_pair(seed).items() if "/" in path})
    assert [f for f in report.findings if f.code in SAYS_THE_CAUSE] == []


@pytest.mark.parametrize(
    ("weight", "priorities"),
    [
        (-2, (101, 100)),  # the pair of kubeadm's documentation
        (-2, (101, 100, 100)),
        (-50, (110, 100, 90)),
        (-51, (150, 100)),
        (51, (150, 100)),
        (0, (150, 100)),
        (None, (150, 100)),
        (-5, (100, 100, 100)),
        (-2, (101,)),
    ],
)
def test_ladders_that_hold(weight: int | None, priorities: tuple[int, ...]) -> None:
    assert found(ladder(weight, *priorities), *SAYS_THE_CAUSE) == []


@pytest.mark.parametrize(
    ("weight", "priorities", "said", "help_"),
    [
        (
            -20,
            (150, 100),
            "when the check of lb1 fails, lb1 holds VIP 192.0.2.10 although lb2 is healthy: lb1 drops from 150 to "
            "130, and lb2 has only 100",
            "write 'weight -51' on lb1 and lb2",
        ),
        (
            -20,
            (120, 100),
            "lb1 drops from 120 to 100, and lb2 has 100 too: the VIP does not move on a tie",
            "write 'weight -21' on lb1 and lb2",
        ),
        (2, (200, 100), "lb1 drops from 202 to 200, and lb2 has only 102", "write 'weight 101' on lb1 and lb2"),
        (
            -2,
            (101, 100, 99),
            "when the checks of lb1 and lb2 fail, lb1 holds VIP 192.0.2.10 although lb3 is healthy: lb1 drops from "
            "101 to 99, and lb3 has 99 too: the VIP does not move on a tie",
            "write 'weight -3' on lb1, lb2 and lb3",
        ),
        (-60, (150, 100, 50), "when the checks of lb1 and lb2 fail", "write 'weight -101' on lb1, lb2 and lb3"),
        # 100 less 100 is kept at 1, which is no less than the other's 1: no weight is large enough.
        (-50, (100, 1), "lb1 drops from 100 to 50, and lb2 has only 1", "write 'weight 0' on lb1 and lb2 "),
        (-9, (254, 1), "lb1 drops from 254 to 245", "write 'weight 0' on lb1 and lb2 "),
    ],
)
def test_what_is_said_of_a_broken_ladder(weight: int, priorities: tuple[int, ...], said: str, help_: str) -> None:
    nodes = ladder(weight, *priorities)
    [finding] = found(nodes, *SAYS_THE_CAUSE)
    assert (finding.code, finding.severity.word) == ("XN001", "error")
    assert said in finding.message
    assert finding.help.startswith(help_)
    assert finding.location.node == "lb1"
    line = nodes["lb1"].splitlines()[finding.location.line - 1]
    assert line.strip() == f"weight {weight}"
    assert {place.node for place in finding.related} == set(nodes)


@pytest.mark.parametrize(
    ("weight", "priorities"),
    [(-20, (150, 100)), (2, (200, 100)), (-2, (101, 100, 99)), (-50, (100, 1)), (-1, (9, 5, 2))],
)
def test_what_the_help_says_heals_it(weight: int, priorities: tuple[int, ...]) -> None:
    """Typed in, it leaves no set of failing checks that ends badly, neither for the rule nor in the failover table."""
    [finding] = found(ladder(weight, *priorities), "XN001")
    typed = re.match(r"write 'weight (-?\d+)' on lb1", finding.help)
    assert typed is not None
    healed = ladder(int(typed[1]), *priorities)
    assert found(healed, *SAYS_THE_CAUSE) == []
    verdicts = {row.verdict for row in rows_of(healed).values() if all(e.kind == "haproxy" for e in row.events)}
    assert Verdict.FAILING_OWNER not in verdicts


def test_how_many_more_cases_there_are() -> None:
    [finding] = found(ladder(-10, 200, 150, 100), "XN001")
    assert "when the check of lb1 fails" in finding.message
    # lb1 alone; lb1 with lb2, lb1 with lb3; lb2 is no owner while lb1 is well.
    assert "; 2 other cases end like this" in finding.message


def test_only_the_weight_that_is_too_small_is_to_be_changed() -> None:
    nodes = {"lb1": checked(150, -20), "lb2": checked(100, -60)}
    [finding] = found(nodes, "XN001")
    assert finding.help == "write 'weight -51' on lb1"


def test_a_weight_on_the_track_line_is_where_it_is_reported() -> None:
    track = "track_script {\n check weight -20\n }"
    nodes = {f"lb{n}": script() + instance(p, track) for n, p in ((1, 150), (2, 100))}
    [finding] = found(nodes, "XN001")
    assert nodes["lb1"].splitlines()[finding.location.line - 1].strip() == "check weight -20"


def test_what_is_taken_for_granted_is_said() -> None:
    command = "/etc/keepalived/check.sh"
    nodes = {f"lb{n}": script(-20, command=command) + instance(p, TRACK) for n, p in ((1, 150), (2, 100))}
    [finding] = found(nodes, "XN001")
    assert finding.message.endswith(" (vrrp_script 'check' assumed to check haproxy)")
    [certain] = found(ladder(-20, 150, 100), "XN001")
    assert "assumed" not in certain.message


@pytest.mark.parametrize(
    ("command", "subject"),
    [("/bin/ping -c 1 192.0.2.1", Subject.OTHER), ("/bin/true", Subject.NOTHING)],
)
def test_checks_of_something_else_are_not_judged(command: str, subject: Subject) -> None:
    nodes = {f"lb{n}": script(-20, command=command) + instance(p, TRACK) for n, p in ((1, 150), (2, 100))}
    assert found(nodes, *SAYS_THE_CAUSE) == [], subject


def test_a_reversed_script_that_nothing_tells_apart_may_be_meant() -> None:
    def nodes(command: str) -> dict[str, str]:
        track = "track_script {\n check weight -20 reverse\n }"
        return {f"lb{n}": script(command=command) + instance(p, track) for n, p in ((1, 110), (2, 100))}

    assert found(nodes("/etc/keepalived/check.sh"), "XN001") == []
    [finding] = found(nodes("pgrep haproxy"), "XN001")
    assert "lb1 goes from 110 to 130" in finding.message
    assert finding.help == "remove 'reverse' on lb1 and lb2"


def test_nopreempt_beside_another_nodes_weight() -> None:
    """lb2's own file has no weight, so KA003 can't speak of it."""
    nodes = {"lb1": checked(110, -30), "lb2": checked(100, 0, "nopreempt")}
    [finding] = found(nodes, *SAYS_THE_CAUSE)
    assert finding.code == "XN001"
    assert "lb2 has 100, but with 'nopreempt' it does not replace a running master" in finding.message
    assert finding.help == "remove 'nopreempt' on lb2"


@pytest.mark.parametrize(
    ("nodes", "codes"),
    [
        (ladder(-30, 110, 100, lines=("nopreempt",)), ["KA003", "KA003"]),
        ({"lb1": checked(254, 50), "lb2": checked(100, 50)}, ["KA002"]),
        ({"lb1": checked(255, -200), "lb2": checked(100, -200)}, ["KA036"]),
        (
            {"lb1": "vrrp_sync_group G {\n group {\n API\n }\n}\n" + checked(110, -50), "lb2": checked(100, -50)},
            ["KA036"],
        ),
        # Without nopreempt the weights would still be wrong: two causes, and each is said.
        (ladder(-2, 150, 100, lines=("nopreempt",)), ["KA003", "XN001", "KA003"]),
    ],
    ids=["nopreempt", "clamped", "owner", "sync group", "nopreempt and too small a weight"],
)
def test_what_one_file_tells_is_not_said_twice(nodes: dict[str, str], codes: list[str]) -> None:
    assert sorted(f.code for f in found(nodes, *SAYS_THE_CAUSE)) == sorted(codes)


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("priority 100", "priority $PRIORITY"),
        ("advert_int 1", "advert_int ${SECONDS}"),
        ("virtual_router_id 51", "virtual_router_id <VRID>"),
        ("weight -20", "weight $WEIGHT"),
        ("192.0.2.10/24", "$VIP"),
    ],
)
def test_what_is_not_known_is_not_judged(line: str, unknown: str) -> None:
    nodes = ladder(-20, 150, 100)
    assert line in nodes["lb2"]
    nodes["lb2"] = nodes["lb2"].replace(line, unknown)
    assert found(nodes, "XN001") == []


def test_numbers_in_a_tracked_file_are_not_known() -> None:
    text = "vrrp_track_file check {\n file /run/maintenance\n weight 2\n}\n"
    nodes = {f"lb{n}": text + instance(p, "track_file {\n check\n }") for n, p in ((1, 150), (2, 100))}
    assert found(nodes, *SAYS_THE_CAUSE) == []


def test_a_node_that_does_not_run_is_no_healthy_one() -> None:
    nodes = ladder(-20, 150, 100)
    nodes["lb2"] = nodes["lb2"].replace("virtual_router_id 51", "virtual_router_id 300")
    assert found(nodes, "XN001") == []
    assert [f.location.node for f in found(nodes, "XN022")] == ["lb2"]


def test_each_virtual_router_is_judged_by_itself() -> None:
    """lb1 prefers one VIP, lb2 the other; the weight is right for neither."""
    first, second = "192.0.2.10/24", "192.0.2.20/24"

    def node(one: int, two: int) -> str:
        return script(-20) + instance(one, TRACK, vips=[first]) + instance(two, TRACK, vips=[second], vrid=52, name="B")

    findings = found({"lb1": node(150, 100), "lb2": node(100, 150)}, "XN001")
    assert [(f.location.node, re.findall(r"VIP (\S+)", f.message)) for f in findings] == [
        ("lb1", ["192.0.2.10"]),
        ("lb2", ["192.0.2.20"]),
    ]


def test_a_reversed_weight_of_0_keeps_the_healthy_in_fault() -> None:
    track = "track_script {\n check weight 0 reverse\n }"
    nodes = {f"lb{n}": script() + instance(p, track) for n, p in ((1, 110), (2, 100))}
    findings = found(nodes, "KA052", *SAYS_THE_CAUSE)
    assert [(finding.code, finding.location.node) for finding in findings] == [("KA052", "lb1"), ("KA052", "lb2")]
    assert "while haproxy runs, vrrp_instance 'API' is in FAULT" in findings[0].message
    assert rows_of(nodes)["healthy"].verdict is Verdict.NO_OWNER


def test_a_node_that_never_leaves_fault_is_no_healthy_one() -> None:
    """A path never matches a process (KA051's to say): lb2 is in FAULT whatever the weights are."""
    path = "vrrp_track_process p {\n process /usr/sbin/haproxy\n}\n"
    nodes = ladder(-50, 110, 100)
    nodes["lb2"] = path + script(-50) + instance(100, TRACK, "track_process {\n p\n }")
    assert found(nodes, "XN001") == []


def test_a_sync_group_that_is_held_back_by_another_instance() -> None:
    """The group of lb2 moves as one, and its second instance is too low to take over from lb1's."""
    group = "vrrp_sync_group G {\n group {\n API\n B\n }\n sync_group_tracking_weight\n}\n"

    def node(first: int, second: int) -> str:
        other = instance(second, vips=["192.0.2.20/24"], vrid=52, name="B")
        return script(-50) + group + instance(first, TRACK) + other

    nodes = {"lb1": node(110, 110), "lb2": node(100, 100)}
    messages = [finding.message for finding in found(nodes, "XN001")]
    assert any("another instance in its sync group prevents it from taking over" in message for message in messages)
