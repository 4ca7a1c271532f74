"""HO007 beside the real keepalived: a script that it disables is reported, one that it runs is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules import Options, Run
from rules.live.machine.observed import MachineObservations
from rules.live.machine.scripts import look_at_scripts
from tests.daemons import program
from tests.live.machine.wire import NIC, OWN, found
from tests.net.plugging import plugged
from tests.net.waiting import until
from tests.tables import each
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net

pytestmark = [pytest.mark.root, pytest.mark.daemon("keepalived"), pytest.mark.slow, pytest.mark.xdist_group("host")]

SOMEBODY = 5  # a user and group that is not root
# name -> mode, owner and group of the script; mode, owner and group of its folder; whether keepalived takes it
ROWS = {
    "root's": ((0o755, 0, 0), (0o755, 0, 0), True),
    "for root's group to change": ((0o775, 0, 0), (0o775, 0, 0), True),
    "for everybody to change": ((0o757, 0, 0), (0o755, 0, 0), False),
    "for another group to change": ((0o775, 0, SOMEBODY), (0o755, 0, 0), False),
    "somebody's": ((0o755, SOMEBODY, 0), (0o755, 0, 0), False),
    "somebody's who may only read it": ((0o555, SOMEBODY, 0), (0o755, 0, 0), False),
    "in a folder for everybody": ((0o755, 0, 0), (0o777, 0, 0), False),
    "in a folder where everybody has their own": ((0o755, 0, 0), (0o1777, 0, 0), True),
    "in a folder of a group": ((0o755, 0, 0), (0o775, 0, SOMEBODY), False),
    "in somebody's folder": ((0o755, 0, 0), (0o755, SOMEBODY, 0), False),
}


def conf(script: Path) -> str:
    return (
        "global_defs {\nscript_user root\nenable_script_security\n}\n"
        f'vrrp_script c {{\nscript "{script}"\ninterval 1\n}}\n'
        f"vrrp_instance v {{\ninterface {NIC}\nvirtual_router_id 5\npriority 100\nunicast_src_ip {OWN}\n"
        "unicast_peer {\n192.0.2.12\n}\nvirtual_ipaddress {\n192.0.2.10/32\n}\ntrack_script {\nc\n}\n}\n"
    )


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with Net(Path("/var/lib")) as net:
        yield plugged(net, "lb", NIC, f"{OWN}/24")


def reported(script: Path) -> str:
    """What HO007 says about a configuration with this script, "" for nothing."""
    seen = MachineObservations("lb", local=True, scripts=look_at_scripts([str(script)]))
    return found(Run({"keepalived.conf": conf(script)}, Options()).report(machine=seen)).get("HO007", "")


def test_it_says_what_keepalived_says(machine: Machine) -> None:
    def row(example: tuple[tuple[int, int, int], tuple[int, int, int], bool]) -> None:
        own, above, taken = example
        folder = machine.folder / "scripts"
        folder.mkdir(exist_ok=True)
        script = folder / "check.sh"
        script.write_text("#!/bin/sh\nexit 0\n")
        for path, (mode, owner, group) in ((script, own), (folder, above)):
            os.chown(path, owner, group)
            path.chmod(mode)
        file = machine.folder / "keepalived.conf"
        file.write_text(conf(script))
        file.chmod(0o640)
        said = machine.run(str(program("keepalived")), "--config-test", f"--use-file={file}")
        assert ("Disabling track script c due to insecure" in said.stderr) is not taken, said.stderr
        assert bool(reported(script)) is not taken

    each(ROWS.items(), row)


def test_what_is_missing_or_may_not_be_executed(machine: Machine) -> None:
    script = machine.folder / "plain.sh"
    file = machine.folder / "plain.conf"
    file.write_text(conf(script))
    file.chmod(0o640)
    said = machine.run(str(program("keepalived")), "--config-test", f"--use-file={file}")
    assert "Disabling track script c since not found/accessible" in said.stderr
    assert "this machine has no" in reported(script)
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o644)
    # The test of the configuration says nothing; the daemon does.
    assert machine.run(str(program("keepalived")), "--config-test", f"--use-file={file}").stderr == ""
    assert "is not executable (mode 0644)" in reported(script)
    log = machine.folder / "log"
    pids = [f"--{name}={machine.folder}/{name}" for name in ("pid", "vrrp_pid")]
    daemon = (str(program("keepalived")), "--dont-fork", "--vrrp", "--log-console", f"--use-file={file}")
    machine.start(*daemon, *pids, log=log)
    until(lambda: "is not executable for uid:gid 0:0 - disabling" in log.read_text(), log.read_text)
