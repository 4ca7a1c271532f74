"""What is made of the kernel's messages, of event words and of changes, without any daemon."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import pytest
from pyroute2.netlink.rtnl import RTM_DELADDR, RTM_NEWADDR

from tests.failover.events import Event, read_event
from tests.failover.observed import load, save
from tests.failover.outcome import outcome
from tests.failover.running import records
from tests.failover.scenarios.base import Scenario, patience
from tests.failover.scenarios.confs import Instance, cluster, script
from wizard.rehearsal.lab.addresses import AddressChange, read_messages

VIP, SECOND = "192.168.77.150", "192.168.78.150"


def _change(at: float, words: str, address: str = VIP) -> AddressChange:
    sign, node = words[0], words[1:]
    return AddressChange(100 + at, node, address, sign == "+")


def _message(kind: int, address: str, attribute: int) -> bytes:
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    label = struct.pack("=HH5s3x", 9, 3, b"eth0\0")  # an attribute whose length is not a multiple of 4
    body = bytes(8) + label + struct.pack("=HH", 4 + len(packed), attribute) + packed
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body


def test_a_datagram_may_hold_several_messages() -> None:
    data = _message(RTM_NEWADDR, VIP, 2) + _message(16, VIP, 2) + _message(RTM_DELADDR, "fd77::150", 1)
    assert list(read_messages(data)) == [(VIP, True), ("fd77::150", False)]


def test_a_takeover_is_timed_by_the_final_owner() -> None:
    seen = [_change(0.1, "-lb1"), _change(0.6, "+lb3"), _change(0.7, "+lb2"), _change(0.8, "-lb3")]
    found = outcome({VIP: ["lb1"]}, seen, 100, 107)
    assert found.owners == {VIP: ["lb2"]}
    assert (found.seconds, found.last_change, found.transitions, found.flaps) == (0.7, 0.8, 4, False)


def test_who_only_stays_has_no_time() -> None:
    found = outcome({VIP: ["lb1", "lb2"], SECOND: ["lb2"]}, [_change(0.2, "-lb2")], 100, 107)
    assert (found.owners, found.seconds) == ({VIP: ["lb1"], SECOND: ["lb2"]}, None)


def test_the_first_address_is_the_one_that_is_timed() -> None:
    seen = [_change(1.0, "+lb1"), _change(2.0, "+lb1", SECOND)]
    found = outcome({VIP: [], SECOND: []}, seen, 100, 107)
    assert (found.seconds, found.last_change) == (1.0, 2.0)


def test_flapping_owners_are_those_of_most_of_the_time() -> None:
    seen = [_change(0.5, "+lb1")]
    for at in (10, 20, 30):
        seen += [_change(at, "+lb2"), _change(at + 0.2, "-lb2")]
    seen.append(_change(39.9, "+lb2"))
    found = outcome({VIP: []}, seen, 100, 140)
    assert (found.owners, found.flaps, found.seconds) == ({VIP: ["lb1"]}, True, 0.5)


@pytest.mark.parametrize(
    ("words", "event", "detail"),
    [
        ("start", Event("start", ()), {"do": "start"}),
        ("start lb1 lb3", Event("start", ("lb1", "lb3")), {"do": "start", "nodes": ["lb1", "lb3"]}),
        (
            "carrier_down lb1 eth1",
            Event("carrier_down", ("lb1",), "eth1"),
            {"do": "carrier_down", "node": "lb1", "dev": "eth1"},
        ),
        ("file lb2 -20", Event("file", ("lb2",), number=-20), {"do": "file", "node": "lb2", "number": -20}),
        (
            "addr_del lb1 192.168.77.11/24",
            Event("addr_del", ("lb1",), address="192.168.77.11/24"),
            {"do": "addr_del", "node": "lb1", "addr": "192.168.77.11/24"},
        ),
    ],
)
def test_events_have_words(words: str, event: Event, detail: dict[str, object]) -> None:
    assert read_event(words) == event
    assert event.detail() == detail


@pytest.mark.parametrize("words", ["explode lb1", "term", "power_off lb1 lb2"])
def test_what_is_no_event_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=words.split(maxsplit=1)[0]):
        read_event(words)


def test_the_window_follows_from_the_timers() -> None:
    checked = Instance(track="chk_haproxy")
    texts = cluster(checked, 150, 100, top=script(-60, interval=2, fall=3))
    assert patience("\n".join(texts.values())) == 3 + 1 + 6 + 2.5
    fast = cluster(Instance(version=3, advert="0.2"), 150, 100)
    assert patience("\n".join(fast.values())) == 3.3


def test_runs_that_differ_are_not_determined(tmp_path: Path) -> None:
    scenario = Scenario("tie", cluster(Instance(), 100, 100), ("start", "script_fail lb1 ...", "term lb1"))
    runs = []
    for first, second in (("lb1", "lb2"), ("lb2", "lb1")):
        began = outcome({VIP: []}, [_change(3.6, f"+{first}")], 100, 107)
        still = outcome({VIP: [first]}, [], 107, 107.1)
        ended = outcome({VIP: [first]}, [_change(0, f"-{first}"), _change(0.6, f"+{second}")], 100, 107)
        runs.append([began, still, ended])
    made = records(scenario, runs, "2.2.7")
    assert [record["deterministic"] for record in made] == [False, False, False]
    assert made[2]["possible_owner_sets"] == [{VIP: ["lb2"]}, {VIP: ["lb1"]}]
    assert [record["settled"] for record in made] == [True, False, True]
    assert made[2]["prior_events"] == ["start", "script_fail lb1"]
    save(made, tmp_path / "observed.json")
    assert load(tmp_path / "observed.json") == made
