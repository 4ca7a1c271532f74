"""The words for what happens to a node, as in the records: `power_off lb1`, `carrier_down lb1 eth1`, `start`."""

from __future__ import annotations

from typing import Any, NamedTuple

WORDS = frozenset(
    (
        *("start", "term", "crash", "crash_parent", "crash_child", "hang", "unhang", "power_off", "power_on", "reload"),
        *("partition", "heal", "if_down", "if_up", "carrier_down", "carrier_up", "deaf", "undeaf", "addr_del"),
        *("script_fail", "script_ok", "proc_kill", "proc_start", "file"),
    )
)


class Event(NamedTuple):
    """One event. `nodes` is empty for all of them; `dev` is eth0 unless it is said."""

    do: str
    nodes: tuple[str, ...]
    dev: str | None = None
    address: str | None = None
    number: int | None = None

    def detail(self) -> dict[str, Any]:
        """The event as the records have it."""
        found: dict[str, Any] = {"do": self.do}
        if self.do == "start":
            if self.nodes:
                found["nodes"] = list(self.nodes)
        else:
            (found["node"],) = self.nodes
        further = (("dev", self.dev), ("addr", self.address), ("number", self.number))
        return found | {key: value for key, value in further if value is not None}


def read_event(text: str) -> Event:
    """An event from its words: what, the nodes, and where it needs them a device, address/length or a number."""
    do, *words = text.split()
    if do not in WORDS:
        raise ValueError(f"unknown event {do!r} in {text!r}")
    nodes = tuple(word for word in words if word.startswith("lb"))
    rest = [word for word in words if not word.startswith("lb")]
    dev = next((word for word in rest if word.startswith("eth")), None)
    address = next((word for word in rest if "/" in word), None)
    number = next((int(word) for word in rest if word.lstrip("-").isdigit()), None)
    if do != "start" and len(nodes) != 1:
        raise ValueError(f"{text!r} must name one node")
    return Event(do, nodes, dev, address, number)
