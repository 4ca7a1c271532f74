"""The daemons' units as systemd knows them (`systemctl show`)."""

from __future__ import annotations

import os
import time

from rules.live.machine.commands import output_of
from rules.live.machine.observed import NotKnownError, Unit

UNITS = ("haproxy.service", "keepalived.service")
_WANTED = "Id,LoadState,ActiveState,UnitFileState,StateChangeTimestampMonotonic"


def units() -> tuple[Unit, ...]:
    """The units of haproxy and keepalived; raises NotKnownError where systemd does not run."""
    if not os.path.isdir("/run/systemd/system"):  # sd_booted(3)
        raise NotKnownError("systemd does not run on this machine")
    text = output_of("systemctl", "show", *UNITS, f"--property={_WANTED}", "--no-pager")
    found = read_units(text, time.time() - time.clock_gettime(time.CLOCK_MONOTONIC))
    if not found:
        raise NotKnownError("'systemctl show' says nothing about haproxy.service and keepalived.service")
    return found


def read_units(text: str, booted: float) -> tuple[Unit, ...]:
    """The units in what `systemctl show` prints: blocks of `Key=value` lines with an empty line between them.

    `booted` is when the monotonic clock was zero, in seconds since 1970 UTC; the timestamps count microseconds from it.
    """
    found = []
    for block in text.split("\n\n"):
        values = dict(line.partition("=")[::2] for line in block.split("\n") if "=" in line)
        name = values.get("Id", "")
        if name not in UNITS:
            continue
        stamp = values.get("StateChangeTimestampMonotonic", "")
        since = int(stamp) / 1e6 if stamp.isascii() and stamp.isdecimal() and len(stamp) < 20 else 0.0
        found.append(
            Unit(
                name,
                values.get("LoadState", ""),
                values.get("ActiveState", ""),
                values.get("UnitFileState", ""),
                booted + since if since else None,
            )
        )
    return tuple(found)
