"""XN021 and XN022: VIPs that do not come to rest, and nodes on which keepalived does not run."""

from __future__ import annotations

import pytest

from rules.failover.table.table import failover_table
from rules.failover.vrrp.refusals import refusal_of
from tests.rules.failover.findings import found
from tests.rules.failover.fleets import fleet_of, instance, unicast


def password(text: str) -> str:
    return f"authentication {{\n auth_type PASS\n auth_pass {text}\n }}"


def three(*lines: str, third: str) -> dict[str, str]:
    """lb1 and lb2 with these lines, lb3 with another one."""
    return {"lb1": instance(150, *lines), "lb2": instance(100, *lines), "lb3": instance(50, third)}


# -- XN021


@pytest.mark.parametrize(
    ("nodes", "cause", "fix"),
    [
        (three(password("one"), third=password("two")), "their authentication differs", "write the same 'auth_type'"),
        (three(third="version 3"), "VRRP version 3 against 2", "write the same 'vrrp_version'"),
        (
            {**three(third=""), "lb3": instance(50, vips=["192.0.2.10/24", "192.0.2.11/24"])},
            "their virtual addresses differ",
            "list the same addresses",
        ),
    ],
)
def test_a_third_node_that_does_not_agree(nodes: dict[str, str], cause: str, fix: str) -> None:
    """Measured with keepalived 2.2.7: 6 to 18 moves of the VIP in 45 s."""
    [finding] = found(nodes, "XN021")
    if cause == "their virtual addresses differ":
        assert finding.message.startswith("up to keepalived 2.3.2: VIP 192.0.2.10 can")
        assert finding.message.endswith(
            "; from 2.3.3: lb3 accepts the adverts of lb1, and no node holds VIP 192.0.2.11"
        )
    else:
        assert finding.message.endswith("; then lb2 takes over for a moment")
    assert "VIP 192.0.2.10 can move back and forth: lb1 rejects the adverts of lb3" in finding.message
    assert f"({cause})" in finding.message
    assert finding.help.startswith(fix)
    assert (finding.location.node, [place.node for place in finding.related]) == ("lb3", ["lb1", "lb2"])


def test_the_password_is_not_told() -> None:
    [finding] = found(three(password("s3cret-1"), third=password("s3cret-2")), "XN021")
    assert "s3cret" not in finding.message + finding.help + finding.location.note


def test_two_clusters_with_one_id_on_one_network() -> None:
    other = ["192.0.2.20/24"]
    nodes = {
        "a1": instance(150),
        "a2": instance(100),
        "b1": instance(150, vips=other),
        "b2": instance(100, vips=other),
    }
    [finding] = found(nodes, "XN021")
    assert finding.help == "give one of the two clusters a virtual_router_id other than 51, on all its nodes"
    assert finding.location.node == "b1"
    nodes |= {"b1": instance(150, vips=other, vrid=52), "b2": instance(100, vips=other, vrid=52)}
    assert found(nodes, "XN021") == []


@pytest.mark.parametrize(
    "nodes",
    [
        {"lb1": instance(150, password("one")), "lb2": instance(100, password("two"))},  # nobody takes over
        three("lower_prio_no_advert", password("one"), third="lower_prio_no_advert"),
        {**three(third=""), "lb3": instance(50, advert=5)},  # the slower one silences nobody (measured)
        {**three(third=""), "lb3": instance(50, vrid=52)},
        three(third=""),
        three(password("$ONE"), third=password("two")),
        {n: instance(p, unicast(o, *({11, 12, 13} - {o}))) for n, p, o in (("a", 9, 11), ("b", 8, 12), ("c", 7, 13))},
    ],
)
def test_what_comes_to_rest_is_not_reported(nodes: dict[str, str]) -> None:
    assert found(nodes, "XN021") == []


def test_the_faster_one_silences_for_certain() -> None:
    """lb1 would accept lb3's interval no more than lb3 that of lb1; lb3 is the faster one."""
    nodes = {"lb1": instance(150, advert=5), "lb2": instance(100, advert=5), "lb3": instance(50, advert=1)}
    [finding] = found(nodes, "XN021")
    assert "moves back and forth: lb1 rejects the adverts of lb3 (advert_int 1 s against 5 s)" in finding.message


def test_the_rule_speaks_where_the_table_says_that_it_flaps() -> None:
    for nodes in (three(password("one"), third=password("two")), three(third="")):
        [block] = failover_table(fleet_of(nodes)).blocks
        flaps = any(outcome.flaps for outcome in block.rows[0].outcomes)
        assert bool(found(nodes, "XN021")) == flaps


# -- XN022

RUNS = instance(110)
NO_ID = instance(100).replace("    virtual_router_id 51\n", "")


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ({"lb1": RUNS, "lb2": NO_ID}, {"lb2": "lb2 is no backup, and no node holds VIP 192.0.2.10 when lb1 dies"}),
        (
            {"lb1": RUNS, "lb2": NO_ID, "lb3": instance(90)},
            {"lb2": "lb2 is no backup for lb1 and lb3 and never holds VIP 192.0.2.10"},
        ),
        (
            {"lb1": NO_ID, "lb2": NO_ID.replace("100", "90")},
            dict.fromkeys(("lb1", "lb2"), "it runs on none of lb1 and lb2, and no node holds VIP 192.0.2.10"),
        ),
        ({"lb1": RUNS, "lb2": RUNS.replace("110", "100")}, {}),
        ({"lb1": NO_ID}, {}),  # of a single node KA048 and its like speak
        ({"lb1": RUNS, "lb2": NO_ID + "include /etc/keepalived/more/*.conf\n"}, {}),
    ],
)
def test_a_node_whose_keepalived_does_not_run(nodes: dict[str, str], said: dict[str, str]) -> None:
    findings = found(nodes, "XN022")
    assert {finding.location.node: finding.message.partition("; ")[2] for finding in findings} == said
    assert all("has no virtual_router_id" in finding.message for finding in findings)


TWICE = instance(110, "{a}") + instance(110, "{b}", name="B", vips=["192.0.2.20/24"])


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("", "", True),
        (unicast(11, 12), unicast(11, 12), True),
        (unicast(11, 12), unicast(11, 13), False),
        (unicast(11, 12), "", False),
        ("mcast_dst_ip 224.0.0.19", "", False),
    ],
)
def test_one_id_twice_on_one_interface(first: str, second: str, refused: bool) -> None:
    """As `keepalived -t` 2.2.7 has it: only what could not be told apart on the wire is refused."""
    text = TWICE.replace("{a}", first).replace("{b}", second)
    config = fleet_of({"lb1": text}).nodes[0].keepalived
    assert config is not None
    assert (refusal_of(config) is not None) == refused


def test_a_second_instance_of_one_name_is_skipped_whatever_it_lacks() -> None:
    config = fleet_of({"lb1": RUNS + NO_ID}).nodes[0].keepalived
    assert config is not None
    assert refusal_of(config) is None
