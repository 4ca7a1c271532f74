"""The keyword table."""

from __future__ import annotations

from parsers.keepalived import parse_keepalived
from parsers.keywords.keepalived import ROOT, block_path, keepalived_table, keyword_of, version


def test_entries() -> None:
    table = keepalived_table()
    priority = table.keyword("vrrp_instance", "priority")
    assert priority is not None
    assert (priority.kind, priority.minimum, priority.maximum, priority.argument_required) == ("uint", 1, 255, True)
    assert (priority.since, priority.takes_block, priority.usage) == ("1.2.1", False, "N")
    state = table.keyword("vrrp_instance", "state")
    assert state is not None
    assert state.enum == ("MASTER", "BACKUP")
    interval = table.keyword("vrrp_script", "interval")
    assert interval is not None
    assert (interval.unit, interval.decimal_since) == ("s", "2.3.2")
    tracking = table.keyword("vrrp_sync_group", "global_tracking")
    assert tracking is not None
    assert tracking.deprecated
    boolean = table.keyword("vrrp_instance", "smtp_alert")
    assert boolean is not None
    assert (boolean.kind, boolean.argument) == ("bool", "optional")
    newer = table.keyword("global_defs", "vrrp_delay_after_boot")
    assert newer is not None
    assert newer.since == "2.4.0"
    assert table.keyword("vrrp_instance", "prioritiy") is None
    assert table.keyword("nowhere", "priority") is None


def test_every_line_of_the_table_can_be_read() -> None:
    table = keepalived_table()
    paths = {path for path, _ in table.child_paths} | set(table.child_paths.values()) | {ROOT}
    for path in paths:
        for name in table.keywords(path):
            keyword = table.keyword(path, name)
            assert keyword is not None
            assert keyword.name == name
            assert keyword.minimum is None or keyword.maximum is None or keyword.minimum <= keyword.maximum


def test_blocks() -> None:
    table = keepalived_table()
    assert table.complete("vrrp_instance")
    assert not table.complete("virtual_server")
    assert table.knows("virtual_server/real_server/HTTP_GET/url")
    assert not table.knows("vrrp_instance/virtual_ipaddress")
    assert "vrrp_instance" in table.root_only
    assert "track_file" not in table.root_only
    assert set(table.blocks_with("track_file")) >= {ROOT, "vrrp_instance", "vrrp_sync_group"}
    addresses = table.keyword("vrrp_instance", "virtual_ipaddress")
    assert addresses is not None
    assert addresses.is_value_block


def test_keyword_of_a_line() -> None:
    document = parse_keepalived(
        "virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n  TCP_CHECK {\n   connect_port 80\n  }\n }\n}\n"
        "vrrp_instance A {\n virtual_ipaddress {\n  10.0.0.1\n }\n foo 1\n}\n"
    )
    known = {line.keyword: keyword_of(line) for line in document.walk()}
    port = known["connect_port"]
    assert port is not None
    assert port.block == "virtual_server/real_server/TCP_CHECK"
    assert known["10.0.0.1"] is None
    assert known["foo"] is None
    assert block_path(None) == ROOT


def test_versions_compare() -> None:
    assert version("1.2.24") < version("2.2.7") < version("2.10.0")
