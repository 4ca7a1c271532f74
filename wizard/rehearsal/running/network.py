"""The switch of a rehearsal: a core for each segment, and a bridge between it and every machine.

So a machine can lose its link (the cable's far end goes down, and the carrier with it), or be cut off from the others
while its carrier stays (the bridge's uplink goes down).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net, bridging, cable
from wizard.rehearsal.staging.stage import IPAddress, Stage, Wire, client_address


class Switch:
    """The switch, and the cables from it; machines are plugged in one after the other."""

    def __init__(self, net: Net, segments: int) -> None:
        self._machine = net.machine("switch")
        self._machine.batch(line for number in range(segments) for line in bridging(f"core{number}"))
        self._ports: dict[str, list[tuple[str, str]]] = {}

    def plug(self, machine: Machine, wires: Sequence[Wire]) -> None:
        """Give a machine its interfaces and addresses."""
        with machine.inside():
            # Without duplicate address detection an IPv6 address is there at once.
            for which in ("all", "default"):
                place = Path(f"/proc/sys/net/ipv6/conf/{which}/accept_dad")
                if place.exists():
                    place.write_text("0")
        number = len(self._ports)
        ports = self._ports[machine.name] = [(f"p{number}-{i}", f"u{number}-{i}") for i in range(len(wires))]
        lines = []
        for index, (wire, (port, uplink)) in enumerate(zip(wires, ports, strict=True)):
            bridge, far = f"b{number}-{index}", f"f{number}-{index}"
            hardware = f"02:00:00:{index:02x}:00:{10 + number:02x}"  # a later machine has a higher link-local address
            lines += [
                *bridging(bridge),
                f"link add {uplink} type veth peer name {far}",
                f"link set {uplink} master {bridge} up",
                f"link set {far} master core{wire.segment} up",
                *cable(port, bridge, machine, wire.interface, hardware),
            ]
        self._machine.batch(lines)
        self.address(machine, wires)

    def address(self, machine: Machine, wires: Sequence[Wire]) -> None:
        """Bring a machine's interfaces up with their own addresses, and no other."""
        lines = []
        for wire in wires:
            lines += [f"addr flush dev {wire.interface} scope global", f"link set {wire.interface} up"]
            for address in wire.addresses:
                lines.append(f"addr add {address} dev {wire.interface}" + (" nodad" if address.version == 6 else ""))
        machine.batch(lines)

    def link(self, name: str, state: str) -> None:
        """Set a machine's cables "up" or "down"."""
        self._machine.batch(f"link set {port} {state}" for port, _ in self._ports[name])

    def reach(self, name: str, state: str) -> None:
        """Let a machine reach the others ("up"), or cut it off ("down") while its carrier stays."""
        self._machine.batch(f"link set {uplink} {state}" for _, uplink in self._ports[name])


def wires_of_client(stage: Stage) -> list[Wire]:
    """The interfaces of the clients' machine: one in each segment that has a door."""
    numbers = sorted({door.segment for door in stage.doors})
    return [Wire(f"eth{number}", number, tuple(map(client_address, stage.segments[number]))) for number in numbers]


def wire_of_server(stage: Stage, address: IPAddress) -> Wire:
    """The interface of a server's machine, in the segment whose network has its address, else in that of the VIPs."""
    from ipaddress import ip_interface

    for number, networks in enumerate(stage.segments):
        for network in networks:
            if address in network.network:
                return Wire("eth0", number, (ip_interface(f"{address}/{network.network.prefixlen}"),))
    return Wire("eth0", stage.doors[0].segment, (ip_interface(address),))


def routes(stage: Stage, wire: Wire) -> list[str]:
    """The commands of `ip` with which a machine reaches the servers of other networks, as if a router led there."""
    networks = [network.network for network in stage.segments[wire.segment]]
    if wire.segment != stage.doors[0].segment:
        return []
    away = [s.address for s in stage.servers if s.on is None and all(s.address not in n for n in networks)]
    return [f"route add {address} dev {wire.interface}" for address in away]


def routes_back(stage: Stage, wire: Wire) -> list[str]:
    """The commands of `ip` with which the machine of a server in another network reaches the load balancers."""
    networks = [network.network for network in stage.segments[wire.segment]]
    if any(address.ip in network for address in wire.addresses for network in networks):
        return []
    return [f"route add {network} dev {wire.interface}" for network in networks]
