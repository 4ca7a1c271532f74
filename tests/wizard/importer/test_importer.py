"""Existing files become a draft: what is taken, what is chosen, what is asked."""

from __future__ import annotations

from ipaddress import ip_interface
from pathlib import Path

import pytest

from rules.plan import read_cluster
from rules.plan.complete import plan_from
from rules.plan.model import KeyPath, Phase
from tests.shared import shared
from tests.wizard.importer.pairs import HAPROXY, keepalived, left, pair
from wizard.importer import LeftoverKind, import_files
from wizard.plan.plan import PlanError


def test_the_seed_pair_gives_the_article_s_cluster() -> None:
    folder = shared() / "seed"
    files = {
        f"{lb}/{name}": (folder / lb / name).read_text()
        for lb in ("haproxy-lb1", "haproxy-lb2")
        for name in ("haproxy.cfg", "keepalived.conf")
    }
    found = import_files(files)
    draft = found.draft
    assert (draft.port, draft.layout, draft.vip) == (6443, "dedicated", ip_interface("192.168.2.140/24"))
    assert [(m.name, str(m.address), m.port) for m in draft.control_plane] == [
        (f"k8s-master{n}", f"192.168.2.15{n}", 6443) for n in (1, 2, 3)
    ]
    assert [(lb.name, str(lb.address), lb.interface, lb.priority) for lb in draft.load_balancers] == [
        ("haproxy-lb1", "192.168.2.141", "ens160", 120),
        ("haproxy-lb2", "192.168.2.142", "ens160", 100),
    ]
    assert (draft.vrrp.virtual_router_id, draft.vrrp.mode, draft.vrrp.preempt) == (33, "unicast", True)
    assert draft.vrrp.auth_pass is None  # <PASSWORD> is a placeholder
    assert (draft.haproxy.check, draft.haproxy.balance, draft.haproxy.timeout_client) == ("tcp", "roundrobin", "50s")
    assert found.conflicts == ()
    assert found.candidates == ()
    lost = {item.text for item in found.leftovers if item.kind is LeftoverKind.LOST}
    assert lost == {"maxconn 20", "label ens160:1"}
    plan = plan_from(
        {
            **draft.values,
            KeyPath("cluster", 0, "endpoint"): "kube-control.kacangisnuts.com",
            KeyPath("cluster", 0, "phase"): Phase.CUTOVER,
        }
    )
    assert plan.load_balancers[0].name == "haproxy-lb1"


def test_values_of_haproxy_are_taken_in_the_words_of_halb_toml() -> None:
    found = import_files(pair())
    assert {path.key: value for path, value in found.draft.values.items() if path.table == "haproxy"} == {
        "check": "readyz", "balance": "roundrobin", "maxconn": 5000, "inter": "3s", "fall": 4, "rise": 1,
        "timeout-connect": "5s", "timeout-client": "50s", "timeout-server": "4h", "timeout-tunnel": "1d", "bind": "any",
    }  # fmt: skip
    assert left(found, "lb1/haproxy.cfg") == [
        (18, LeftoverKind.REPLACED, "option httpchk GET /healthz"),
    ]


@pytest.mark.parametrize(
    ("lines", "check"),
    [
        ("http-check expect status 200", "readyz"),
        ("http-check expect status 200,401", "readyz-401"),
        ("http-check expect status 200-499", "readyz-401"),
        ("http-check expect rstatus ^(200|401)", "readyz-401"),
        ("http-check expect ! status 401", "readyz"),
        ("http-check expect string ok", "readyz"),
    ],
)
def test_a_check_that_takes_a_refusal_stays_one(lines: str, check: str) -> None:
    files = pair()
    for path, text in files.items():
        option = "option httpchk GET /healthz\n"
        if option in text:
            files[path] = text.replace(option, f"{option}    {lines}\n")
    assert import_files(files).draft.haproxy.check == check


def test_a_draft_without_an_endpoint_is_not_complete_and_with_a_halb_toml_it_is(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as error:
        plan_from(import_files(pair()).draft.values)
    assert error.value.key == "cluster.endpoint"
    config = tmp_path / "halb.toml"
    config.write_text(
        '[cluster]\nname = "kacang"\nendpoint = "kube.example.com"\nphase = "cutover"\n'
        '[[control_plane]]\nname = "first"\naddress = "10.0.0.21"\n'
    )
    found = import_files(pair(), cluster=read_cluster(config))
    plan = plan_from(found.draft.values)
    assert (plan.name, plan.endpoint, plan.phase) == ("kacang", "kube.example.com", "cutover")
    assert [machine.name for machine in plan.control_plane] == ["first", "cp2"]


@pytest.mark.parametrize(
    ("key", "keyword", "first", "second", "chosen"),
    [
        ("vrrp.virtual_router_id", "virtual_router_id", "virtual_router_id 33", "virtual_router_id 34", "33"),
        ("vrrp.advert_int", "advert_int", "advert_int 2", "advert_int 1", "2"),
        ("vip.address", "virtual_ipaddress", "virtual_ipaddress {\n10.0.0.10/24\n}",
         "virtual_ipaddress {\n10.0.0.10/25\n}", "10.0.0.10/24"),
        ("vrrp.preempt", "nopreempt", "nopreempt", "", "false"),
    ],
)  # fmt: skip
def test_nodes_that_contradict_each_other_are_a_conflict_and_the_first_counts(
    key: str, keyword: str, first: str, second: str, chosen: str
) -> None:
    files = pair() | {
        "lb1/keepalived.conf": keepalived(11, 12, priority=110, **{keyword: first}),
        "lb2/keepalived.conf": keepalived(12, 11, **{keyword: second}),
    }
    (conflict,) = import_files(files).conflicts
    assert (conflict.key, conflict.chosen) == (key, chosen)
    assert [place.file for place in conflict.places] == ["lb1/keepalived.conf", "lb2/keepalived.conf"]
    assert conflict.places[0].value == chosen


def test_the_majority_counts_where_there_is_one() -> None:
    files = {
        f"lb{n}/keepalived.conf": keepalived(
            10 + n, *({11, 12, 13} - {10 + n}), priority=100 + n, virtual_router_id=f"virtual_router_id {vrid}"
        )
        for n, vrid in ((1, 5), (2, 6), (3, 6))
    }
    found = import_files(files)
    assert found.draft.vrrp.virtual_router_id == 6
    assert [(c.key, [(p.node, p.value) for p in c.places]) for c in found.conflicts] == [
        ("vrrp.virtual_router_id", [("lb1", "5"), ("lb2", "6"), ("lb3", "6")])
    ]
    assert [lb.name for lb in found.draft.load_balancers] == ["lb3", "lb2", "lb1"]


def test_server_lists_that_differ_are_a_conflict_and_order_is_none() -> None:
    other = HAPROXY.replace("    server cp2 10.0.0.22:6443\n", "")
    (conflict,) = import_files(pair(HAPROXY, other)).conflicts
    assert (conflict.key, conflict.chosen) == ("control_plane", "cp1 10.0.0.21:6443, cp2 10.0.0.22:6443")
    lines = HAPROXY.splitlines(keepends=True)
    swapped = "".join([*lines[:-2], lines[-1], lines[-2]])
    found = import_files(pair(HAPROXY, swapped))
    assert found.conflicts == ()
    assert [machine.name for machine in found.draft.control_plane] == ["cp1", "cp2"]


def test_timeouts_that_differ_are_a_conflict_with_both_places() -> None:
    (conflict,) = import_files(pair(HAPROXY, HAPROXY.replace("client 50000", "client 1m"))).conflicts
    assert (conflict.key, conflict.chosen) == ("haproxy.timeout-client", "50s")
    assert [(place.node, place.line, place.value) for place in conflict.places] == [("lb1", 8, "50s"), ("lb2", 8, "1m")]


def test_equal_times_in_other_words_do_not_contradict_each_other() -> None:
    assert import_files(pair(HAPROXY, HAPROXY.replace("client 50000", "client 50s"))).conflicts == ()


def test_equal_priorities_are_a_conflict_and_the_first_load_balancer_keeps_it() -> None:
    found = import_files(pair() | {"lb2/keepalived.conf": keepalived(12, 11, priority=110)})
    assert [(c.key, c.chosen, len(c.places)) for c in found.conflicts] == [("lb.priority", "110", 2)]
    assert [(lb.name, lb.priority) for lb in found.draft.load_balancers] == [("lb1", 110), ("lb2", None)]


def test_a_password_is_taken_and_shown_nowhere() -> None:
    first = "authentication {\nauth_type PASS\nauth_pass s3cret-0\n}"
    files = pair(authentication=first)
    files["lb2/keepalived.conf"] = files["lb2/keepalived.conf"].replace("s3cret-0", "0ther-99")
    found = import_files(files)
    assert found.draft.vrrp.auth_pass == "s3cret-0"
    assert [(c.key, c.chosen) for c in found.conflicts] == [("vrrp.auth_pass", "********")]
    assert not any(secret in repr(found) for secret in ("s3cret-0", "0ther-99"))


def test_a_password_that_cannot_be_taken_is_masked_in_the_leftovers() -> None:
    found = import_files(pair(authentication="authentication {\nauth_type AH\nauth_pass pä55wörd\n}"))
    assert found.draft.vrrp.auth_pass is None
    texts = [item.text for item in found.leftovers if item.file == "lb1/keepalived.conf"]
    assert "auth_type AH" in texts
    assert "auth_pass ********" in texts
    assert "pä55" not in repr(found)


def test_a_password_is_cut_where_keepalived_cuts_it() -> None:
    found = import_files(pair(authentication="authentication {\nauth_type PASS\nauth_pass 123456789\n}"))
    assert found.draft.vrrp.auth_pass == "12345678"
    assert "lb1: auth_pass is cut to its first 8 bytes, as keepalived does" in found.notes


def test_what_a_plan_has_no_words_for_is_left_over_with_its_lines() -> None:
    more = "listen stats\n    bind *:9000\n    stats enable\n    # the end\n"
    extra = HAPROXY.replace("10.0.0.22:6443", "10.0.0.22:6443 backup weight 5") + more
    found = import_files(pair(extra, notify='notify_master "/usr/local/bin/tell me"'))
    stats = next(item for item in found.leftovers if item.text == "listen stats")
    assert (stats.line, stats.last, stats.kind) == (22, 24, LeftoverKind.OTHER)
    assert (21, LeftoverKind.LOST, "backup") in left(found, "lb1/haproxy.cfg")
    assert (21, LeftoverKind.LOST, "weight 5") in left(found, "lb1/haproxy.cfg")
    notify = next(item for item in found.leftovers if item.text.startswith("notify_master"))
    assert notify.why == "a plan runs no notify scripts"


def test_an_old_check_is_replaced_by_halb_s_own() -> None:
    script = 'vrrp_script chk {\n    script "/usr/bin/pgrep haproxy"\n    weight -20\n}\n'
    files = pair(track_script="track_script {\nchk\n}")
    found = import_files({path: script + text if path.endswith(".conf") else text for path, text in files.items()})
    replaced = [item for item in found.leftovers if item.why == "replaced by halb's own checks"]
    assert [(item.line, item.last, item.kind) for item in replaced if item.file == "lb1/keepalived.conf"] == [
        (1, 4, LeftoverKind.REPLACED),
        (18, 18, LeftoverKind.REPLACED),
    ]


def test_values_that_halb_toml_refuses_are_left_over_with_the_reason() -> None:
    found = import_files(pair() | {"lb1/keepalived.conf": keepalived(11, 12, priority=255)})
    (item,) = [item for item in found.leftovers if item.text == "priority 255"]
    assert "254" in item.why
    assert {lb.name: lb.priority for lb in found.draft.load_balancers} == {"lb1": None, "lb2": 100}


def test_what_depends_on_a_variable_is_left_over_and_not_guessed() -> None:
    found = import_files(
        pair(HAPROXY.replace("bind *:6443", "bind ${VIP}:6443"), virtual_router_id="virtual_router_id {{ vrid }}")
    )
    assert (found.draft.port, found.draft.vrrp.virtual_router_id) == (None, None)
    assert LeftoverKind.UNREADABLE in {item.kind for item in found.leftovers if "vrid" in item.text}


def test_nothing_gives_an_empty_draft_and_says_so() -> None:
    found = import_files({})
    assert found.notes == ("no configuration of haproxy or keepalived was given",)
    assert found.draft.load_balancers == ()
    assert found.used == ()
