"""Nodes in network namespaces around a switch of their own, each with the real keepalived.

Every node has a bridge, and the bridges meet in a core: so a node can lose its link (carrier), its bridge's uplink
(a partition: the carrier stays), or only what is sent to it. Needs root. All names start with `hf` and the process's
number, so that what a killed run has left is known and removed by the next.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.failover.nodes import PATIENCE, Node
from tests.failover.watching import SPACES, Watch, inside

RUN = Path("/run/halb")
_MINE = re.compile(r"hf(\d+)[x-]")
_serial = itertools.count(1)
# One cluster starts at a time: started by a busy machine, the nodes of a cluster would not start together.
_starting = threading.Lock()


class Lab:
    """The nodes of one scenario, on one switch. A context manager: everything is removed at its end."""

    def __init__(self, confs: Mapping[str, str], vips: Iterable[str]) -> None:
        """`confs` has the keepalived.conf of each node (lb1, lb2, ...), `vips` the addresses to be watched."""
        self.vips = list(vips)
        self._mark = f"hf{os.getpid()}x{next(_serial)}"
        self.switch = f"{self._mark}-sw"
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self._mark}-"))
        everything = "\n".join(confs.values())
        self.devices = ["eth0", "eth1"] if "eth1" in everything else ["eth0"]
        self.nodes = {name: Node(name, self._mark, self.folder, conf) for name, conf in confs.items()}
        self.watch: Watch | None = None
        self._halted = False

    def __enter__(self) -> Lab:
        try:
            self._build()
            self.watch = Watch({name: node.space for name, node in self.nodes.items()}, self.vips)
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
        for space in (*(node.space for node in self.nodes.values()), self.switch):
            _remove(space)
        shutil.rmtree(self.folder, ignore_errors=True)

    def halt(self) -> None:
        """End the waits of the thread that plays the scenario, also if it does not play yet."""
        self._halted = True
        if self.watch is not None:
            self.watch.halt()

    def start(self, names: Iterable[str]) -> float:
        """Start keepalived on these nodes at one moment; gives the moment."""
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
        ip("-n", self.switch, "link", "set", *arguments)

    def remove_vips(self, node: Node) -> None:
        """Take the VIPs off a node that has no keepalived any more."""
        assert self.watch is not None
        held = {address for address, owners in self.watch.owners().items() if node.name in owners}
        for device, address, length in re.findall(r"^\d+: (\S+) +inet6? (\S+)/(\d+)", node.addresses(), re.MULTILINE):
            if address in held:
                ip("-n", node.space, "addr", "del", f"{address}/{length}", "dev", device)

    def _build(self) -> None:
        RUN.mkdir(exist_ok=True)
        for space in (self.switch, *(node.space for node in self.nodes.values())):
            ip("netns", "add", space)
        switch = [line for device in self.devices for line in self._core(device)]
        for node in self.nodes.values():
            with inside(node.space):
                # Without duplicate address detection an IPv6 address is there at once.
                for which in ("all", "default"):
                    Path(f"/proc/sys/net/ipv6/conf/{which}/accept_dad").write_text("0")
            switch += [line for device in self.devices for line in self._cables(node, device)]
        batch(self.switch, switch)
        for node in self.nodes.values():
            batch(node.space, ["link set lo up", *(line for device in self.devices for line in node.wiring(device))])

    def _core(self, device: str) -> list[str]:
        core = f"core-{device}"
        return [f"link add {core} type bridge mcast_snooping 0", f"link set {core} up"]

    def _cables(self, node: Node, device: str) -> list[str]:
        bridge, uplink, far, port = (node.link(kind, device) for kind in ("b", "u", "c", "p"))
        return [
            f"link add {bridge} type bridge mcast_snooping 0",
            f"link set {bridge} up",
            f"link add {uplink} type veth peer name {far}",
            f"link set {uplink} master {bridge} up",
            f"link set {far} master core-{device} up",
            f"link add {port} type veth peer name {device} address {node.hardware(device)} netns {node.space}",
            f"link set {port} master {bridge} up",
        ]


def ip(*arguments: str) -> str:
    """What `ip` prints; raises subprocess.CalledProcessError with its words when it fails."""
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


def batch(space: str, lines: Iterable[str]) -> None:
    """Several commands of `ip` at once, in a namespace."""
    text = "\n".join(lines) + "\n"
    subprocess.run(["ip", "-n", space, "-batch", "-"], input=text, check=True, capture_output=True, text=True)


def _remove(space: str) -> None:
    """Kill what runs in a namespace, and delete it."""
    if not (SPACES / space).exists():
        return
    deadline = time.monotonic() + PATIENCE
    while (running := _running_in(space)) and time.monotonic() < deadline:
        for number in running:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.005)
    with suppress(subprocess.CalledProcessError):
        ip("netns", "del", space)


def _running_in(space: str) -> list[int]:
    """The processes that are in a namespace, and those that were told to move there and have not yet."""
    found = {int(number) for number in ip("netns", "pids", space).split()}
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if space.encode() in place.read_bytes().split(b"\0"):
                found.add(int(place.parent.name))
    return sorted(found)


def sweep() -> list[str]:
    """Remove what runs that were killed have left; gives the names of the namespaces."""
    swept = []
    for place in (*(SPACES.iterdir() if SPACES.is_dir() else ()), *Path(tempfile.gettempdir()).iterdir()):
        owner = _MINE.match(place.name)
        if owner is None or Path("/proc", owner[1]).exists():
            continue
        if place.parent == SPACES:
            _remove(place.name)
            swept.append(place.name)
        elif place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
    return swept
