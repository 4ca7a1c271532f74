"""A machine that needs no other one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net


def plugged(net: Net, name: str, interface: str, *addresses: str, mounts: Mapping[str, Path] | None = None) -> Machine:
    """A machine with one interface, whose cable ends in the machine itself."""
    machine = net.machine(name, mounts)
    machine.ip("link", "add", "name", interface, "type", "veth", "peer", "name", "halb-peer")
    for device in (interface, "halb-peer"):
        machine.ip("link", "set", "dev", device, "up")
    machine.add_address(interface, *addresses)
    return machine
