"""A scenario: the nodes' files, and what happens to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.failover.events import Event, read_event
from tests.failover.scenarios.confs import Confs

CALM = 2.0  # seconds without a change that end a step


class Step(NamedTuple):
    """An event and how long what it does is watched, in seconds. Not settled: the next event comes in between."""

    event: str
    window: float
    settled: bool = True

    @property
    def what(self) -> Event:
        return read_event(self.event)


@dataclass(frozen=True)
class Scenario:
    """`events` are words as `power_off lb1`; one that ends in `...` is followed by the next one at once.

    `window` overrides how long each step is watched, which otherwise follows from the timers in the files.
    `undetermined` are the numbers of steps whose outcome the files leave open: equals race, or what no file tells.
    """

    name: str
    nodes: Confs
    events: tuple[str, ...]
    note: str = ""
    window: float | None = None
    undetermined: tuple[int, ...] = ()
    live: bool = field(default=False, compare=False)  # runs in the end-to-end test

    def steps(self) -> list[Step]:
        """The events with their windows."""
        window = self.window or patience("\n".join(self.nodes.values()))
        at_once = " ..."
        return [
            Step(event.removesuffix(at_once), 0.1, settled=False) if event.endswith(at_once) else Step(event, window)
            for event in self.events
        ]

    @property
    def seconds(self) -> float:
        """How long it is watched in all."""
        return sum(step.window for step in self.steps())

    @property
    def vips(self) -> list[str]:
        """All virtual addresses of all nodes, each once, in the order of the files."""
        text = "\n".join(self.nodes.values())
        blocks = re.findall(r"virtual_ipaddress(?:_excluded)? \{([^}]*)\}", text)
        lines = [line.split()[0].split("/")[0] for found in blocks for line in found.strip().splitlines()]
        return list(dict.fromkeys(lines))


def patience(text: str) -> float:
    """How long the slowest takeover takes that these files' timers allow, and some more, in seconds."""

    def most(keyword: str, default: float) -> float:
        return max((float(number) for number in re.findall(rf"\b{keyword} ([\d.]+)", text)), default=default)

    interval = most("advert_int", 1)
    skew = interval if "version 3" in text or "vrrp_version 3" in text else 1.0
    down = most("down_timer_adverts", 3) * interval + skew
    detection = most("interval", 1) * max(most("fall", 1), most("rise", 1)) if "vrrp_script" in text else 0.0
    startup = most("vrrp_startup_delay", 0)
    # Every advert that is heard while the start is delayed delays it again, by what remains.
    delays = most("preempt_delay", 0) + startup + startup * (startup + 1) / 2
    return round(down + detection + delays + 2.5, 1)
