"""Nodes around a switch of their own, each with the real keepalived.

Every node has a bridge, and the bridges meet in a core: so a node can lose its link (carrier), its bridge's uplink
(a partition: the carrier stays), or only what is sent to it. Needs root.
"""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from tests.failover.nodes import Node
from tests.roots import Root
from wizard.rehearsal.lab.addresses import AddressWatch
from wizard.rehearsal.lab.network import Net, bridging, cable

# One cluster starts at a time: started by a busy machine, the nodes of a cluster would not start together.
_starting = threading.Lock()


class Lab:
    """The nodes of one scenario, on one switch. A context manager: everything is removed at its end."""

    def __init__(self, confs: Mapping[str, str], vips: Iterable[str], root: Root | None = None) -> None:
        """`confs` has the keepalived.conf of each node (lb1, lb2, ...), `vips` the addresses to be watched, and `root`
        the keepalived (None: the installed one).
        """
        self.vips = list(vips)
        self._confs = confs
        self._root = root
        self.devices = ["eth0", "eth1"] if "eth1" in "\n".join(confs.values()) else ["eth0"]
        self._net = Net()
        self.nodes: dict[str, Node] = {}
        self.watch: AddressWatch | None = None
        self._halted = False

    def __enter__(self) -> Lab:
        try:
            self._build()
            self.watch = AddressWatch([node.machine for node in self.nodes.values()], self.vips)
            if self._halted:
                self.watch.halt()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for node in self.nodes.values():
            node.end()
        if self.watch is not None:
            self.watch.__exit__(None, None, None)
        self._net.__exit__(None, None, None)

    def halt(self) -> None:
        """End the waits of the thread that plays the scenario, also if it does not play yet."""
        self._halted = True
        if self.watch is not None:
            self.watch.halt()

    def start(self, names: Iterable[str]) -> float:
        """Start keepalived on these nodes at one moment; returns the moment."""
        nodes = [self.nodes[name] for name in names]
        with _starting:
            for node in nodes:
                node.prepare()
            began = time.monotonic()
            for node in nodes:
                node.go()
            for node in nodes:
                node.await_running()
        return began

    def link(self, *arguments: str) -> None:
        """Change a link of the switch."""
        self.switch.ip("link", "set", *arguments)

    def remove_vips(self, node: Node) -> None:
        """Take the VIPs off a node that has no keepalived any more."""
        assert self.watch is not None
        held = {address for address, owners in self.watch.owners().items() if node.name in owners}
        there = re.findall(r"^\d+: (\S+) +inet6? (\S+)/(\d+)", node.machine.ip("-o", "addr"), re.MULTILINE)
        for device, address, length in there:
            if address in held:
                _remove_address(node, device, f"{address}/{length}")

    def _build(self) -> None:
        self.switch = self._net.machine("sw")
        for name, conf in self._confs.items():
            self.nodes[name] = Node(name, self._net, conf, self._root)
        lines = [line for device in self.devices for line in bridging(f"core-{device}")]
        for node in self.nodes.values():
            with node.machine.inside():
                # Without duplicate address detection an IPv6 address is there at once.
                for which in ("all", "default"):
                    Path(f"/proc/sys/net/ipv6/conf/{which}/accept_dad").write_text("0")
            lines += [line for device in self.devices for line in self._cables(node, device)]
        self.switch.batch(lines)
        for node in self.nodes.values():
            node.machine.batch(line for device in self.devices for line in node.wiring(device))

    def _cables(self, node: Node, device: str) -> list[str]:
        bridge, uplink, far, port = (node.link(kind, device) for kind in ("b", "u", "c", "p"))
        return [
            *bridging(bridge),
            f"link add {uplink} type veth peer name {far}",
            f"link set {uplink} master {bridge} up",
            f"link set {far} master core-{device} up",
            *cable(port, bridge, node.machine, device, node.hardware(device)),
        ]


def _remove_address(node: Node, device: str, address: str) -> None:
    try:
        node.machine.ip("addr", "del", address, "dev", device)
    except subprocess.CalledProcessError as error:
        # It may be gone already: with the first address of a subnet the kernel removes the others as well.
        if "Cannot assign requested address" not in error.stderr:
            raise
