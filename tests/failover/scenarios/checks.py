"""Every kind of check: processes, files with a number, links, and scripts beside them."""

from __future__ import annotations

from dataclasses import replace

from tests.failover.scenarios.base import Scenario
from tests.failover.scenarios.confs import VIP, Confs, Instance, block, cluster, conf, script, sync_group

PLAIN = Instance()
CHECKED = Instance(track="chk_haproxy")
SECOND = "192.168.78.150"


def tracked(kind: str, entry: str, **changes: object) -> Instance:
    """An instance with one entry in its track_KIND."""
    return replace(PLAIN, lines=(block(f"track_{kind}", entry),), **changes)  # type: ignore[arg-type]


def process(weight: int | None = None, *further: str) -> str:
    """The process that each node watches; its name has the node's number."""
    weights = [] if weight is None else [f"weight {weight}"]
    return block("vrrp_track_process chk_process", "process hap-lb{node}", *weights, *further)


def numbers(weight: int | None = None) -> str:
    """The file with a number."""
    weights = [] if weight is None else [f"weight {weight}"]
    return block("track_file chk_number", 'file "/run/halb/number"', *weights)


def grouped(*, member: str = "", group: str = "", weight: int | None = None) -> Confs:
    """Two nodes with two instances in a sync group; the entry of track_process is the members' or the group's."""
    confs: Confs = {}
    for node, priority in ((1, 150), (2, 100)):
        first = replace(tracked("process", member) if member else PLAIN, priority=priority)
        second = replace(first, name="VI_2", vrid=78, vips=("192.168.77.160/24",))
        lines = [block("track_process", group)] if group else []
        end = sync_group("VI_1", "VI_2", lines=lines)
        confs[f"lb{node}"] = conf(node, first, second, top=process(weight).replace("{node}", str(node)), end=end)
    return confs


PROCESSES = ("proc_start lb1 ...", "proc_start lb2 ...", "start", "proc_kill lb1", "proc_start lb1")

CHECKS = [
    Scenario(
        "process-fault",
        cluster(tracked("process", "chk_process"), 150, 100, top=process()),
        (*PROCESSES, "proc_kill lb2"),
        live=True,
    ),
    Scenario(
        "process-weighted",
        cluster(tracked("process", "chk_process"), 150, 100, top=process(-60)),
        (*PROCESSES, "proc_kill lb2"),
        live=True,
    ),
    Scenario("process-plus", cluster(tracked("process", "chk_process"), 110, 100, top=process(30)), PROCESSES),
    Scenario(
        "process-delayed",
        cluster(tracked("process", "chk_process"), 150, 100, top=process(None, "terminate_delay 2")),
        PROCESSES,
        window=9.5,
    ),
    Scenario(
        "process-delayed-both-ways",
        cluster(tracked("process", "chk_process"), 150, 100, top=process(None, "delay 1")),
        (*PROCESSES, "proc_kill lb1 ...", "proc_start lb1"),
        window=9.5,
        note="the second time, the process is back before the delay is over: nothing moves",
    ),
    Scenario(
        "process-absent",
        cluster(tracked("process", "chk_process"), 150, 100, top=process()),
        ("start", "proc_start lb2"),
    ),
    Scenario(
        "process-quorum-2",
        cluster(tracked("process", "chk_process"), 150, 100, top=process(-60, "quorum 2")),
        ("proc_start lb1 ...", "start"),
    ),
    Scenario("process-of-members-weighted", grouped(member="chk_process", weight=-60), PROCESSES),
    Scenario("process-of-members", grouped(member="chk_process"), PROCESSES),
    Scenario("process-of-group-weighted", grouped(group="chk_process", weight=-60), PROCESSES),
    Scenario("process-of-group", grouped(group="chk_process"), PROCESSES),
    Scenario(
        "file-numbers",
        cluster(tracked("file", "chk_number"), 100, 90, 80, top=numbers()),
        ("start", "file lb2 30", "file lb3 60", "file lb3 -20", "file lb2 0"),
        live=True,
    ),
    Scenario(
        "file-times-minus-2",
        cluster(tracked("file", "chk_number weight -2"), 100, 90, top=numbers()),
        ("start", "file lb1 4", "file lb1 6", "file lb2 127", "file lb1 127"),
    ),
    Scenario(
        "file-fault",
        cluster(tracked("file", "chk_number"), 150, 100, top=numbers(0)),
        ("start", "file lb1 1", "file lb2 7", "file lb1 0"),
        live=True,
    ),
    Scenario(
        "file-reverse",
        cluster(tracked("file", "chk_number weight 1 reverse"), 150, 100, top=numbers()),
        ("start", "file lb1 60", "file lb1 -10"),
    ),
    Scenario(
        "file-of-254",
        cluster(tracked("file", "chk_number"), 100, 90, top=numbers()),
        ("start", "file lb2 253", "file lb2 300", "file lb1 -254", "file lb1 -253"),
    ),
    Scenario(
        "link-weighted",
        cluster(tracked("interface", "eth1 weight -60"), 150, 100, 50),
        ("start", "carrier_down lb1 eth1", "carrier_down lb2 eth1", "carrier_up lb1 eth1"),
        live=True,
    ),
    Scenario(
        "link-weighted-plus",
        cluster(tracked("interface", "eth1 weight 30"), 110, 100),
        ("start", "if_down lb1 eth1", "if_up lb1 eth1"),
    ),
    Scenario(
        "link-fault",
        cluster(tracked("interface", "eth1"), 150, 100),
        ("start", "carrier_down lb1 eth1", "carrier_up lb1 eth1", "if_down lb1 eth1"),
        live=True,
    ),
    Scenario(
        "link-reverse",
        cluster(tracked("interface", "eth1 weight -60 reverse"), 110, 100),
        ("start", "carrier_down lb2 eth1"),
    ),
    Scenario(
        "two-checks-add-up",
        cluster(
            Instance(track="chk_haproxy", lines=(block("track_interface", "eth1 weight -30"),)),
            150,
            100,
            top=script(-30),
        ),
        ("start", "script_fail lb1", "carrier_down lb1 eth1", "script_ok lb1"),
        live=True,
    ),
    Scenario(
        "weight-on-the-track-line",
        cluster(Instance(track="chk_haproxy weight -60"), 150, 100, top=script(-10)),
        ("start", "script_fail lb1", "script_ok lb1"),
        live=True,
    ),
    Scenario(
        "fault-beside-weight",
        cluster(Instance(track="chk_haproxy weight 0"), 150, 100, top=script(-10)),
        ("start", "script_fail lb1"),
    ),
    Scenario(
        "vip-on-another-link",
        cluster(Instance(vips=(f"{VIP}/24", f"{SECOND}/24 dev eth1")), 150, 100),
        ("start", "carrier_down lb1 eth1", "carrier_up lb1 eth1"),
    ),
    Scenario(
        "vip-on-another-link-no-track",
        cluster(Instance(vips=(f"{VIP}/24", f"{SECOND}/24 dev eth1 no_track")), 150, 100),
        ("start", "carrier_down lb1 eth1", "carrier_up lb1 eth1"),
    ),
    Scenario(
        "script-bad-at-boot",
        cluster(CHECKED, 150, 100, 50, top=script(-60)),
        ("script_fail lb1 ...", "start", "script_ok lb1"),
    ),
    Scenario(
        "fault-script-bad-at-boot",
        cluster(CHECKED, 150, 100, 50, top=script()),
        ("script_fail lb1 ...", "start", "script_ok lb1"),
    ),
    Scenario(
        "script-fall-4",
        cluster(CHECKED, 150, 100, top=script(-60, interval=2, fall=4)),
        ("start", "script_fail lb1"),
    ),
]
