"""Where the machines of a plan are: whose addresses they have, and in which networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_interface

from rules.plan import Draft, DraftPart, IPAddress, IPInterface, KeyPath, PlanError, Values
from rules.text import listed

_LAYOUT = KeyPath("cluster", 0, "layout")


def layout(known: Draft) -> Iterator[PlanError]:
    """Load balancers that are control-plane nodes, where the layout or the other load balancers say otherwise.

    Where some are and some are not, the fewer are wrong, and of as many those of which one comes last.
    """
    nodes = {node.address: node for node in known.control_plane if node.address is not None}
    if not nodes or len(nodes) < len(known.control_plane):
        return
    lbs: Sequence[DraftPart] = known.load_balancers
    placed = [number for number, lb in enumerate(lbs) if lb.address is not None]
    shared = [number for number in placed if lbs[number].address in nodes]
    alone = [number for number in placed if number not in shared]
    if known.layout == "stacked":
        yield from _not_stacked(lbs, alone, shared)
    elif known.layout == "dedicated" and shared and not alone:
        lb = lbs[shared[0]]
        who = f"the load balancer {lb.name or f'number {shared[0] + 1}'} has the address {lb.address} of the "
        who += f"control-plane node {nodes[lb.address].name or ''}".rstrip()
        yield PlanError(
            _LAYOUT,
            f"{who}; choose stacked if they are one machine",
            in_file=f'{who}; write layout = "stacked" if they are one machine',
            others=(KeyPath("lb", number, "address") for number in shared),
            proposal="stacked",
        )
    elif known.layout == "dedicated" and shared:
        wrong = alone if (len(alone), -alone[-1]) < (len(shared), -shared[-1]) else shared
        for number in wrong:
            address = lbs[number].address
            which = "is" if wrong is shared else "is not"
            reason = (
                f"'{address}' {which} the address of a control-plane node, unlike the other load balancers'; "
                "either all load balancers are control-plane nodes, or none is"
            )
            yield PlanError(KeyPath("lb", number, "address"), reason, lbs[number].name or "")


def _not_stacked(lbs: Sequence[DraftPart], alone: Sequence[int], shared: Sequence[int]) -> Iterator[PlanError]:
    """Load balancers that are no control-plane nodes; where none is one, the layout is wrong."""
    if len(alone) > 1 and not shared:
        reason = "no load balancer has the address of a control-plane node, which 'stacked' wants"
        yield PlanError(
            _LAYOUT,
            f"{reason}; choose dedicated",
            in_file=f'{reason}; write layout = "dedicated"',
            others=(KeyPath("lb", number, "address") for number in alone),
            proposal="dedicated",
        )
        return
    for number in alone:
        reason = f"'{lbs[number].address}' is not a control-plane node's, which the layout 'stacked' wants; write the "
        yield PlanError(
            KeyPath("lb", number, "address"),
            f"{reason}address of one, or choose the layout dedicated (F9)",
            lbs[number].name or "",
            in_file=f'{reason}address of one, or layout = "dedicated"',
            others=(_LAYOUT,),
        )


def other_family(known: Draft) -> Iterator[PlanError]:
    """Machines with addresses of another family than the VIP; where that is all of them, the VIP is wrong."""
    vip = known.vip
    tables: dict[str, Sequence[DraftPart]] = {"control_plane": known.control_plane, "lb": known.load_balancers}
    placed = [one for machines in tables.values() for one in machines if one.address is not None]
    if vip is None:
        return
    if len(placed) > 1 and known.vip6 is None and all(one.address.version != vip.version for one in placed):
        yield _other_vip(vip, known)
        return
    for table, machines in tables.items():
        for number, machine in enumerate(machines):
            if machine.address is not None and machine.address.version != vip.version:
                yield PlanError(
                    KeyPath(table, number, "address"),
                    f"'{machine.address}' is IPv{machine.address.version}, and the VIP {vip} is IPv{vip.version}; "
                    f"write the IPv{vip.version} address here",
                    machine.name or "",
                )


def _other_vip(vip: IPInterface, known: Draft) -> PlanError:
    other = 10 - vip.version
    return PlanError(
        KeyPath("vip", 0, "address"),
        f"'{vip}' is IPv{vip.version}, and all machines have IPv{other} addresses; write an IPv{other} VIP",
        others=_addresses(known, "address"),
    )


def _addresses(known: Draft, key: str) -> list[KeyPath]:
    """Where the load balancers' addresses stand."""
    return [KeyPath("lb", n, key) for n, lb in enumerate(known.load_balancers) if getattr(lb, key) is not None]


def networks(known: Draft, said: Values) -> Iterator[PlanError]:
    """Load balancers outside of the VIP's network, and a second family that one side alone has."""
    yield from _outside(known, "address", known.vip)
    yield from _outside(known, "address6", known.vip6)
    second = KeyPath("vip", 0, "address6")
    for number, lb in enumerate(known.load_balancers):
        name = lb.name or f"number {number + 1}"
        if said.get(second) is None and lb.address6 is not None:
            advice = "write the second family's VIP, or leave address6 out there"
            yield PlanError(
                second,
                f"is missing, but the load balancer {name} has an IPv6 address; write one here, or clear it there (F9)",
                text=f"[vip] has no address6, but [[lb]] {name} has one; {advice}",
                others=(KeyPath("lb", number, "address6"),),
            )
            return
        if known.vip6 is not None and said.get(KeyPath("lb", number, "address6")) is None:
            advice = f"but the VIP has: {known.vip6}; write its IPv6 address"
            yield PlanError(
                KeyPath("lb", number, "address6"),
                f"is missing, and the VIP has: {known.vip6}; write the load balancer's own",
                text=f"[[lb]] {name} has no address6, {advice}",
            )


def _nowhere(vip: IPInterface, own: Sequence[IPAddress]) -> tuple[str, str]:
    """What is wrong with a VIP in whose network none of the load balancers is, and what is likely meant instead.

    keepalived takes an address without prefix length for a /32 or /128 (man 5 keepalived.conf, virtual_ipaddress), so
    an imported one says nothing about its network.
    """
    names = listed(map(str, own))
    near = ip_interface(f"{vip.ip}/{24 if vip.version == 4 else 64}")
    if vip.network.num_addresses == 1 and all(address in near.network for address in own):
        advice = f"write {near}, or the prefix length that their network has"
        return f"'{vip}' names no network, and the load balancers are at {names}; {advice}", str(near)
    return (
        f"'{vip}' is in the network {vip.network}, where none of the load balancers is ({names}); write an unused "
        "address of their network, with that network's prefix length",
        "",
    )


def _outside(known: Draft, key: str, vip: IPInterface | None) -> Iterator[PlanError]:
    if vip is None:
        return
    lbs: Sequence[DraftPart] = known.load_balancers
    placed = [n for n, lb in enumerate(lbs) if (own := getattr(lb, key)) is not None and own.version == vip.version]
    outside = [number for number in placed if getattr(lbs[number], key) not in vip.network]
    path = KeyPath("vip", 0, key)
    if len(outside) == len(placed) and (len(outside) > 1 or (outside and vip.network.num_addresses == 1)):
        own = [getattr(lbs[number], key) for number in outside]
        reason, proposal = _nowhere(vip, own)
        yield PlanError(path, reason, others=_addresses(known, key), proposal=proposal)
        return
    for number in outside:
        yield PlanError(
            KeyPath("lb", number, key),
            f"'{getattr(lbs[number], key)}' is not in the VIP's network {vip.network}; write the machine's address in "
            "it, or correct the VIP's prefix length",
            lbs[number].name or "",
            others=(path,),
        )
