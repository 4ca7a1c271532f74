"""Of a setting that is given twice, the line that counts: the rule's word against keepalived's own dump."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.engine.finding import Finding, Severity
from tests.daemons import program
from tests.net.plugging import plugged
from tests.net.waiting import until
from tests.rules.keepalived.linting import HEAD, findings, instance
from wizard.rehearsal.lab.machine import end
from wizard.rehearsal.lab.network import Net

_TWICE = """\
global_defs {{
    enable_script_security
    script_user root
    router_id first
    router_id last
    nftables first
    nftables last
}}
vrrp_script check {{
    script "/bin/true"
    interval 2
    interval 7
    fall 2
    fall 7
}}
track_file drain {{
    file {folder}/first
    file {folder}/last
    weight 2
    weight 7
}}
vrrp_instance API {{
    state MASTER
    state BACKUP
    interface eth0
    virtual_router_id 33
    virtual_router_id 77
    version 2
    version 3
    priority 110
    priority 107
    garp_master_delay 2
    garp_master_delay 7
    unicast_src_ip 192.0.2.12
    unicast_src_ip 192.0.2.11
    unicast_peer {{
        192.0.2.13
    }}
    notify_stop "/bin/true"
    notify_stop "/bin/false"
    virtual_ipaddress {{
        192.0.2.10/24
    }}
    track_script {{
        check
    }}
    track_file {{
        drain
    }}
}}
"""
_DUMPED = {
    "router_id": r"(?<!Virtual) Router ID = (\S+)",
    "nftables": r"nftables table name = (\S+)",
    "interval": r"  Interval = (\d+) sec",
    "fall": r"  Fall = (\d+)",
    "file": r"  File = (\S+)",
    "weight": r"  Weight = (\d+)",
    "state": r"  Wantstate = (\S+)",
    "virtual_router_id": r"  Virtual Router ID = (\d+)",
    "version": r"  VRRP Version = (\d+)",
    "priority": r"  Priority = (\d+)",
    "garp_master_delay": r"   Gratuitous ARP delay = (\d+)",
    "unicast_src_ip": r"  Using src_ip = (\S+)",
    "notify_stop": r"  Stop state transition script = '(?:/usr)?(\S+)'",
}
"""Setting -> what the last line of keepalived's dump of it looks like."""


def counted(text: str, finding: Finding) -> list[str]:
    """The words of the line of a finding that counts."""
    places = [finding.location, *finding.related]
    [line] = [place.line for place in places if place.note == "this one counts"]
    return text.splitlines()[line - 1].split()


def is_complete(dump: str) -> bool:
    """Whether the process that runs VRRP has dumped all of it: it does so once more after the configuration is read."""
    return "Interfaces >---" in dump and all(re.search(pattern, dump) for pattern in _DUMPED.values())


@pytest.mark.root
@pytest.mark.daemon("keepalived")
def test_the_line_that_counts_is_the_one_that_keepalived_uses(tmp_path: Path) -> None:
    text = _TWICE.format(folder=tmp_path)
    config, log = tmp_path / "keepalived.conf", tmp_path / "log"
    config.write_text(text, encoding="utf-8")
    with Net() as net:
        machine = plugged(net, "lb", "eth0", "192.0.2.11/24", "192.0.2.12/24")
        command = [str(program("keepalived")), "-n", "-l", "-d", "-P", "-f", str(config)]
        process = machine.start(*command, "-p", str(tmp_path / "pid"), "-r", str(tmp_path / "vrrp"), log=log)
        try:
            until(lambda: is_complete(log.read_text(errors="replace")), lambda: log.read_text(errors="replace"))
        finally:
            end(process)
    dump = log.read_text(errors="replace")
    said = {words[0]: words[1].strip('"') for words in (counted(text, f) for f in findings(text, "KA058")) if words[1:]}
    used = {name: re.findall(pattern, dump)[-1] for name, pattern in _DUMPED.items()}
    assert used == said


def test_of_opposite_flags_the_last_counts() -> None:
    text = HEAD + instance("nopreempt", "preempt")
    [found] = findings(text, "KA058")
    assert counted(text, found) == ["preempt"]
    assert findings(HEAD + instance("accept", "no_accept", "accept", "priority 100"), "KA058") != []


def test_two_passwords_are_told_without_the_passwords() -> None:
    one = ("authentication {", "    auth_type PASS", "    auth_pass onlyone1", "    auth_pass another2", "}")
    [found] = findings(HEAD + instance(*one), "KA058")
    assert "onlyone1" not in found.message + found.help
    assert "another2" not in found.message + found.help


@pytest.mark.parametrize(
    "lines",
    [
        ("priority 110", "priority 110"),
        ("priority 110", "priority <PRIORITY>"),
        ("priority 110", "priority $UNKNOWN"),
        ("nopreempt", "nopreempt"),
        ("track_interface {", "    eth1", "}", "track_interface {", "    eth2", "}"),
        ("@node priority 90", "@other priority 80", "priority 110"),
    ],
)
def test_what_is_no_second_value(lines: tuple[str, ...]) -> None:
    assert findings(HEAD + instance(*lines), "KA058") == []


def test_lines_that_a_brace_put_into_the_wrong_block_are_not_compared() -> None:
    text = HEAD + instance().removesuffix("}\n") + instance(name="WEB", vrid=34)
    assert findings(text, "KA058") == []


def test_a_second_definition_that_says_the_same_is_an_info() -> None:
    script = 'vrrp_script check {\n    script "/usr/local/bin/check"\n    interval 2  # seconds\n}\n'
    assert [f.severity for f in findings(HEAD + script + instance(), "KA059")] == [Severity.INFO]
    other = script.replace("interval 2", "interval 3")
    assert [f.severity for f in findings(HEAD + other + instance(), "KA059")] == [Severity.WARNING]
