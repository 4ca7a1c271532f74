"""Three nodes in parts, in sync groups, and with settings about preemption; IPv6."""

from __future__ import annotations

from tests.failover.scenarios.base import Scenario
from tests.failover.scenarios.confs import ALL, VIP6, Confs, Instance, block, cluster, conf, script, sync_group

CHECKED = Instance(track="chk_haproxy")
UNICAST = Instance(peers=ALL)
SECOND = "192.168.78.150"


def with_lines(*lines: str) -> Instance:
    return Instance(lines=lines)


def three_groups(*, member_script: str = "", group_script: str = "", peers: bool = False) -> Confs:
    """Three nodes, each with a sync group of two instances."""
    confs: Confs = {}
    for node, priority in ((1, 150), (2, 100), (3, 50)):
        others = tuple(n for n in (1, 2, 3) if n != node) if peers else ()
        first = Instance(priority, track="chk_haproxy" if member_script else None, peers=others)
        second = Instance(priority, name="VI_2", vrid=78, interface="eth1", vips=(f"{SECOND}/24",))
        lines = [block("track_script", "chk_haproxy")] if group_script else []
        group = sync_group("VI_1", "VI_2", lines=lines)
        confs[f"lb{node}"] = conf(node, first, second, top=member_script or group_script, end=group)
    return confs


SPLITS = [
    Scenario("partition-of-highest", cluster(UNICAST, 150, 100, 50), ("start", "partition lb1", "heal lb1"), live=True),
    Scenario(
        "partition-of-middle", cluster(Instance(), 150, 100, 50), ("start", "partition lb2", "heal lb2"), live=True
    ),
    Scenario(
        "partition-of-lowest", cluster(UNICAST, 150, 100, 50), ("start", "partition lb3", "power_off lb1", "heal lb3")
    ),
    Scenario(
        "partition-nopreempt",
        cluster(with_lines("nopreempt"), 150, 100, 50),
        ("start lb2", "start lb1 lb3", "partition lb2", "heal lb2"),
    ),
    Scenario(
        "partition-of-each",
        cluster(Instance(), 150, 100, 50),
        ("start", "partition lb1", "partition lb2", "heal lb1", "heal lb2"),
    ),
]

GROUPS = [
    Scenario(
        "group-of-three-link",
        three_groups(),
        ("start", "carrier_down lb1 eth1", "carrier_down lb2 eth1", "carrier_up lb1 eth1"),
        live=True,
    ),
    Scenario(
        "group-of-three-power", three_groups(peers=True), ("start", "power_off lb1", "power_off lb2", "power_on lb1")
    ),
    Scenario(
        "group-script-weighted",
        three_groups(group_script=script(-120)),
        ("start", "script_fail lb1", "script_fail lb2", "script_ok lb1"),
        live=True,
    ),
    Scenario(
        "group-script-fault",
        three_groups(group_script=script()),
        ("start", "script_fail lb1", "script_fail lb2", "script_ok lb1"),
    ),
    Scenario(
        "group-member-script-weighted",
        three_groups(member_script=script(-120)),
        ("start", "script_fail lb1"),
        live=True,
    ),
    Scenario(
        "group-member-script-fault", three_groups(member_script=script()), ("start", "script_fail lb1", "script_ok lb1")
    ),
]

OF_THREE = [
    Scenario(
        "nopreempt-of-three",
        cluster(with_lines("nopreempt"), 150, 100, 50),
        ("start lb1", "start lb2 lb3", "power_off lb1", "power_on lb1", "power_off lb2"),
        live=True,
    ),
    Scenario(
        "nopreempt-of-three-weighted",
        cluster(Instance(track="chk_haproxy", lines=("nopreempt",)), 150, 100, 50, top=script(-60)),
        ("start lb1", "start lb2 lb3", "script_fail lb1", "power_off lb1", "power_on lb1"),
    ),
    Scenario(
        "nopreempt-on-middle",
        cluster(CHECKED, 150, 100, 50, top=script(-120), only={2: {"lines": ("nopreempt",)}}),
        ("start", "script_fail lb1", "script_ok lb1"),
        live=True,
    ),
    Scenario(
        "preempt-delay-of-three",
        cluster(with_lines("preempt_delay 3"), 150, 100, 50),
        ("start", "power_off lb1", "power_on lb1", "power_off lb1"),
    ),
    Scenario(
        "v6-of-three",
        cluster(Instance(vips=(f"{VIP6}/64",), peers=ALL, track="chk_haproxy"), 150, 100, 50, top=script(-60)),
        ("start", "script_fail lb1", "power_off lb2"),
        live=True,
    ),
    Scenario(
        "v6-multicast-of-three",
        cluster(Instance(vips=(f"{VIP6}/64",)), 150, 100, 50),
        ("start", "power_off lb1", "partition lb2", "heal lb2"),
        live=True,
    ),
]

THREE = [*SPLITS, *GROUPS, *OF_THREE]
