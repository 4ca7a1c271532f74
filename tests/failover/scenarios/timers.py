"""Timers, owners by priority 255, and settings that must change nothing."""

from __future__ import annotations

from dataclasses import replace

from tests.failover.scenarios.base import Scenario
from tests.failover.scenarios.confs import ALL, VIP6, Instance, cluster, script

PLAIN = Instance()
CHECKED = Instance(track="chk_haproxy")
OTHER = "192.168.77.160"
V3_FAST = Instance(version=3, advert="0.1")
V3_FIFTH = Instance(version=3, advert="0.2", peers=ALL)


def with_lines(*lines: str) -> Instance:
    return Instance(lines=lines)


TIMERS = [
    Scenario(
        "v3-tenth", cluster(V3_FAST, 150, 100, 50), ("start", "power_off lb1", "term lb2", "power_on lb1"), live=True
    ),
    Scenario(
        "v3-fifth",
        cluster(V3_FIFTH, 150, 100, 50),
        ("start", "power_off lb1", "power_on lb1", "term lb1", "start lb1"),
        live=True,
    ),
    Scenario(
        "v3-fifth-weighted",
        cluster(replace(V3_FIFTH, track="chk_haproxy"), 150, 100, 50, top=script(-60)),
        ("start", "script_fail lb1", "script_fail lb2"),
        live=True,
    ),
    Scenario(
        "v3-fifth-fault",
        cluster(replace(V3_FIFTH, track="chk_haproxy"), 150, 100, top=script()),
        ("start", "script_fail lb1", "script_ok lb1"),
        live=True,
    ),
    Scenario(
        "v3-mixed-intervals",
        cluster(replace(V3_FIFTH, advert="0.5"), 150, 100, 50, only={2: {"advert": "0.2"}}),
        ("start", "power_off lb1", "power_on lb1"),
    ),
    Scenario(
        "two-seconds",
        cluster(replace(PLAIN, advert="2"), 150, 100),
        ("start", "power_off lb1", "power_on lb1", "term lb1"),
    ),
    Scenario(
        "five-adverts",
        cluster(with_lines("down_timer_adverts 5"), 150, 100),
        ("start", "power_off lb1", "power_on lb1"),
        live=True,
    ),
    Scenario(
        "one-advert", cluster(with_lines("down_timer_adverts 1"), 150, 100), ("start", "power_off lb1", "power_on lb1")
    ),
    Scenario(
        "startup-delay",
        cluster(PLAIN, 150, 100, defs=("vrrp_startup_delay 4",)),
        ("start", "power_off lb1", "power_on lb1"),
    ),
    Scenario(
        "priorities-254-1", cluster(PLAIN, 254, 1), ("start", "power_off lb1", "power_on lb1", "term lb1"), live=True
    ),
    Scenario("fraction-in-v2", cluster(replace(PLAIN, advert="1.6"), 150, 100), ("start", "power_off lb1")),
    Scenario(
        "v3-everywhere",
        cluster(replace(PLAIN, advert="0.5"), 150, 100, defs=("vrrp_version 3",)),
        ("start", "power_off lb1", "power_on lb1"),
    ),
    Scenario(
        "v3-auth-ignored",
        cluster(replace(PLAIN, version=3, auth=("PASS", "abc")), 150, 100, only={2: {"auth": ("PASS", "abd")}}),
        ("start", "term lb1"),
    ),
]

OWNERS = [
    Scenario(
        "owner-state-master",
        cluster(CHECKED, 255, 100, top=script(-200), only={1: {"state": "MASTER"}}),
        ("start", "script_fail lb1", "power_off lb1", "power_on lb1"),
        live=True,
    ),
    Scenario(
        "owner-state-backup",
        cluster(CHECKED, 255, 100, top=script()),
        ("start", "script_fail lb1", "script_ok lb1"),
        live=True,
    ),
    Scenario("owner-no-state", cluster(replace(PLAIN, state=None), 255, 100), ("start", "term lb1", "start lb1")),
    Scenario("owner-later", cluster(replace(PLAIN, state="MASTER"), 255, 100), ("start lb2", "start lb1")),
    Scenario(
        "two-owners",
        cluster(replace(PLAIN, state="MASTER"), 255, 255),
        ("start lb1", "start lb2", "term lb2", "term lb1"),
    ),
    Scenario(
        "two-owners-as-backups",
        cluster(PLAIN, 255, 255, 100),
        ("start", "power_off lb2", "power_on lb2"),
        undetermined=(0,),
    ),
]

SETTINGS = [
    Scenario(
        "excluded-only-on-master",
        cluster(Instance(), 150, 100, 50, only={1: {"excluded": (f"{OTHER}/24",)}}),
        ("start", "term lb1", "start lb1"),
        live=True,
    ),
    Scenario(
        "excluded-v6",
        cluster(Instance(excluded=(f"{VIP6}/64",)), 150, 100, 50),
        ("start", "power_off lb1", "power_off lb2"),
        live=True,
    ),
    Scenario(
        "no-adverts-below-healthy",
        cluster(with_lines("lower_prio_no_advert"), 150, 100, 50),
        ("start", "power_off lb1", "power_on lb1", "partition lb1", "heal lb1"),
    ),
    Scenario(
        "higher-sends-advert",
        cluster(with_lines("higher_prio_send_advert"), 150, 100),
        ("start", "partition lb1", "heal lb1"),
    ),
    Scenario(
        "notify-changes-nothing",
        cluster(with_lines('notify "/usr/bin/true"', 'notify_master "/usr/bin/false"'), 150, 100),
        ("start", "term lb1", "start lb1"),
    ),
    Scenario(
        "skip-address-check",
        cluster(with_lines("skip_check_adv_addr"), 150, 100, 50),
        ("start", "power_off lb1", "power_on lb1"),
    ),
    Scenario(
        "garp-settings",
        cluster(with_lines("garp_master_delay 1", "garp_master_repeat 2"), 150, 100),
        ("start", "crash lb1", "start lb1"),
    ),
    Scenario(
        "other-group-address",
        cluster(PLAIN, 150, 100, defs=("vrrp_mcast_group4 224.0.0.99",)),
        ("start", "power_off lb1"),
    ),
    Scenario(
        "group-address-differs", cluster(PLAIN, 150, 100, only={2: {"lines": ("mcast_dst_ip 224.0.0.99",)}}), ("start",)
    ),
    Scenario(
        "hang-of-three", cluster(PLAIN, 150, 100, 50), ("start", "hang lb1", "power_off lb2", "unhang lb1"), live=True
    ),
    Scenario(
        "crash-of-three",
        cluster(PLAIN, 150, 100, 50),
        ("start", "crash lb1", "crash lb2", "start lb2", "start lb1"),
    ),
    Scenario("deaf-of-three", cluster(PLAIN, 150, 100, 50), ("start", "deaf lb2", "undeaf lb2", "deaf lb3")),
]

TIMED = [*TIMERS, *OWNERS, *SETTINGS]
