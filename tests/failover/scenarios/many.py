"""Three nodes and more: ladders of priorities, ties, lists that do not fit together, and two failures at a time."""

from __future__ import annotations

from tests.failover.scenarios.base import Scenario
from tests.failover.scenarios.confs import ALL, VIP, Instance, cluster, script

CHECKED = Instance(track="chk_haproxy")
UNICAST = Instance(peers=ALL)
UNICAST_CHECKED = Instance(peers=ALL, track="chk_haproxy")
OTHER = "192.168.77.160"


def with_lines(*lines: str) -> Instance:
    return Instance(lines=lines)


LADDERS = [
    Scenario(
        "ladder-101-100-99-down",
        cluster(CHECKED, 101, 100, 99, top=script(-2)),
        ("start", "script_fail lb1", "script_fail lb2", "script_ok lb1", "script_ok lb2"),
        live=True,
        undetermined=(2,),
    ),
    Scenario(
        "ladder-101-100-99-up",
        cluster(CHECKED, 101, 100, 99, top=script(-2)),
        ("start", "script_fail lb2", "script_fail lb1", "script_ok lb2", "script_ok lb1"),
    ),
    Scenario(
        "ladder-101-100-99-all",
        cluster(UNICAST_CHECKED, 101, 100, 99, top=script(-2)),
        ("start", "script_fail lb3", "script_fail lb1", "script_fail lb2", "script_ok lb3"),
    ),
    Scenario(
        "ladder-150-100-50-weight-60",
        cluster(CHECKED, 150, 100, 50, top=script(-60)),
        ("start", "script_fail lb1", "script_fail lb2", "script_fail lb3"),
        live=True,
    ),
    Scenario(
        "ladder-150-100-50-weight-60-back",
        cluster(UNICAST_CHECKED, 150, 100, 50, top=script(-60)),
        ("start", "script_fail lb2", "script_fail lb1", "script_ok lb2", "script_ok lb1"),
    ),
    Scenario(
        "ladder-110-100-90-weight-50",
        cluster(CHECKED, 110, 100, 90, top=script(-50)),
        ("start", "script_fail lb1", "script_fail lb2", "script_fail lb3"),
        live=True,
    ),
    Scenario(
        "ladder-110-100-90-weight-15",
        cluster(CHECKED, 110, 100, 90, top=script(-15)),
        ("start", "script_fail lb1", "script_fail lb2", "script_ok lb1"),
    ),
    Scenario(
        "ladder-110-100-90-weight-10",
        cluster(CHECKED, 110, 100, 90, top=script(-10)),
        ("start", "script_fail lb1", "script_fail lb2"),
    ),
    Scenario(
        "ladder-plus-30",
        cluster(CHECKED, 110, 100, 90, top=script(30)),
        ("start", "script_fail lb1", "script_fail lb2", "script_fail lb3"),
        live=True,
    ),
    Scenario(
        "ladder-of-four",
        cluster(UNICAST_CHECKED, 200, 150, 100, 50, top=script(-120)),
        ("start", "script_fail lb1", "power_off lb2", "script_fail lb3", "power_off lb4"),
    ),
    Scenario(
        "fault-of-three",
        cluster(CHECKED, 150, 100, 50, top=script()),
        ("start", "script_fail lb1", "script_fail lb2", "script_fail lb3", "script_ok lb2"),
    ),
    Scenario(
        "power-then-script",
        cluster(CHECKED, 150, 100, 50, top=script(-60)),
        ("start", "power_off lb1", "script_fail lb2", "power_on lb1"),
        live=True,
    ),
    Scenario(
        "power-and-script-at-once",
        cluster(UNICAST_CHECKED, 150, 100, 50, top=script(-60)),
        ("start", "power_off lb1 ...", "script_fail lb2"),
        live=True,
    ),
    Scenario(
        "two-without-power",
        cluster(UNICAST, 150, 100, 50),
        ("start", "power_off lb1 ...", "power_off lb2", "power_on lb2", "power_on lb1"),
        live=True,
    ),
    Scenario(
        "one-after-another",
        cluster(UNICAST, 150, 100, 50),
        ("start lb3", "start lb2", "start lb1", "term lb1", "term lb2"),
    ),
]

TIES = [
    Scenario(
        "tie-below-101-100-100",
        cluster(CHECKED, 101, 100, 100, top=script(-2)),
        ("start", "script_fail lb1", "script_ok lb1"),
        undetermined=(1,),
    ),
    Scenario(
        "tie-below-power",
        cluster(UNICAST, 150, 100, 100),
        ("start", "power_off lb1", "power_on lb1"),
        undetermined=(1,),
    ),
    Scenario(
        "tie-after-weights",
        cluster(CHECKED, 120, 100, 100, top=script(-20)),
        ("start", "script_fail lb1", "power_off lb1", "power_on lb1", "script_ok lb1"),
        undetermined=(2,),
    ),
    Scenario(
        "tie-of-second-and-third",
        cluster(UNICAST_CHECKED, 150, 110, 100, top=script(-10)),
        ("start", "script_fail lb2", "power_off lb1"),
        undetermined=(2,),
    ),
    Scenario(
        "tie-partition-three",
        cluster(Instance(), 100, 100, 90),
        ("start lb1", "start lb2 lb3", "partition lb1", "heal lb1"),
    ),
]

LISTS = [
    Scenario(
        "peer-wrong-on-master-of-three",
        cluster(UNICAST, 150, 100, 50, only={1: {"peers": (2, "192.168.77.93")}}),
        ("start", "power_off lb1", "power_on lb1"),
    ),
    Scenario(
        "peer-wrong-on-backup-of-three",
        cluster(UNICAST, 150, 100, 50, only={2: {"peers": (1, "192.168.77.93")}}),
        ("start", "power_off lb1", "power_on lb1"),
        live=True,
    ),
    Scenario(
        "peer-wrong-on-lowest",
        cluster(UNICAST, 150, 100, 50, only={3: {"peers": ("192.168.77.91", 2)}}),
        ("start", "power_off lb1", "power_off lb2", "power_on lb1"),
        live=True,
    ),
    Scenario(
        "third-only-lists-others",
        cluster(UNICAST, 150, 100, 50, only={1: {"peers": (2,)}, 2: {"peers": (1,)}}),
        ("start", "power_off lb3"),
    ),
    Scenario(
        "third-only-lists-others-checked",
        cluster(
            Instance(peers=ALL, lines=("check_unicast_src",)),
            150,
            100,
            50,
            only={1: {"peers": (2,)}, 2: {"peers": (1,)}},
        ),
        ("start",),
    ),
    Scenario(
        "highest-only-lists-others",
        cluster(UNICAST, 150, 100, 200, only={1: {"peers": (2,)}, 2: {"peers": (1,)}}),
        ("start lb1 lb2", "start lb3", "power_off lb3", "power_on lb3"),
        live=True,
    ),
    Scenario(
        "vips-of-third-differ",
        cluster(UNICAST, 150, 100, 50, only={3: {"vips": (f"{VIP}/24", f"{OTHER}/24")}}),
        ("start",),
        window=40,
    ),
    Scenario(
        "vips-of-master-differ",
        cluster(Instance(), 150, 100, 50, only={1: {"vips": (f"{OTHER}/24",)}}),
        ("start",),
        window=40,
    ),
    Scenario(
        "password-of-third-differs",
        cluster(Instance(auth=("PASS", "abc")), 150, 100, 50, only={3: {"auth": ("PASS", "abd")}}),
        ("start",),
        window=40,
    ),
    Scenario(
        "password-of-master-differs",
        cluster(Instance(auth=("PASS", "abc")), 150, 100, 50, only={1: {"auth": ("PASS", "abd")}}),
        ("start",),
        window=40,
    ),
    Scenario(
        "two-clusters-one-vrid",
        cluster(Instance(), 150, 100, 150, 100, only={3: {"vips": (f"{OTHER}/24",)}, 4: {"vips": (f"{OTHER}/24",)}}),
        ("start",),
        window=40,
        undetermined=(0,),
    ),
    Scenario(
        "two-clusters-one-vrid-unicast",
        cluster(
            UNICAST,
            150,
            100,
            140,
            90,
            only={
                1: {"peers": (2,)},
                2: {"peers": (1,)},
                3: {"vips": (f"{OTHER}/24",), "peers": (4,)},
                4: {"vips": (f"{OTHER}/24",), "peers": (3,)},
            },
        ),
        ("start", "power_off lb1", "power_off lb3"),
        live=True,
    ),
    Scenario(
        "two-clusters-no-adverts-below",
        cluster(
            with_lines("lower_prio_no_advert"),
            150,
            100,
            140,
            90,
            only={3: {"vips": (f"{OTHER}/24",)}, 4: {"vips": (f"{OTHER}/24",)}},
        ),
        ("start", "power_off lb3"),
        live=True,
    ),
]

MANY = [*LADDERS, *TIES, *LISTS]
