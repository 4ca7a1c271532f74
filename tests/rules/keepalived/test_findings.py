"""What the examples of the rules do not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import lint
from rules.engine.finding import NodeFiles, Severity
from rules.engine.options import Options
from rules.files.includes import DiskIncludes
from tests.rules.keepalived.linting import HEAD, findings, instance


def test_an_unknown_block_says_what_is_lost_behind_it() -> None:
    [found] = findings(HEAD + instance("unicast_peers {", "    10.0.0.12", "}"), "KA027")
    assert "'virtual_ipaddress' and 'track_script'" in found.message
    assert found.help == "write 'unicast_peer'"


def test_invisible_characters_are_named() -> None:
    [found] = findings(HEAD + instance("\u00a0priority 100"), "KA027")
    assert "U+00A0priority" in found.message
    assert "invisible" in found.help


def test_a_repeated_placeholder_is_reported_once() -> None:
    text = HEAD + instance("unicast_src_ip <NODE>", "unicast_peer {", "    10.0.0.12", "}", "mcast_src_ip <NODE>")
    [found] = findings(text, "KA004")
    assert [place.line for place in found.related] == [17]


def test_addresses_shared_by_a_sync_group_are_an_info() -> None:
    group = "vrrp_sync_group BOTH {\n    group {\n        API\n        WEB\n    }\n}\n"
    two = HEAD + instance() + instance(name="WEB", vrid=34)
    assert [f.severity for f in findings(two, "KA030")] == [Severity.ERROR]
    assert [f.severity for f in findings(two + group, "KA030")] == [Severity.INFO]


@pytest.mark.parametrize(
    ("value", "used"),
    [("1.4", "1 s"), ("1.5", "2 s"), ("0.2", "1 s")],
)
def test_version_2_rounds_the_interval_to_seconds(value: str, used: str) -> None:
    [found] = findings(HEAD + instance(f"advert_int {value}"), "KA048")
    assert found.message.endswith(f"keepalived uses {used}")
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize("state", ["SLAVE", "PEER", "backup", "master", "Master", "MASTER;", "PRIMARY"])
def test_wrong_states(state: str) -> None:
    text = HEAD + instance().replace("state BACKUP", f"state {state}")
    [found] = findings(text, "KA038", "KA048")
    meant = "MASTER" if state.upper().rstrip(";") in ("MASTER", "PRIMARY") else "BACKUP"
    assert found.help.startswith(f"write 'state {meant}'")


@pytest.mark.parametrize(
    ("include", "severity"),
    [
        ("include", Severity.WARNING),
        ("includer", Severity.WARNING),
        ("includem", Severity.ERROR),
        ("includew", Severity.ERROR),
        ("includeb", Severity.WARNING),
        ("includea", Severity.ERROR),
    ],
)
def test_a_missing_file_is_an_error_where_keepalived_refuses_to_start(
    tmp_path: Path, include: str, severity: Severity
) -> None:
    path = str(tmp_path / "keepalived.conf")
    text = HEAD + instance() + f"{include} nothing.conf\n"
    report = lint({path: text}, Options(nodes=[NodeFiles("lb1", (), (path,))], include=DiskIncludes()))
    assert [(f.code, f.severity) for f in report.findings] == [("KA044", severity)]


def test_a_check_that_stands_on_a_line_with_another_is_not_called_unused() -> None:
    text = HEAD + HEAD.partition("}\n")[2].replace("check {", "other {") + instance()
    text = text.replace("        check\n", "        check other\n")
    assert [f.code for f in findings(text, "KA005", "KA041", "KA048")] == ["KA041"]
