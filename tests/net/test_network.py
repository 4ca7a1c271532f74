"""The laboratory itself: what is laid over the system is seen on the machine alone, and nothing stays."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.net.plugging import plugged
from tests.net.waiting import until
from wizard.rehearsal.lab.addresses import AddressWatch
from wizard.rehearsal.lab.machine import SPACES
from wizard.rehearsal.lab.network import Net, bridging, cable

pytestmark = pytest.mark.root


@pytest.mark.parametrize("outside", [False, True])
def test_what_lies_over_missing_folders_is_seen_on_the_machine_alone(tmp_path: Path, outside: bool) -> None:
    (tmp_path / "file").write_text("own\n")
    hidden = ("/etc/halb-a", "/run/halb-b", "/etc/halb-c")
    mounts = {hidden[0]: tmp_path, hidden[1]: tmp_path, hidden[2]: tmp_path / "file", "/etc/hosts": tmp_path / "file"}
    with Net() as net:
        machine = net.machine("lb", mounts)
        prefix = machine.prefix_outside if outside else machine.prefix
        script = f"cat {hidden[0]}/file {hidden[1]}/file {hidden[2]} /etc/hosts; ls /run/netns"
        for _ in range(2):  # the second program finds what the first has left in the machine's folder
            done = subprocess.run([*prefix, "sh", "-c", script], capture_output=True, text=True, check=True)
            assert done.stdout.startswith("own\nown\nown\nown\n")
            assert machine.space in done.stdout
            assert done.stderr == ""
            assert not [path for path in hidden if Path(path).exists()]
        folder = net.folder
    assert not folder.exists()
    assert not [place for place in SPACES.iterdir() if place.name.startswith(f"halb{os.getpid()}x")]
    assert Path("/etc/hosts").read_text() != "own\n"


def test_programs_are_ended_with_their_network() -> None:
    with Net() as net:
        machine = plugged(net, "lb", "ens160", "192.0.2.1/24")
        stubborn = machine.start("sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done")
        assert stubborn.stdout is not None
        assert stubborn.stdout.readline() == b"up\n"
        machine.started.clear()  # so that nobody but the namespace knows it
    assert stubborn.wait(5) == -9
    stubborn.stdout.close()


def test_a_watch_sees_who_gets_an_address_and_in_which_order() -> None:
    with Net() as net:
        switch, first, second = (net.machine(name) for name in ("switch", "lb1", "lb2"))
        switch.batch(bridging("br0"))
        for number, machine in enumerate((first, second)):
            switch.batch(cable(f"port{number}", "br0", machine, "eth0"))
            machine.ip("link", "set", "eth0", "up")
        with AddressWatch([first, second], ["192.0.2.9", "2001:db8:0::9"]) as watch:
            first.add_address("eth0", "192.0.2.9/24", "192.0.2.8/24")
            first.ip("addr", "del", "192.0.2.9/24", "dev", "eth0")
            second.add_address("eth0", "192.0.2.9/24", "2001:db8::9/64")
            wanted = {"192.0.2.9": ["lb2"], "2001:db8::9": ["lb2"]}
            until(lambda: watch.owners() == wanted, lambda: str(watch.changes), patience=10)
            seen = [(change.node, change.gained) for change in watch.changes if change.address == "192.0.2.9"]
            assert sorted(seen) == [("lb1", False), ("lb1", True), ("lb2", True)]
            assert [change.node for change in watch.gains("192.0.2.9")] == ["lb1", "lb2"]
