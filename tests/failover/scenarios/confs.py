"""keepalived.conf for the nodes of a scenario, from what the scenario is about."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

VIP = "192.168.77.150"
VIP6 = "fd77::150"
CHECK = "/usr/bin/test -f /run/halb/haproxy-ok"
ALL = ("all",)  # as peers: every other node

Confs = dict[str, str]


@dataclass(frozen=True)
class Instance:
    """A vrrp_instance. `peers` are numbers of nodes or addresses; an empty `source` leaves unicast_src_ip out."""

    priority: int | None = None
    name: str = "VI_1"
    state: str | None = "BACKUP"
    interface: str = "eth0"
    vrid: int = 77
    advert: str = "1"
    version: int | None = None
    vips: tuple[str, ...] = (f"{VIP}/24",)
    excluded: tuple[str, ...] = ()
    peers: tuple[int | str, ...] = ()
    source: str | None = None
    auth: tuple[str, str] | None = None
    track: str | None = None  # an entry of track_script
    lines: tuple[str, ...] = ()

    def text(self, node: int) -> str:
        """The block, for the node of this number."""
        v6 = ":" in self.vips[0]
        source = address(node, v6=v6) if self.source is None else self.source or None
        settings = {
            "version": self.version,
            "state": self.state,
            "interface": self.interface,
            "virtual_router_id": self.vrid,
            "priority": self.priority,
            "advert_int": self.advert,
            "unicast_src_ip": source if self.peers else None,
        }
        parts = [f"{key} {value}" for key, value in settings.items() if value is not None]
        parts += self.lines
        if self.peers:
            peers = [peer if isinstance(peer, str) else address(peer, v6=v6) for peer in self.peers]
            parts.append(block("unicast_peer", *peers))
        if self.auth:
            parts.append(block("authentication", f"auth_type {self.auth[0]}", f"auth_pass {self.auth[1]}"))
        if self.track is not None:
            parts.append(block("track_script", self.track))
        parts.append(block("virtual_ipaddress", *self.vips))
        if self.excluded:
            parts.append(block("virtual_ipaddress_excluded", *self.excluded))
        return block(f"vrrp_instance {self.name}", *parts)


def address(node: int, *, v6: bool = False) -> str:
    """The address of a node's eth0."""
    return f"fd77::{10 + node}" if v6 else f"192.168.77.{10 + node}"


def block(name: str, *lines: str) -> str:
    """A block of configuration."""
    return f"{name} {{\n{textwrap.indent(chr(10).join(lines), '    ')}\n}}"


def script(weight: int | str | None = None, *, interval: int = 1, fall: int = 1, rise: int = 1) -> str:
    """The check of haproxy, `chk_haproxy`; without a weight a failure is a FAULT."""
    weights = [] if weight is None else [f"weight {weight}"]
    lines = [f'script "{CHECK}"', f"interval {interval}", *weights, f"fall {fall}", f"rise {rise}"]
    return block("vrrp_script chk_haproxy", *lines)


def sync_group(*members: str, lines: Sequence[str] = ()) -> str:
    """A vrrp_sync_group."""
    return block("vrrp_sync_group VG_1", block("group", *members), *lines)


def conf(node: int, *instances: Instance, top: str = "", defs: Sequence[str] = (), end: str = "") -> str:
    """The whole file of a node: global_defs with further lines, what comes before the instances, and after them."""
    start = block("global_defs", f"router_id lb{node}", "enable_script_security", "script_user root", *defs)
    parts = [start, top, *(instance.text(node) for instance in instances), end]
    return "\n".join(part for part in parts if part) + "\n"


def cluster(
    base: Instance,
    *priorities: int | None,
    top: str = "",
    defs: Sequence[str] = (),
    only: Mapping[int, Mapping[str, Any]] | None = None,
) -> Confs:
    """One instance on every node. `only` has what differs, by the node's number; {node} in `top` is that number."""
    confs: Confs = {}
    for node, priority in enumerate(priorities, 1):
        instance = replace(base, **{"priority": priority, **(only or {}).get(node, {})})
        if instance.peers == ALL:
            instance = replace(instance, peers=tuple(n for n in range(1, len(priorities) + 1) if n != node))
        confs[f"lb{node}"] = conf(node, instance, top=top.replace("{node}", str(node)), defs=defs)
    return confs
