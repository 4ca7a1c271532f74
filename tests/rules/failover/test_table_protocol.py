"""What one moment looks like to VRRP: priorities, FAULT, and whose adverts count.

The expected values are those of keepalived's documentation and of runs of 2.2.7, not of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from rules.failover.model import Check, CheckKey, Router, Situation
from rules.failover.vrrp.protocol import effective_priority, is_fault, rejection
from tests.rules.failover.fleets import TRACK, checked, instance, protocol_of, script, unicast

Tracked = tuple[str, int, bool, bool, int]
"""Kind, weight, reverse; whether it fails, the number in its file."""


def router(priority: int, *tracked: Tracked) -> Router:
    checks = tuple(
        Check(CheckKey("lb1", kind, str(i)), weight, reverse) for i, (kind, weight, reverse, _, _) in enumerate(tracked)
    )
    return Router("lb1", "API", "eth0", 51, 4, 2, priority, 1.0, checks=checks)


def effective(priority: int, *tracked: Tracked) -> int:
    return effective_priority(router(priority, *tracked), [t[3] for t in tracked], [t[4] for t in tracked])


OK, BAD = False, True


@pytest.mark.parametrize("kind", ["script", "process", "interface", "bfd"])
@pytest.mark.parametrize(
    ("weight", "reverse", "bad", "expected"),
    [
        pytest.param(20, False, OK, 120, id="a positive weight is added while the check is good"),
        pytest.param(20, False, BAD, 100, id="and nothing when it fails"),
        pytest.param(-20, False, OK, 100, id="a negative weight does nothing while the check is good"),
        pytest.param(-20, False, BAD, 80, id="and is added when it fails"),
        pytest.param(20, True, OK, 80, id="reverse turns a positive weight round"),
        pytest.param(20, True, BAD, 100, id="reverse, positive, failing: nothing"),
        pytest.param(-20, True, OK, 100, id="reverse, negative, good: nothing"),
        pytest.param(-20, True, BAD, 120, id="reverse turns a negative weight round"),
        pytest.param(0, False, BAD, 100, id="weight 0 is no matter of priority"),
    ],
)
def test_weights(kind: str, weight: int, reverse: bool, bad: bool, expected: int) -> None:
    assert effective(100, (kind, weight, reverse, bad, 0)) == expected


@pytest.mark.parametrize(
    ("number", "weight", "reverse", "expected"),
    [
        pytest.param(7, 1, False, 107, id="the number in the file is added"),
        pytest.param(7, 3, False, 121, id="times the weight"),
        pytest.param(7, 3, True, 79, id="reverse takes it away"),
        pytest.param(-7, 3, False, 79, id="a negative number takes it away"),
        pytest.param(0, 5, False, 100, id="no file counts as 0"),
        pytest.param(300, 1, False, 254, id="more than 253 counts as 253"),
    ],
)
def test_a_tracked_file(number: int, weight: int, reverse: bool, expected: int) -> None:
    assert effective(100, ("file", weight, reverse, OK, number)) == expected


@pytest.mark.parametrize(
    ("priority", "tracked", "expected"),
    [
        pytest.param(230, [("script", 50, False, OK, 0)], 254, id="never above 254: 255 is the address owner's"),
        pytest.param(20, [("script", -50, False, BAD, 0)], 1, id="never below 1: 0 says that a master goes"),
        pytest.param(255, [("script", -50, False, BAD, 0)], 255, id="the address owner keeps 255"),
        pytest.param(255, [("file", 1, False, OK, -100)], 255, id="and a file changes nothing of it"),
        pytest.param(
            100, [("script", 30, False, OK, 0), ("process", -10, False, BAD, 0)], 120, id="several are added up"
        ),
        pytest.param(
            250,
            [("script", 50, False, OK, 0), ("process", -60, False, BAD, 0)],
            240,
            id="the limits hold for the sum, not for each",
        ),
    ],
)
def test_limits_and_sums(priority: int, tracked: Sequence[Tracked], expected: int) -> None:
    assert effective(priority, *tracked) == expected


@pytest.mark.parametrize(
    ("tracked", "fault"),
    [
        pytest.param(("script", 0, False, BAD, 0), True, id="weight 0: a failing check is FAULT"),
        pytest.param(("script", 0, False, OK, 0), False, id="a good one is not"),
        pytest.param(("process", 0, True, OK, 0), True, id="reverse: a good one is"),
        pytest.param(("process", 0, True, BAD, 0), False, id="reverse: a failing one is not"),
        pytest.param(("interface", 0, False, BAD, 0), True, id="an interface without link"),
        pytest.param(("bfd", 0, False, BAD, 0), True, id="a BFD session that is down"),
        pytest.param(("script", -254, False, BAD, 0), False, id="a weight is never FAULT"),
        pytest.param(("file", 0, False, OK, 1), True, id="a file of weight 0: any number but 0"),
        pytest.param(("file", 0, False, OK, 0), False, id="0 is none"),
        pytest.param(("file", 0, True, OK, 0), True, id="reverse: 0 is"),
        pytest.param(("file", 1, False, OK, -254), True, id="a file that says -254"),
        pytest.param(("file", 2, True, OK, 127), True, id="or comes to that by weight and reverse"),
        pytest.param(("file", 1, False, OK, -253), False, id="-253 is a priority still"),
    ],
)
def test_fault(tracked: Tracked, fault: bool) -> None:
    (check,) = router(100, tracked).checks
    assert is_fault(check, tracked[3], tracked[4]) is fault


def test_the_weight_where_a_check_is_tracked_beats_the_one_of_its_definition() -> None:
    tracked = script(-10) + instance(100, "track_script {\n check weight -30\n }")
    protocol = protocol_of({"lb1": tracked})
    (check,) = protocol.routers[0].checks
    assert check.weight == -30
    assert protocol.moment(Situation(bad=frozenset([check.key]))).priority == (70,)


# -- whose adverts count

A, B = ip_address("192.0.2.11"), ip_address("192.0.2.12")
VIP, OTHER = ip_address("192.0.2.10"), ip_address("192.0.2.20")
MULTICAST = Router("lb1", "API", "eth0", 51, 4, 2, 110, 1.0, vips=frozenset([VIP]), multicast_group="224.0.0.18")
LISTENER = MULTICAST._replace(node="lb2", priority=100)
UNICAST = MULTICAST._replace(unicast=True, source=A, peers=frozenset([B]))
PEER = LISTENER._replace(unicast=True, source=B, peers=frozenset([A]))


@pytest.mark.parametrize(
    ("sender", "receiver", "reason"),
    [
        pytest.param(MULTICAST, LISTENER, "", id="two that agree"),
        pytest.param(UNICAST, PEER, "", id="two that agree, unicast"),
        pytest.param(MULTICAST, PEER, "unheard", id="multicast to unicast"),
        pytest.param(UNICAST, LISTENER, "unheard", id="unicast to multicast"),
        pytest.param(UNICAST._replace(peers=frozenset([OTHER])), PEER, "unheard", id="the sender lists another one"),
        pytest.param(UNICAST, PEER._replace(peers=frozenset()), "", id="the receiver's own list does not matter"),
        pytest.param(
            UNICAST,
            PEER._replace(peers=frozenset([OTHER]), checks_source=True),
            "source",
            id="unless check_unicast_src is set",
        ),
        pytest.param(MULTICAST, LISTENER._replace(multicast_group="224.0.0.19"), "unheard", id="another group"),
        pytest.param(MULTICAST, LISTENER._replace(segment=1), "unheard", id="another network"),
        pytest.param(MULTICAST, LISTENER._replace(node="lb1"), "unheard", id="a node does not hear itself"),
        pytest.param(MULTICAST, LISTENER._replace(vrid=52), "vrid", id="another virtual_router_id"),
        pytest.param(MULTICAST, LISTENER._replace(family=6), "vrid", id="the same number for IPv6 is another router"),
        pytest.param(MULTICAST, LISTENER._replace(version=3), "version", id="another version"),
        pytest.param(
            MULTICAST,
            LISTENER._replace(authentication=("PASS", b"secret")),
            "authentication",
            id="a password on one side",
        ),
        pytest.param(
            MULTICAST._replace(authentication=("AH", b"secret")),
            LISTENER._replace(authentication=("PASS", b"secret")),
            "authentication",
            id="the same password, another kind",
        ),
        pytest.param(
            MULTICAST._replace(version=3, authentication=("PASS", b"x")),
            LISTENER._replace(version=3),
            "",
            id="version 3 has no authentication",
        ),
        pytest.param(MULTICAST, LISTENER._replace(advert=2.0), "advert_int", id="version 2: another advert_int"),
        pytest.param(
            MULTICAST._replace(version=3),
            LISTENER._replace(version=3, advert=2.0),
            "",
            id="version 3 takes over the master's advert_int",
        ),
        pytest.param(MULTICAST, LISTENER._replace(vips=frozenset([OTHER])), "addresses", id="another address"),
        pytest.param(MULTICAST, LISTENER._replace(vips=frozenset([VIP, OTHER])), "addresses", id="one more"),
        pytest.param(MULTICAST._replace(vips=frozenset([VIP, OTHER])), LISTENER, "addresses", id="one less"),
        pytest.param(
            MULTICAST, LISTENER._replace(excluded=frozenset([OTHER])), "", id="excluded addresses are not compared"
        ),
    ],
)
def test_rejection(sender: Router, receiver: Router, reason: str) -> None:
    assert rejection(sender, receiver) == reason


def test_only_eight_bytes_of_a_password_count() -> None:
    def password(text: str) -> str:
        return f"authentication {{\n auth_type PASS\n auth_pass {text}\n }}"

    def apart(one: str, other: str) -> str:
        nodes = {"lb1": instance(110, password(one)), "lb2": instance(100, password(other))}
        first, second = protocol_of(nodes).routers
        return rejection(first, second)

    assert apart("12345678-one", "12345678-other") == ""
    assert apart("1234567-", "1234567+") == "authentication"


# -- what becomes master as one


def group(*members: str, more: str = "") -> str:
    listed = "".join(f"  {name}\n" for name in members)
    return f"vrrp_sync_group both {{\n group {{\n{listed} }}\n{more}}}\n"


def pair_of_instances(*lines: str, more: str = "", first: str = "") -> str:
    inside = instance(100, *lines, name="IN", interface="eth1", vrid=52, vips=("198.51.100.10/24",))
    outside = instance(100, name="OUT") if not first else instance(100, first, name="OUT")
    return script(-20) + outside + inside + group("OUT", "IN", more=more)


def test_members_of_a_sync_group_are_one() -> None:
    protocol = protocol_of({"lb1": pair_of_instances()})
    assert protocol.units == ((0, 1),)
    assert protocol.moment(Situation()).eligible == 1
    assert protocol.moment(Situation(links=frozenset([("lb1", "eth1")]))).eligible == 0


def test_without_a_group_only_the_one_whose_interface_is_down_is_in_fault() -> None:
    text = pair_of_instances().replace(group("OUT", "IN"), "")
    protocol = protocol_of({"lb1": text})
    assert protocol.moment(Situation(links=frozenset([("lb1", "eth1")]))).eligible == 0b01


def test_a_weighted_script_of_a_member_is_left_out_and_one_of_the_group_counts_for_all() -> None:
    of_member = protocol_of({"lb1": pair_of_instances(TRACK)})
    assert [router.checks for router in of_member.routers] == [(), ()]
    of_group = protocol_of({"lb1": pair_of_instances(more=f" {TRACK}\n")})
    key = of_group.routers[0].checks[0].key
    assert of_group.moment(Situation(bad=frozenset([key]))).priority == (80, 80)
    kept = protocol_of({"lb1": pair_of_instances(TRACK, more=" sync_group_tracking_weight\n")})
    assert kept.moment(Situation(bad=frozenset([key]))).priority == (100, 80)


def test_a_file_that_keepalived_refuses_takes_no_part() -> None:
    nodes = {"lb1": instance(110).replace("virtual_router_id 51", ""), "lb2": instance(100)}
    protocol = protocol_of(nodes)
    assert protocol.moment(Situation()).eligible == 0b10


def test_unicast_needs_the_sender_to_list_the_receiver() -> None:
    nodes = {"lb1": instance(110, unicast(11, 12)), "lb2": instance(100, unicast(12, 11))}
    nodes["lb3"] = instance(90, unicast(13, 11, 12))
    assert protocol_of(nodes).moment(Situation()).heard_by == (0b110, 0b101, 0b000)


def test_a_check_that_is_defined_further_down_is_left_out() -> None:
    below = instance(100, TRACK) + script(0)
    assert protocol_of({"lb1": below}).routers[0].checks == ()
    assert len(protocol_of({"lb1": checked(100, 0)}).routers[0].checks) == 1
