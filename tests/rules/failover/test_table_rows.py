"""The table: which rows there are, what each says, and what is said of files that tell too little."""

from __future__ import annotations

import pytest

from rules.engine.options import Options
from rules.engine.run import Run
from rules.failover.table.table import failover_table
from rules.failover.table.verdicts import Verdict
from tests.rules.failover.fleets import (
    HAPROXY,
    TRACK,
    block_of,
    checked,
    fleet_of,
    instance,
    rows_of,
    script,
    table_of,
    unicast,
)
from tests.tools.failover_examples import EXAMPLES

OK, STAYS = Verdict.OK, Verdict.STAYS


def test_every_single_failure_and_every_pair() -> None:
    rows = rows_of(EXAMPLES["kubeadm"])
    assert list(rows)[:12] == [
        "healthy",
        *(f"lb1:{kind}" for kind in ("power", "keepalived", "keepalived-stop", "haproxy", "link")),
        *(f"lb2:{kind}" for kind in ("power", "keepalived", "keepalived-stop", "haproxy", "link")),
        "lb1|lb2:partition",
    ]
    # On one node: haproxy and the link, and each of them with either end of keepalived (5). Across: 5 x 5. Each of the
    # ten with the partition.
    assert len(rows) == 12 + 2 * 5 + 25 + 10
    assert "lb1:haproxy+lb2:power" in rows


def test_of_three_nodes_all_ways_to_cut_and_all_three_checks() -> None:
    rows = rows_of(EXAMPLES["ladder"])
    assert [name for name in rows if name.endswith("partition") and "+" not in name] == [
        "lb1|lb2,lb3:partition",
        "lb1,lb2|lb3:partition",
        "lb1,lb3|lb2:partition",
    ]
    assert "lb1:haproxy+lb2:haproxy+lb3:haproxy" in rows


def test_the_pair_of_the_article() -> None:
    rows = rows_of(EXAMPLES["article"])
    one, two = "haproxy-lb1", "haproxy-lb2"
    for kind in ("power", "keepalived-stop", "haproxy", "link"):
        assert (rows[f"{one}:{kind}"].verdict, rows[f"{one}:{kind}"].worst.owners) == (OK, (two,))
        assert (rows[f"{two}:{kind}"].verdict, rows[f"{two}:{kind}"].worst.owners) == (STAYS, (one,))
    killed = rows[f"{one}:keepalived"]
    assert (killed.verdict, killed.worst.owners, killed.worst.holders) == (Verdict.KNOWN_LIMIT, (two,), (one, two))
    cut = rows[f"{one}|{two}:partition"]
    assert (cut.verdict, cut.worst.owners) == (Verdict.KNOWN_LIMIT, (one, two))
    assert rows[f"{one}:haproxy+{two}:haproxy"].verdict is Verdict.KNOWN_LIMIT


def test_the_pair_of_kubeadm_fails_over_slowly() -> None:
    row = rows_of(EXAMPLES["kubeadm"])["lb1:haproxy"]
    assert row.verdict is OK
    assert row.outage is not None
    assert [round(value, 1) for value in row.outage] == [29.6, 33.6]
    assert row.why == "lb1 drops from 101 to 99; lb2 takes over"


def test_a_ladder_of_three_with_a_weight_of_two_ties() -> None:
    rows = rows_of(EXAMPLES["ladder"])
    single = [row for row in rows.values() if len(row.events) == 1]
    limits = [row.event for row in single if row.verdict is Verdict.KNOWN_LIMIT]
    assert limits == ["lb1:keepalived", *(name for name in rows if name.endswith("partition") and "+" not in name)]
    assert all(row.verdict.good for row in single if row.event not in limits)
    tied = rows["lb1:haproxy+lb2:haproxy"]
    assert tied.verdict is Verdict.FAILING_OWNER
    assert tied.outage is None
    assert {outcome.owners for outcome in tied.outcomes} == {("lb1",), ("lb3",)}
    assert tied.why.startswith("lb1 drops from 101 to 99, and healthy lb3 has 99 too: the VIP does not move on a tie")
    # What docs/failover.md says would do.
    healed = {name: text.replace("weight -2", "weight -3") for name, text in EXAMPLES["ladder"].items()}
    assert all(row.verdict is not Verdict.FAILING_OWNER for row in rows_of(healed).values())


def test_nopreempt_with_a_weight_and_without() -> None:
    rows = rows_of(EXAMPLES["nopreempt"])
    assert rows["healthy"].why == "nopreempt: the first node to start keeps it, lb1 or lb2"
    failing = rows["lb1:haproxy"]
    assert failing.verdict is Verdict.FAILING_OWNER
    assert failing.why == (
        "lb1 drops from 110 to 60 and keeps the VIP: with nopreempt lb2 (100) does not replace a running master; "
        "depending on the order of events, lb2 holds it instead"
    )
    weightless = {name: text.replace("    weight -50\n", "") for name, text in EXAMPLES["nopreempt"].items()}
    assert rows_of(weightless)["lb1:haproxy"].verdict is OK


def test_a_third_node_that_the_others_do_not_list() -> None:
    rows = rows_of(EXAMPLES["third-node"])
    healthy = rows["healthy"]
    assert (healthy.verdict, healthy.worst.owners) == (Verdict.SPLIT_BRAIN, ("lb1", "lb3"))
    assert healthy.why == "unicast_peer of lb1 does not list lb3, which hears nothing from it"
    listed = dict(EXAMPLES["third-node"])
    listed["lb1"] = listed["lb1"].replace("192.168.2.142\n", "192.168.2.142\n    192.168.2.143\n")
    listed["lb2"] = listed["lb2"].replace("192.168.2.141\n    }", "192.168.2.141\n    192.168.2.143\n    }")
    assert rows_of(listed)["healthy"].verdict is OK


@pytest.mark.parametrize(
    ("nodes", "event", "why"),
    [
        (
            {"lb1": checked(150, -20), "lb2": checked(100, -20)},
            "lb1:haproxy",
            "lb1 drops from 150 to 130, still above healthy lb2 with 100",
        ),
        (
            {"lb1": instance(150), "lb2": instance(100)},
            "lb1:haproxy",
            "no file shows that haproxy runs on lb1, and no check names it",
        ),
        (
            {"lb1": checked(255, -50), "lb2": checked(100, -50)},
            "lb1:haproxy",
            "lb1 has priority 255, which a weight can't lower",
        ),
        (
            {"lb1": checked(150, 0), "lb2": checked(100, 0)},
            "lb1:haproxy",
            "lb1 goes to FAULT because of script 'check'; lb2 takes over",
        ),
        (
            {"lb1": checked(150, 0), "lb2": checked(100, 0)},
            "lb1:power+lb2:haproxy",
            "no node can take over: no power on lb1 and FAULT because of script 'check' on lb2",
        ),
        (
            {"lb1": checked(150, 0), "lb2": checked(100, 0)},
            "lb1:keepalived+lb2:power",
            "no node can take over: no keepalived on lb1 and no power on lb2; the killed keepalived left the address "
            "on lb1",
        ),
        (
            {"lb1": checked(150, 0), "lb2": checked(100, 0)},
            "lb1:keepalived",
            "the killed keepalived leaves the address on lb1; lb2 takes over as well, until keepalived runs on lb1 "
            "again",
        ),
        (
            {"lb1": checked(150, -60), "lb2": checked(100, -60)},
            "lb1:haproxy+lb2:haproxy",
            "no node is left that can serve: lb1 holds the address, but nothing answers there",
        ),
        (
            {"lb1": instance(150, vrid=51), "lb2": instance(100, vrid=52)},
            "healthy",
            "virtual_router_id is 51 on lb1 and 52 on lb2",
        ),
        (
            {"lb1": instance(150), "lb2": instance(100, unicast(12, 11))},
            "healthy",
            "lb1 uses multicast and lb2 unicast",
        ),
        (
            {"lb1": instance(150), "lb2": instance(100, "version 3")},
            "healthy",
            "lb1 uses VRRP version 2 and lb2 version 3",
        ),
        (
            {"lb1": instance(150), "lb2": instance(100, advert=2)},
            "healthy",
            "advert_int is 1 s on lb1 and 2 s on lb2",
        ),
        (
            {"lb1": instance(150), "lb2": instance(100, vips=("192.0.2.10/24", "192.0.2.9/24"))},
            "healthy",
            "up to keepalived 2.3.2, lb1 and lb2 have different lists of addresses; from keepalived 2.3.3 on, lb1 has "
            "the highest priority, 150",
        ),
        (
            {"lb1": instance(150, "dont_track_primary"), "lb2": instance(100, "dont_track_primary")},
            "lb1:link",
            "lb1 holds it too, but has no link; lb2 takes over",
        ),
        (
            {"lb1": instance(100, unicast(11, 12)), "lb2": instance(100, unicast(12, 11))},
            "healthy",
            "equal priorities (100): the first node to start keeps it, lb1 or lb2",
        ),
    ],
)
def test_why(nodes: dict[str, str], event: str, why: str) -> None:
    block = next(iter(table_of(nodes).blocks))
    assert {row.event: row.why for row in block.rows}[event] == why


# -- several addresses and instances


def test_addresses_of_one_instance_stand_together_and_those_of_two_apart() -> None:
    two = instance(100, vips=("192.0.2.10/24", "192.0.2.9/24"))
    other = instance(90, name="WEB", vrid=52, vips=("198.51.100.10/24",), interface="eth1")
    table = table_of({"lb1": two + other, "lb2": two.replace("100", "99", 1) + other.replace("90", "95", 1)})
    assert [([str(vip) for vip in block.vips], block.instance) for block in table.blocks] == [
        (["192.0.2.10", "192.0.2.9"], "API"),
        (["198.51.100.10"], "WEB"),
    ]
    owners = [next(row for row in block.rows if not row.events).worst.owners for block in table.blocks]
    assert owners == [("lb1",), ("lb2",)]


def test_one_vip_in_two_instances_of_one_node() -> None:
    text = instance(150) + instance(100, name="AGAIN", vrid=52)
    table = table_of({"lb1": text, "lb2": instance(90)})
    for block in table.blocks:
        assert block.rows[0].event == "healthy"
        assert all(row.why for row in block.rows)


# -- what the files don't tell


def unknown(nodes: dict[str, str]) -> str:
    block = block_of(nodes)
    assert not block.rows
    return block.unknown


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        (
            {"lb1": instance("$PRIO"), "lb2": instance(100)},
            "lb1: priority depends on something that is not in the files",
        ),
        (
            {"lb1": instance("{{ priority }}"), "lb2": instance(100)},
            "lb1: lb1/keepalived.conf depends on an include, an '@' line or a template that could not be resolved",
        ),
        (
            {"lb1": "include more.conf\n" + instance(110), "lb2": instance(100)},
            "lb1: lb1/keepalived.conf depends on an include, an '@' line or a template that could not be resolved",
        ),
        (
            {"lb1": checked(110, 0).replace("fall 2", "fall $N"), "lb2": instance(100)},
            "lb1: interval, rise or fall of vrrp_script 'check' is not known",
        ),
        (
            {"lb1": checked(110, None).replace("fall 2", "fall 2\n    weight $W"), "lb2": instance(100)},
            "lb1: the weight of script 'check' is not known",
        ),
        (
            {"lb1": instance(110, unicast(11, 12).replace("unicast_src_ip 192.0.2.11", "")), "lb2": instance(100)},
            "lb1: the address that it sends from is not known; write 'unicast_src_ip' in vrrp_instance 'API', or "
            "'address' under [[lb]] in halb.toml",
        ),
    ],
)
def test_what_is_not_known_is_said_and_not_guessed(nodes: dict[str, str], reason: str) -> None:
    assert unknown(nodes) == reason


def test_a_brace_that_is_missing() -> None:
    broken = instance(110).rstrip().removesuffix("}")
    assert unknown({"lb1": broken, "lb2": instance(100)}).startswith(
        "lb1: lb1/keepalived.conf:1 can't be read reliably"
    )


def test_a_node_without_keepalived_conf_is_left_out() -> None:
    files = {"lb1/keepalived.conf": instance(110), "lb2/haproxy.cfg": "frontend api\n    bind *:6443\n"}
    table = failover_table(Run(files, Options()).fleet)
    assert table.notes == ("lb2 has no keepalived.conf among the files and is left out",)
    assert table.blocks[0].notes == ("only lb1 has this address among the files",)


def test_nodes_that_share_no_vip_have_a_block_each() -> None:
    table = table_of({"lb1": instance(110), "lb2": instance(100, vips=("198.51.100.10/24",), vrid=52)})
    assert [block.nodes for block in table.blocks] == [("lb1",), ("lb2",)]
    for block in table.blocks:
        rows = {row.event: row for row in block.rows}
        assert rows["healthy"].verdict is OK
        node = block.nodes[0]
        assert rows[f"{node}:power"].verdict is Verdict.UNKNOWN
        assert rows[f"{node}:power"].why.endswith(f"whether a node takes over from {node} is not known")


def test_a_vip_that_the_others_of_its_router_lack_has_no_owner_without_its_node() -> None:
    table = table_of({"lb1": instance(110, vips=("192.0.2.10/24", "192.0.2.11/24")), "lb2": instance(100)})
    (alone,) = [block for block in table.blocks if block.nodes == ("lb1",)]
    rows = {row.event: row for row in alone.rows}
    assert rows["lb1:power"].verdict is Verdict.NO_OWNER


@pytest.mark.parametrize("text", ["global_defs {\n router_id x\n}\n", "vrrp_instance EMPTY {\n interface eth0\n}\n"])
def test_no_vrrp_at_all(text: str) -> None:
    assert table_of({"lb1": text, "lb2": text}).blocks == ()


def test_a_refused_file_leaves_its_node_without_a_part() -> None:
    nodes = {"lb1": instance(110).replace("    virtual_router_id 51\n", ""), "lb2": instance(100)}
    table = table_of(nodes)
    assert table.notes == (
        "keepalived on lb1 refuses its file and exits (vrrp_instance 'API' has no virtual_router_id): lb1 takes no "
        "part",
    )
    rows = {row.event: row for row in table.blocks[0].rows}
    assert rows["healthy"].worst.owners == ("lb2",)
    assert rows["lb2:power"].why == ("no node can take over: a file that keepalived refuses on lb1 and no power on lb2")


@pytest.mark.parametrize(
    ("command", "verdict", "notes"),
    [
        ("/etc/keepalived/check-haproxy", OK, 0),
        ("/etc/keepalived/check_haproxy.sh", OK, 1),
        ("/usr/lib/nagios/check_procs -C haproxy", OK, 1),
        ("/etc/keepalived/check.sh", Verdict.UNKNOWN, 0),
        ("/usr/bin/curl -sf http://127.0.0.1:8404/", Verdict.UNKNOWN, 0),
        ("/usr/bin/test -S /run/haproxy/admin.sock", Verdict.UNKNOWN, 0),
        ("/usr/bin/sh -c '/opt/check.sh || pgrep haproxy'", Verdict.UNKNOWN, 0),
        ("/usr/bin/sh -c '/opt/check.sh && pgrep haproxy'", OK, 0),
        ("/usr/bin/sh -c 'test -e /run/down || pgrep haproxy'", Verdict.UNKNOWN, 0),
        ("/usr/bin/sh -c 'ip a | grep -q 192.0.2.10 || exit 0; pgrep haproxy'", OK, 0),
        ("/usr/bin/ping -c1 192.0.2.1", Verdict.FAILING_OWNER, 0),
        ("/usr/bin/pgrep haproxy_exporter", Verdict.FAILING_OWNER, 0),
        ("/usr/bin/sh -c 'pgrep haproxy; exit 0'", Verdict.FAILING_OWNER, 0),
        ("~/check_haproxy.sh", Verdict.FAILING_OWNER, 0),  # no such program: removed
        ("/usr/bin/pidof haproxy", Verdict.UNKNOWN, 0),
        ("/usr/bin/sh -c 'pidof haproxy'", OK, 0),
        ("/usr/bin/pgrep haproxy >/dev/null", Verdict.NO_OWNER, 0),
        ('/usr/bin/test" "-e /run/haproxy.pid', Verdict.NO_OWNER, 0),  # what is outside the quotes is dropped
        ("/usr/bin/bash -c 'ip addr | grep -q 192.0.2.10'", Verdict.NO_OWNER, 0),
        ("/usr/bin/curl -skf https://192.0.2.10:6443/readyz", Verdict.NO_OWNER, 0),
    ],
)
def test_a_check_is_judged_by_its_words(command: str, verdict: Verdict, notes: int) -> None:
    nodes = {f"lb{n}": script(0, command=command) + instance(p, TRACK) for n, p in ((1, 110), (2, 100))}
    # Without a check that names haproxy, a haproxy.cfg has to show that there is one.
    (block,) = failover_table(fleet_of(nodes, HAPROXY if verdict is Verdict.FAILING_OWNER else "")).blocks
    rows = {row.event: row for row in block.rows}
    assert (rows["lb1:haproxy"].verdict, len(block.notes)) == (verdict, notes)
    if verdict is Verdict.UNKNOWN:
        assert "script 'check' on lb1: " in rows["lb1:haproxy"].why
        assert {outcome.owners for outcome in rows["lb1:haproxy"].outcomes} > {("lb1",)} or "pidof" in command


def test_a_maintenance_file_is_taken_to_be_absent() -> None:
    """`weight 0 reverse`: in FAULT while the file is there."""
    text = script(0, command="/usr/bin/test -e /etc/keepalived/maintenance").replace("weight 0", "weight 0 reverse")
    rows = rows_of({f"lb{n}": text + instance(p, TRACK) for n, p in ((1, 110), (2, 100))})
    assert rows["healthy"].verdict is OK
    assert rows["lb1:power"].verdict is OK


@pytest.mark.parametrize(
    ("url", "bind", "server", "verdicts"),
    [
        ("https://127.0.0.1:8443/", "*:8443", "192.0.2.1", (OK, OK)),
        ("https://127.0.0.1:6443/", "*:8443", "192.0.2.1", (OK, Verdict.FAILING_OWNER)),  # the API server beside it
        ("https://192.0.2.1:6443/", "*:8443", "192.0.2.1", (OK, Verdict.FAILING_OWNER)),
        ("https://127.0.0.1:6443/", "*:8443", "192.0.2.21", (Verdict.UNKNOWN, Verdict.FAILING_OWNER)),  # or nobody
        ("https://192.0.2.21:6443/", "*:6443", "192.0.2.21", (OK, Verdict.FAILING_OWNER)),
        ("https://127.0.0.1:6443/", "192.0.2.1:6443", "192.0.2.21", (Verdict.UNKNOWN, Verdict.FAILING_OWNER)),
        ("https://k8s.example.com:6443/", "*:6443", "192.0.2.21", (OK, Verdict.UNKNOWN)),
        ("https://127.0.0.1:6443/", "*:$PORT", "192.0.2.21", (OK, Verdict.UNKNOWN)),
    ],
)
def test_who_answers_a_check(url: str, bind: str, server: str, verdicts: tuple[Verdict, Verdict]) -> None:
    check = script(0, command=f"/usr/bin/curl -sfk {url}")
    files = {}
    for n, p in ((1, 110), (2, 100)):
        own = server.replace("192.0.2.1", f"192.0.2.{n}") if server == "192.0.2.1" else server
        asked = url.replace("192.0.2.1:", f"192.0.2.{n}:")
        files[f"lb{n}/keepalived.conf"] = check.replace(url, asked) + instance(p, TRACK, unicast(n, 3 - n))
        files[f"lb{n}/haproxy.cfg"] = (
            f"listen api\n    mode tcp\n    bind {bind.replace('192.0.2.1:', f'192.0.2.{n}:')}\n"
            f"    server m1 {own}:6443 check\n"
        )
    (block,) = failover_table(Run(files, Options()).fleet).blocks
    rows = {row.event: row.verdict for row in block.rows}
    assert (rows["healthy"], rows["lb1:haproxy"]) == verdicts


def test_unknown_are_only_the_rows_that_depend_on_the_check() -> None:
    nodes = {f"lb{n}": script(0, command="/opt/check") + instance(p, TRACK) for n, p in ((1, 110), (2, 100))}
    rows = rows_of(nodes)
    assert [name for name, row in rows.items() if row.verdict is Verdict.UNKNOWN and "+" not in name] == ["lb1:haproxy"]
    assert rows["lb2:haproxy"].verdict is STAYS


def test_what_ends_badly_either_way_is_not_unknown() -> None:
    """The weight is too small, whatever the script tests."""
    nodes = {f"lb{n}": script(-5, command="/opt/check") + instance(p, TRACK) for n, p in ((1, 110), (2, 100))}
    assert rows_of(nodes)["lb1:haproxy"].verdict is Verdict.FAILING_OWNER


@pytest.mark.parametrize(
    ("lines", "user", "verdict"),
    [
        ("enable_script_security\nscript_user root", "", OK),
        ("enable_script_security", "user root", OK),
        ("enable_script_security", "", Verdict.UNKNOWN),  # removed, unless there is an account keepalived_script
        ("", "", OK),
        ("script_user nobody", "", Verdict.NO_OWNER),  # it may not signal haproxy
        ("script_user nobody", "user root", OK),
        ("script_user haproxy", "", OK),
    ],
)
def test_who_runs_the_check(lines: str, user: str, verdict: Verdict) -> None:
    check = script(0, command="/usr/bin/killall -0 haproxy").replace("interval", f"{user}\n    interval")
    nodes = {f"lb{n}": f"global_defs {{\n{lines}\n}}\n{check}" + instance(p, TRACK) for n, p in ((1, 110), (2, 100))}
    (block,) = failover_table(fleet_of(nodes, HAPROXY if verdict is Verdict.FAILING_OWNER else "")).blocks
    assert {row.event: row.verdict for row in block.rows}["lb1:haproxy"] is verdict


@pytest.mark.slow
def test_of_twenty_nodes_what_is_left_out_is_said() -> None:
    nodes = {f"lb{n}": instance(200 - n) for n in range(1, 21)}
    block = block_of(nodes)
    assert any("only partitions that cut off one node" in note for note in block.notes)
    assert sum(row.event.endswith(":partition") and len(row.events) == 1 for row in block.rows) == 20
    assert max(len(row.events) for row in block.rows) == 2
    order = [row.worst.owners for row in block.rows if row.event in ("healthy", "lb1:power")]
    assert order == [("lb1",), ("lb2",)]


def test_a_row_is_judged_by_its_worst_outcome() -> None:
    several = 0
    for name in EXAMPLES:
        for row in block_of(EXAMPLES[name]).rows:
            several += len({outcome.verdict for outcome in row.outcomes}) > 1
            assert row.verdict.good == all(outcome.verdict.good for outcome in row.outcomes)
    assert several
