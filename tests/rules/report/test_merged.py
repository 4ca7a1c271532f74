"""What several nodes have in common is said once, in every format."""

from __future__ import annotations

import json

import pytest

from rules import Options, lint
from rules.engine.finding import NodeFiles, Report
from rules.report import concise, full, github
from rules.report import json as json_format
from rules.report.style import Style
from tests.rules.haproxy.linting import backend

HAPROXY = backend(
    "option httpchk GET /readyz", "server a 192.0.2.21:6443", "server b 192.0.2.22:6443 check check-ssl verify none"
)
KEEPALIVED = """\
vrrp_script chk {{
    script "/usr/local/bin/check"
    user root
    interval 2
    weight -20
}}
vrrp_instance API {{
    state BACKUP
    interface eth0
    virtual_router_id 33
    priority {priority}
    unicast_src_ip 192.0.2.{own}
    unicast_peer {{
        192.0.2.{peer}
    }}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
    track_script {{
        chk
    }}
}}
"""
LB1 = KEEPALIVED.format(priority=110, own=11, peer=12)
LB2 = KEEPALIVED.format(priority=100, own=12, peer=11)
PAIR = {"lb1/keepalived.conf": LB1, "lb2/keepalived.conf": LB2}


def same_file() -> Report:
    return lint({"lb1/haproxy.cfg": HAPROXY, "lb2/haproxy.cfg": HAPROXY})


def shared_file() -> Report:
    nodes = [NodeFiles("lb1", ("haproxy.cfg",), ()), NodeFiles("lb2", ("haproxy.cfg",), ())]
    return lint({"haproxy.cfg": HAPROXY}, Options(nodes=nodes))


@pytest.mark.parametrize("report", [same_file(), shared_file()], ids=["copies", "one file"])
def test_a_file_of_two_nodes_is_reported_once(report: Report) -> None:
    (finding,) = report.findings
    assert finding.nodes == "lb1 and lb2 (the same file)"
    where = f"{finding.location.file}:{finding.location.line}:{finding.location.column}"
    assert f"--> {where}  lb1 and lb2 (the same file)\n" in full.render(report, Style())
    (line,) = concise.render(report, Style()).splitlines()
    assert line.startswith(f"{where}: {finding.code} ")
    assert line.endswith("; lb1 and lb2 (the same file)")
    assert "lb2: " in github.render(report, Style())


def test_json_has_one_finding_with_both_places() -> None:
    document = json.loads(json_format.render(same_file(), Style()))
    (finding,) = document["findings"]
    (other,) = [place for place in finding["related"] if place["message"] == "the same file"]
    places = [{key: at[key] for key in ("line", "column", "end_line", "end_column")} for at in (finding, other)]
    assert places[0] == places[1]
    assert (finding["node"], finding["file"]) == ("lb1", "lb1/haproxy.cfg")
    assert (other["node"], other["file"]) == ("lb2", "lb2/haproxy.cfg")
    assert document["summary"]["warning"] == 1


def test_one_byte_more_is_another_file() -> None:
    report = lint({"lb1/haproxy.cfg": HAPROXY, "lb2/haproxy.cfg": HAPROXY + "# lb2\n"})
    assert [finding.nodes for finding in report.findings] == ["", ""]


def test_three_nodes_of_which_two_have_the_same_file() -> None:
    report = lint({"lb1/haproxy.cfg": HAPROXY, "lb2/haproxy.cfg": HAPROXY + "\n", "lb3/haproxy.cfg": HAPROXY})
    assert [finding.nodes for finding in report.findings] == ["lb1 and lb3 (the same file)", ""]


def test_what_differs_between_the_nodes_stays_apart() -> None:
    """The same haproxy.cfg, another VIP on each node: what is said of the file differs."""
    bind = HAPROXY.replace("*:6443", "127.0.0.1:6443")
    nodes = {f"{lb}/haproxy.cfg": bind for lb in ("lb1", "lb2")}
    report = lint({**nodes, "lb1/keepalived.conf": LB1, "lb2/keepalived.conf": LB2.replace("2.10/", "2.20/")})
    assert [finding.nodes for finding in report.findings if finding.code == "XN201"] == ["", ""]


def test_an_info_is_not_repeated_for_the_next_node() -> None:
    report = lint(PAIR)
    (finding,) = [finding for finding in report.findings if finding.code == "KA050"]
    assert finding.nodes == "lb1 and lb2 (the same line)"
    assert [at.file for at in finding.places] == list(PAIR)


def test_an_info_about_another_line_is_one_of_its_own() -> None:
    report = lint({**PAIR, "lb2/keepalived.conf": LB2.replace("weight -20", "weight -30")})
    assert [finding.nodes for finding in report.findings if finding.code == "KA050"] == ["", ""]


def test_warnings_of_files_that_differ_stay_apart() -> None:
    report = lint({path: text.replace("nopreempt", "").replace("eth0", "eth0 up") for path, text in PAIR.items()})
    assert [finding.location.node for finding in report.findings if finding.code == "KA041"] == ["lb1", "lb2"]


def test_two_instances_of_one_file_are_told_once() -> None:
    two = LB1 + LB1[LB1.index("vrrp_instance") :].replace("API", "WEB").replace("33", "34").replace("2.10/", "2.30/")
    report = lint({"keepalived.conf": two.replace("priority 110", "priority 90", 1)})
    assert [finding.code for finding in report.findings].count("KA050") == 1


def test_a_comment_that_hides_it_hides_it_on_its_node_only() -> None:
    hidden = LB1.replace("    weight -20\n", "    weight -20 # halb: ignore[KA050] measured\n")
    report = lint({**PAIR, "lb1/keepalived.conf": hidden})
    assert [f.location.node for f in report.findings if f.code == "KA050"] == ["lb2"]
