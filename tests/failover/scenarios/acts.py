"""What each event does to a lab."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

from tests.failover.events import Event
from tests.failover.harness import Lab
from tests.failover.nodes import Node

Act = Callable[[Lab, Node, Event], None]


def perform(lab: Lab, event: Event) -> float:
    """Let an event happen; gives the moment, on the monotonic clock."""
    if event.do == "start":
        return lab.start(event.nodes or lab.nodes)
    node = lab.nodes[event.nodes[0]]
    began = time.monotonic()
    if event.do == "power_on":
        _ports(lab, node, "up")
        return lab.start([node.name])
    ACTS[event.do](lab, node, event)
    return began


def _ports(lab: Lab, node: Node, state: str) -> None:
    for device in lab.devices:
        lab.link(node.link("p", device), state)


def _uplinks(lab: Lab, node: Node, state: str) -> None:
    for device in lab.devices:
        lab.link(node.link("u", device), state)


def _power_off(lab: Lab, node: Node, event: Event) -> None:
    _ports(lab, node, "down")
    node.crash()
    lab.remove_vips(node)


def _carrier(state: str) -> Act:
    return lambda lab, node, event: lab.link(node.link("p", event.dev or "eth0"), state)


def _interface(state: str) -> Act:
    def act(lab: Lab, node: Node, event: Event) -> None:
        node.machine.ip("link", "set", event.dev or "eth0", state)

    return act


def _hearing(state: str) -> Act:
    """Whether the bridge lets frames through to the node; what it sends always passes, and broadcasts do."""

    def act(lab: Lab, node: Node, event: Event) -> None:
        for device in lab.devices:
            lab.link(node.link("p", device), "type", "bridge_slave", "mcast_flood", state, "flood", state)
            # A frame to a known address is not flooded: it is led back to the uplink it came by, and so dropped.
            entry = [node.hardware(device), "dev", node.link("u", device), "master"]
            what = ["replace", *entry, "static", "sticky"] if state == "off" else ["del", *entry]
            subprocess.run(["bridge", "-n", lab.switch.space, "fdb", *what], check=True, capture_output=True)

    return act


def _remove_address(lab: Lab, node: Node, event: Event) -> None:
    assert event.address is not None
    node.machine.ip("addr", "del", event.address, "dev", event.dev or "eth0")


def _write_number(lab: Lab, node: Node, event: Event) -> None:
    (node.mounted / "number").write_text(f"{event.number}\n", encoding="ascii")


ACTS: dict[str, Act] = {
    "term": lambda lab, node, event: node.signal_parent(signal.SIGTERM),
    "crash": lambda lab, node, event: node.crash(),
    "crash_parent": lambda lab, node, event: node.signal_parent(signal.SIGKILL),
    "crash_child": lambda lab, node, event: node.kill_child(),
    "hang": lambda lab, node, event: node.signal(signal.SIGSTOP),
    "unhang": lambda lab, node, event: node.signal(signal.SIGCONT),
    "power_off": _power_off,
    "partition": lambda lab, node, event: _uplinks(lab, node, "down"),
    "heal": lambda lab, node, event: _uplinks(lab, node, "up"),
    "if_down": _interface("down"),
    "if_up": _interface("up"),
    "carrier_down": _carrier("down"),
    "carrier_up": _carrier("up"),
    "deaf": _hearing("off"),
    "undeaf": _hearing("on"),
    "script_fail": lambda lab, node, event: (node.mounted / "haproxy-ok").unlink(),
    "script_ok": lambda lab, node, event: (node.mounted / "haproxy-ok").touch(),
    "reload": lambda lab, node, event: node.signal_parent(signal.SIGHUP),
    "proc_kill": lambda lab, node, event: node.kill_process(),
    "proc_start": lambda lab, node, event: node.start_process(),
    "addr_del": _remove_address,
    "file": _write_number,
}
