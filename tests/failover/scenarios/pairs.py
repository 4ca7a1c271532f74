"""Pairs of load balancers: crashes, links, scripts, preemption, and files that do not fit together."""

from __future__ import annotations

from tests.failover.scenarios.base import Scenario
from tests.failover.scenarios.confs import ALL, VIP, VIP6, Confs, Instance, cluster, conf, script, sync_group

PLAIN = Instance()
UNICAST = Instance(peers=ALL)
CHECKED = Instance(track="chk_haproxy")
OTHER = "192.168.77.160"
SECOND = "192.168.78.150"


def pair(
    base: Instance = PLAIN, *, first: int | None = 140, second: int | None = 90, top: str = "", **only: object
) -> Confs:
    """Two nodes; `only` has what is different on the second."""
    return cluster(base, first, second, top=top, only={2: only} if only else None)


def two_instances(*, interface: str = "eth1", group: str = "", top: str = "", swap: bool = False) -> Confs:
    """Two nodes with two instances each; swapped, the second instance prefers the second node."""
    confs: Confs = {}
    vip = f"{SECOND if interface == 'eth1' else OTHER}/24"
    for node, priority in ((1, 140), (2, 90)):
        other = 230 - priority if swap else priority
        tracked = Instance(priority, track="chk_haproxy" if top else None)
        second = Instance(other, name="VI_2", vrid=78, interface=interface, vips=(vip,))
        confs[f"lb{node}"] = conf(node, tracked, second, top=top, end=group)
    return confs


LIFE = [
    Scenario("crash-all", pair(), ("start", "crash lb1", "start lb1"), live=True),
    Scenario("crash-parent", pair(), ("start", "crash_parent lb1", "start lb1")),
    Scenario("crash-child", pair(), ("start", "crash_child lb1"), live=True),
    Scenario("hang", pair(UNICAST), ("start", "hang lb1", "unhang lb1")),
    Scenario("power", pair(), ("start", "power_off lb1", "power_on lb1")),
    Scenario("power-of-backup", pair(), ("start", "power_off lb2", "power_on lb2")),
    Scenario("stop", pair(UNICAST), ("start", "term lb1", "start lb1")),
    Scenario("stop-both", pair(), ("start", "term lb2", "term lb1", "start lb2", "start lb1")),
    Scenario("reload", pair(), ("start", "reload lb1", "reload lb2"), live=True),
    Scenario("interface-down-up", pair(), ("start", "if_down lb1", "if_up lb1")),
    Scenario("link-down-both", pair(), ("start", "carrier_down lb1 ...", "carrier_down lb2", "carrier_up lb2")),
    Scenario("partition-pair", pair(UNICAST), ("start", "partition lb1", "heal lb1")),
    Scenario("partition-tie", pair(first=100, second=100), ("start lb1", "start lb2", "partition lb2", "heal lb2")),
    Scenario("deaf-backup", pair(), ("start", "deaf lb2", "undeaf lb2")),
    Scenario("deaf-master", pair(), ("start", "deaf lb1", "undeaf lb1"), live=True),
    Scenario(
        "untracked-primary-link",
        pair(Instance(lines=("dont_track_primary",))),
        ("start", "carrier_down lb1", "carrier_up lb1"),
    ),
    Scenario(
        "untracked-primary-down", pair(Instance(lines=("dont_track_primary",))), ("start", "if_down lb1", "if_up lb1")
    ),
    Scenario("own-address-removed", pair(UNICAST), ("start", "addr_del lb1 192.168.77.11/24")),
    Scenario("own-address-removed-multicast", pair(), ("start", "addr_del lb1 192.168.77.11/24")),
]

SCRIPTS = [
    Scenario("weight-enough", pair(CHECKED, top=script(-60)), ("start", "script_fail lb1", "script_ok lb1")),
    Scenario(
        "weight-both-fail",
        pair(CHECKED, top=script(-60)),
        ("start", "script_fail lb1", "script_fail lb2", "script_ok lb2", "script_ok lb1"),
    ),
    Scenario("weight-too-small", pair(CHECKED, top=script(-20)), ("start", "script_fail lb1")),
    Scenario("weight-exactly-the-gap", pair(CHECKED, top=script(-50)), ("start", "script_fail lb1", "script_ok lb1")),
    Scenario(
        "weight-gap-then-power",
        pair(CHECKED, top=script(-50)),
        ("start", "script_fail lb1", "power_off lb1", "power_on lb1", "script_ok lb1"),
    ),
    Scenario(
        "weight-plus",
        pair(CHECKED, first=100, second=90, top=script(20)),
        ("start", "script_fail lb1", "script_ok lb1", "script_fail lb1", "script_fail lb2"),
    ),
    Scenario("weight-plus-too-small", pair(CHECKED, top=script(20)), ("start", "script_fail lb1")),
    Scenario(
        "weight-clamped-low",
        cluster(CHECKED, 40, 30, 1, top=script(-100)),
        ("start", "script_fail lb1", "script_fail lb2"),
    ),
    Scenario(
        "weight-clamped-high",
        pair(CHECKED, first=254, second=220, top=script(60)),
        ("start", "script_fail lb1"),
        undetermined=(0, 1),
    ),
    Scenario("fault-script", pair(CHECKED, top=script()), ("start", "script_fail lb1", "script_ok lb1")),
    Scenario("fault-script-both", pair(CHECKED, top=script()), ("start", "script_fail lb1 ...", "script_fail lb2")),
    Scenario("fault-script-then-power", pair(CHECKED, top=script()), ("start", "script_fail lb1", "power_off lb2")),
    Scenario(
        "fault-script-slow",
        pair(CHECKED, top=script(interval=2, fall=3, rise=2)),
        ("start", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario(
        "weight-script-slow",
        pair(CHECKED, top=script(-60, interval=2, fall=3, rise=2)),
        ("start", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario(
        "fault-script-nopreempt",
        pair(Instance(track="chk_haproxy", lines=("nopreempt",)), top=script()),
        ("start", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario(
        "weight-script-nopreempt-both",
        pair(Instance(track="chk_haproxy", lines=("nopreempt",)), top=script(-60)),
        ("start lb1", "start lb2", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario(
        "weight-script-nopreempt-first",
        cluster(CHECKED, 140, 90, top=script(-60), only={1: {"lines": ("nopreempt",)}}),
        ("start lb1", "start lb2", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario("reverse-fault", pair(Instance(track="chk_haproxy reverse"), top=script()), ("start", "script_fail lb1")),
    Scenario(
        "reverse-minus",
        pair(Instance(track="chk_haproxy weight -60 reverse"), first=120, second=100, top=script()),
        ("start", "script_fail lb1", "script_fail lb2"),
    ),
    Scenario(
        "reverse-plus",
        pair(Instance(track="chk_haproxy weight 60 reverse"), first=100, second=90, top=script(-5)),
        ("start", "script_fail lb2", "script_fail lb1"),
    ),
    Scenario("owner-ignores-weight", pair(CHECKED, first=255, top=script(-200)), ("start", "script_fail lb1")),
    Scenario(
        "script-missing",
        pair(CHECKED, top=script().replace("/usr/bin/test", "/usr/bin/no-such-test")),
        ("start",),
    ),
]

PREEMPTION = [
    Scenario(
        "nopreempt-both",
        pair(Instance(lines=("nopreempt",))),
        ("start", "power_off lb1", "power_on lb1", "power_off lb2"),
    ),
    Scenario("nopreempt-on-low", pair(lines=("nopreempt",)), ("start", "power_off lb1", "power_on lb1")),
    Scenario(
        "nopreempt-with-master",
        cluster(PLAIN, 140, 90, only={1: {"state": "MASTER", "lines": ("nopreempt",)}}),
        ("start", "power_off lb1", "power_on lb1"),
    ),
    Scenario(
        "nopreempt-partition",
        pair(Instance(lines=("nopreempt",))),
        ("start lb2", "start lb1", "partition lb1", "heal lb1"),
    ),
    Scenario("preempt-delay", pair(Instance(lines=("preempt_delay 4",))), ("start", "power_off lb1", "power_on lb1")),
    Scenario("both-master", pair(Instance(state="MASTER")), ("start", "term lb1", "start lb1")),
    Scenario("low-is-master", pair(state="MASTER"), ("start", "term lb1", "start lb1")),
    Scenario("no-priority-master", pair(first=None, second=100), ("start",), undetermined=(0,)),
    Scenario(
        "no-priority-state-master",
        cluster(PLAIN, None, 100, only={1: {"state": "MASTER"}}),
        ("start", "term lb1", "start lb1"),
    ),
]

MISFITS = [
    Scenario("vrid-differs", pair(vrid=79), ("start", "power_off lb1")),
    Scenario(
        "password-differs",
        pair(Instance(auth=("PASS", "abc1")), auth=("PASS", "abc2")),
        ("start", "term lb1"),
        live=True,
    ),
    Scenario(
        "password-first-8-equal",
        pair(Instance(auth=("PASS", "12345678x")), auth=("PASS", "12345678y")),
        ("start", "term lb1"),
    ),
    Scenario("password-on-one", pair(auth=("PASS", "abc")), ("start",)),
    Scenario("auth-type-differs", pair(Instance(auth=("PASS", "abc")), auth=("AH", "abc")), ("start",)),
    Scenario("advert-differs-v2", pair(advert="2"), ("start",)),
    Scenario("advert-differs-v3", pair(Instance(version=3), advert="2"), ("start", "power_off lb1", "power_on lb1")),
    Scenario(
        "advert-differs-v3-slow-master", pair(Instance(version=3, advert="2"), advert="1"), ("start", "power_off lb1")
    ),
    Scenario("version-differs", pair(version=3), ("start",), live=True),
    Scenario(
        "vips-in-another-order",
        pair(Instance(vips=(f"{VIP}/24", f"{OTHER}/24")), vips=(f"{OTHER}/24", f"{VIP}/24")),
        ("start", "term lb1"),
    ),
    Scenario("vip-lengths-differ", pair(vips=(f"{VIP}/32",)), ("start", "term lb1")),
    Scenario("vip-more-on-second", pair(vips=(f"{VIP}/24", f"{OTHER}/24")), ("start", "term lb1")),
    Scenario("vip-other-on-second", pair(vips=(f"{OTHER}/24",)), ("start", "term lb1")),
    Scenario(
        "excluded-differs", pair(Instance(excluded=(f"{OTHER}/24",)), excluded=()), ("start", "term lb1", "start lb1")
    ),
    Scenario("two-vrids-one-vip", pair(Instance(vrid=80), vrid=81), ("start", "power_off lb2")),
    Scenario("one-unicast", pair(peers=(1,)), ("start", "term lb1")),
    Scenario("peers-without-source", pair(Instance(peers=ALL, source="")), ("start", "term lb1")),
    Scenario(
        "peer-wrong-on-master",
        cluster(UNICAST, 140, 90, only={1: {"peers": ("192.168.77.99",)}}),
        ("start", "term lb1"),
    ),
    Scenario("peer-wrong-on-backup", pair(UNICAST, peers=("192.168.77.99",)), ("start", "term lb1", "start lb1")),
    Scenario(
        "peer-wrong-checked",
        cluster(Instance(peers=ALL, lines=("check_unicast_src",)), 140, 90, only={2: {"peers": ("192.168.77.99",)}}),
        ("start",),
    ),
    Scenario("peer-itself", pair(Instance(peers=(1, 2))), ("start", "term lb1")),
    Scenario(
        "source-of-another-on-master",
        cluster(UNICAST, 140, 90, only={1: {"source": "192.168.77.55"}}),
        ("start", "term lb1", "start lb1"),
    ),
    Scenario(
        "source-copied",
        cluster(UNICAST, 140, 90, only={2: {"source": "192.168.77.11", "peers": (2,)}}),
        ("start", "term lb1", "start lb1"),
    ),
    Scenario(
        "sources-swapped",
        cluster(UNICAST, 140, 90, only={n: {"source": f"192.168.77.1{3 - n}", "peers": (n,)} for n in (1, 2)}),
        ("start", "term lb1"),
    ),
    Scenario("source-of-another", pair(UNICAST, source="192.168.77.55"), ("start", "term lb1", "start lb1")),
    Scenario(
        "no-adverts-below",
        pair(Instance(auth=("PASS", "a"), lines=("lower_prio_no_advert",)), auth=("PASS", "b")),
        ("start",),
    ),
    Scenario("vip-without-subnet", pair(Instance(vips=("10.98.0.9/32",))), ("start", "power_off lb1")),
    Scenario("strict-unicast", pair(UNICAST, lines=("strict_mode",)), ("start", "term lb1")),
]

GROUPS = [
    Scenario("two-instances-part", two_instances(), ("start", "carrier_down lb1 eth1", "carrier_up lb1 eth1")),
    Scenario(
        "group-follows-link",
        two_instances(group=sync_group("VI_1", "VI_2")),
        ("start", "carrier_down lb1 eth1", "carrier_up lb1 eth1"),
    ),
    Scenario(
        "group-follows-script",
        two_instances(interface="eth0", group=sync_group("VI_1", "VI_2"), top=script()),
        ("start", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario("active-active", two_instances(interface="eth0", swap=True), ("start", "power_off lb2", "power_on lb2")),
]

IPV6 = [
    Scenario(
        "v6-multicast", pair(Instance(vips=(f"{VIP6}/64",), version=3)), ("start", "power_off lb1", "power_on lb1")
    ),
    Scenario("v6-unicast", pair(Instance(vips=(f"{VIP6}/64",), peers=ALL)), ("start", "term lb1", "start lb1")),
    Scenario(
        "v6-check",
        pair(Instance(vips=(f"{VIP6}/64",), peers=ALL, track="chk_haproxy"), top=script(-60)),
        ("start", "script_fail lb1", "script_ok lb1"),
    ),
    Scenario(
        "v6-tie",
        pair(Instance(vips=(f"{VIP6}/64",)), first=100, second=100),
        ("start lb1", "start lb2", "partition lb1", "heal lb1"),
        undetermined=(3,),
    ),
    Scenario("v6-excluded-in-v4", pair(Instance(excluded=(f"{VIP6}/64",))), ("start", "term lb1", "start lb1")),
    Scenario(
        "v6-subsecond",
        pair(Instance(vips=(f"{VIP6}/64",), version=3, advert="0.1")),
        ("start", "power_off lb1", "power_on lb1"),
    ),
]

PAIRS = [*LIFE, *SCRIPTS, *PREEMPTION, *MISFITS, *GROUPS, *IPV6]
