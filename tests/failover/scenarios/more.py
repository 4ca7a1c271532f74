"""Files that keepalived refuses, settings that meet, the backup's own failures, and loads shared by three."""

from __future__ import annotations

from dataclasses import replace

from tests.failover.scenarios.base import Scenario
from tests.failover.scenarios.confs import ALL, VIP, Confs, Instance, block, cluster, conf, script, sync_group

PLAIN = Instance()
CHECKED = Instance(track="chk_haproxy")
UNICAST = Instance(peers=ALL)
VIPS = (f"{VIP}/24", "192.168.77.160/24", "192.168.77.170/24")


def with_lines(*lines: str) -> Instance:
    return Instance(lines=lines)


def ring() -> Confs:
    """Three nodes with a VIP each, which the next one takes over."""
    confs: Confs = {}
    for node in (1, 2, 3):
        instances = [
            Instance(
                150 - 50 * ((node - 1 - number) % 3), name=f"VI_{number}", vrid=90 + number, vips=(vip,), peers=ALL
            )
            for number, vip in enumerate(VIPS)
        ]
        peers = tuple(other for other in (1, 2, 3) if other != node)
        confs[f"lb{node}"] = conf(node, *(replace(instance, peers=peers) for instance in instances))
    return confs


def groups_with_weights(*lines: str) -> Confs:
    """Two nodes, each with a group of two instances of which one has a weighted script."""
    confs: Confs = {}
    for node, priority in ((1, 150), (2, 100)):
        first = Instance(priority, track="chk_haproxy")
        second = Instance(priority, name="VI_2", vrid=78, vips=VIPS[1:2], track="chk_haproxy")
        end = sync_group("VI_1", "VI_2", lines=lines)
        confs[f"lb{node}"] = conf(node, first, second, top=script(-60), end=end)
    return confs


REFUSED = [
    Scenario("refused-master", cluster(UNICAST, 150, 100, only={1: {"vrid": 0}}), ("start", "term lb2")),
    Scenario("refused-backup", cluster(PLAIN, 150, 100, only={2: {"vrid": 300}}), ("start", "power_off lb1")),
    Scenario(
        "priority-out-of-range", cluster(PLAIN, 300, 90, 110), ("start", "power_off lb3"), note="300 is taken as 100"
    ),
    Scenario(
        "unknown-script",
        cluster(Instance(track="chk_other"), 150, 100, top=script(-60)),
        ("start", "script_fail lb1"),
    ),
    Scenario(
        "empty-peers",
        cluster(with_lines("unicast_peer {", "}"), 150, 100),
        ("start", "power_off lb1", "power_on lb1"),
    ),
    Scenario("vip-is-own-address", cluster(PLAIN, 150, 100, only={1: {"vips": ("192.168.77.11/24",)}}), ("start",)),
    Scenario("lower-case-state", cluster(PLAIN, None, 120, only={1: {"state": "master"}}), ("start", "term lb2")),
]

MEETING = [
    Scenario(
        "preempt-delay-weighted",
        cluster(Instance(track="chk_haproxy", lines=("preempt_delay 4",)), 150, 100, top=script(-60)),
        ("start", "script_fail lb1", "script_ok lb1"),
        live=True,
    ),
    Scenario(
        "preempt-delay-fault",
        cluster(Instance(track="chk_haproxy", lines=("preempt_delay 4",)), 150, 100, top=script()),
        ("start", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario(
        "preempt-delay-only-high",
        cluster(CHECKED, 150, 100, top=script(-60), only={1: {"lines": ("preempt_delay 4",)}}),
        ("start", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario(
        "preempt-delay-one-after-another",
        cluster(with_lines("preempt_delay 3"), 150, 100, 50),
        ("start lb3", "start lb2", "start lb1", "term lb1"),
    ),
    Scenario(
        "nopreempt-fault-of-three",
        cluster(Instance(track="chk_haproxy", lines=("nopreempt",)), 150, 100, 50, top=script()),
        ("start lb1", "start lb2 lb3", "script_fail lb1", "script_ok lb1", "script_fail lb2"),
    ),
    Scenario(
        "nopreempt-stop",
        cluster(Instance(peers=ALL, lines=("nopreempt",)), 150, 100),
        ("start lb1", "start lb2", "term lb1", "start lb1", "term lb2"),
    ),
    Scenario(
        "nopreempt-low-started-first",
        cluster(with_lines("nopreempt"), 150, 100),
        ("start lb2", "start lb1", "hang lb2", "unhang lb2"),
    ),
    Scenario("group-weights-allowed", groups_with_weights("sync_group_tracking_weight"), ("start", "script_fail lb1")),
    Scenario("group-weights-removed", groups_with_weights(), ("start", "script_fail lb1", "term lb1")),
    Scenario(
        "two-checks-one-fault",
        cluster(
            Instance(track="chk_haproxy weight -20", lines=(block("track_interface", "eth1"),)), 150, 100, top=script()
        ),
        ("start", "script_fail lb1", "carrier_down lb1 eth1", "carrier_down lb2 eth1"),
    ),
    Scenario(
        "all-state-master", cluster(Instance(state="MASTER"), 150, 100, 50), ("start", "power_off lb1", "power_on lb1")
    ),
    Scenario("advert-of-third-differs", cluster(PLAIN, 150, 100, 50, only={3: {"advert": "2"}}), ("start",), window=40),
    Scenario(
        "advert-of-master-differs", cluster(PLAIN, 150, 100, 50, only={1: {"advert": "2"}}), ("start",), window=40
    ),
    Scenario("version-of-third-differs", cluster(PLAIN, 150, 100, 50, only={3: {"version": 3}}), ("start",), window=40),
    Scenario(
        "password-missing-on-third",
        cluster(Instance(auth=("PASS", "abc"), peers=ALL), 150, 100, 50, only={3: {"auth": None}}),
        ("start",),
        window=40,
    ),
    Scenario(
        "password-differs-unlisted",
        cluster(
            Instance(auth=("PASS", "abc"), peers=ALL),
            *(150, 100, 50),
            only={1: {"peers": (2,)}, 2: {"peers": (1,)}, 3: {"auth": ("PASS", "abd"), "peers": (2,)}},
        ),
        ("start",),
        window=40,
    ),
]

BACKUPS = [
    Scenario(
        "backup-fails-first",
        cluster(UNICAST, 150, 100, 50),
        ("start", "power_off lb2", "power_off lb1", "power_on lb2", "power_on lb1"),
    ),
    Scenario(
        "backup-hangs", cluster(UNICAST, 150, 100, 50), ("start", "hang lb2", "power_off lb1", "unhang lb2"), live=True
    ),
    Scenario("backup-child", cluster(PLAIN, 150, 100), ("start", "crash_child lb2", "crash_parent lb2", "term lb1")),
    Scenario("backup-link", cluster(PLAIN, 150, 100), ("start", "if_down lb2", "power_off lb1", "if_up lb2")),
    Scenario("deaf-unicast", cluster(UNICAST, 150, 100), ("start", "deaf lb2", "undeaf lb2", "deaf lb1", "undeaf lb1")),
    Scenario(
        "deaf-unicast-of-three", cluster(UNICAST, 150, 100, 50), ("start", "deaf lb3", "undeaf lb3", "power_off lb1")
    ),
    Scenario(
        "fault-and-stop",
        cluster(CHECKED, 150, 100, 50, top=script()),
        ("start", "script_fail lb2", "term lb1", "script_ok lb2"),
    ),
    Scenario(
        "crash-and-check",
        cluster(CHECKED, 150, 100, 50, top=script(-60)),
        ("start", "crash lb1", "script_fail lb2", "start lb1"),
    ),
    Scenario(
        "ring-of-three",
        ring(),
        ("start", "power_off lb1", "power_off lb2", "power_on lb1", "power_on lb2"),
    ),
    Scenario(
        "three-vips",
        cluster(Instance(vips=VIPS), 150, 100, 50),
        ("start", "term lb1", "power_off lb2", "start lb1"),
        live=True,
    ),
    Scenario(
        "six-nodes",
        cluster(UNICAST, 200, 170, 140, 110, 80, 50),
        ("start", "power_off lb1 ...", "power_off lb2 ...", "power_off lb3", "power_on lb2"),
    ),
    Scenario(
        "five-checked",
        cluster(CHECKED, 105, 104, 103, 102, 101, top=script(-5)),
        ("start", "script_fail lb1 ...", "script_fail lb3", "script_fail lb2", "script_ok lb1"),
    ),
]

MORE = [*REFUSED, *MEETING, *BACKUPS]
