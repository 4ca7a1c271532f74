"""The load balancers: one per node, with its own address, interface and priority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.plan import check_value
from rules.text import listed
from wizard.importer.agreement import Agreement, reading
from wizard.importer.keepalived.routers import Choice, by_node
from wizard.importer.ledger import Ledger
from wizard.importer.model import Conflict, LeftoverKind, Place, Row

if TYPE_CHECKING:
    from rules.fleet import Member, Node
    from rules.plan import IPAddress


class Own(NamedTuple):
    """A node's own addresses, as far as its files or its neighbours' tell."""

    address: IPAddress | None = None
    address6: IPAddress | None = None


class BalancerReader:
    """Reads what is each node's own; `addresses` first, since the VIP's prefix length is judged by them."""

    def __init__(self, ledger: Ledger, agreement: Agreement, choice: Choice) -> None:
        self.ledger = ledger
        self.agreement = agreement
        self.choice = choice
        self.strangers: list[IPAddress] = []
        """Addresses that nodes name as peers, of machines without files."""

    def addresses(self) -> dict[str, Own]:
        """Each node's addresses by its name."""
        first = self._of_router(self.choice.router)
        second = self._of_router(self.choice.second)
        return {name: Own(first.get(name), second.get(name)) for name in by_node(self.choice.members)}

    def _of_router(self, members: tuple[Member, ...]) -> dict[str, IPAddress]:
        own: dict[str, IPAddress] = {}
        peers: dict[str, set[IPAddress]] = {}
        for member in members:
            instance, node = member.instance, member.node.name
            source = instance.unicast_src_ip or instance.mcast_src_ip
            given = str(source.value) if source is not None and source.known else None
            found: IPAddress | None = self.ledger.checked(node, "lb", "address", source, given)
            if found is not None:
                own[node] = found
            for peer in instance.unicast_peers:
                if peer.address is not None:
                    peers.setdefault(node, set()).add(peer.address)
                    self.ledger.take(peer.directive)
                for word in peer.unknown:
                    self.ledger.leave_part(node, word.span, "keepalived ignores it too")
            for block in instance.unicast_peer_blocks:
                self.ledger.take(block)
        self._forget_copies(own)
        everybody = {address for found in peers.values() for address in found}
        for member in members:
            # In a full mesh, whom all the others name and the node itself does not is the node.
            node = member.node.name
            if node in own or node not in peers:
                continue
            missing = everybody - peers[node] - set(own.values())
            if len(missing) == 1:
                own[node] = next(iter(missing))
                self.ledger.notes.append(f"{node}: its address, {own[node]}, is taken from its neighbours' peers")
        strangers = sorted(everybody - set(own.values()), key=int)
        self.strangers += strangers if len(own) == len(members) else []
        return own

    def _forget_copies(self, own: dict[str, IPAddress]) -> None:
        """Drop the addresses that several nodes have from copies of one file: whose it is, no file tells."""
        for address, count in Counter(own.values()).items():
            if count > 1:
                names = [name for name, found in own.items() if found == address]
                who = f"{'both' if count == 2 else 'all'} say that {address} is their own address"
                self.ledger.notes.append(f"{listed(names)} {who}: write what each really has")
                for name in names:
                    del own[name]

    def balancers(self, nodes: Sequence[Node], own: dict[str, Own]) -> tuple[Row, ...]:
        """All load balancers in the order of priority, those without one last."""
        members = by_node(self.choice.members)
        names = self._names(nodes)
        found = [
            self._balancer(node, names[node.name], members.get(node.name, []), own.get(node.name, Own()))
            for node in nodes
        ]
        self._distinct(found, members)
        self._states(found, nodes, members)
        for address in self.strangers:
            self.ledger.notes.append(f"{address} is a peer without files: a load balancer whose name has to be added")
            version6 = address.version == 6 and bool(self.choice.second)
            found.append({"address6" if version6 else "address": address})
        return tuple(sorted(found, key=lambda lb: -(lb.get("priority") or 0)))

    def _names(self, nodes: Sequence[Node]) -> dict[str, str | None]:
        """Names that can be a machine's; of `site1/lb1` the last part where that is enough."""
        last = Counter(node.name.rpartition("/")[2] for node in nodes)
        found: dict[str, str | None] = {}
        for node in nodes:
            short = node.name.rpartition("/")[2]
            name = short if last[short] == 1 else node.name.replace("/", "-")
            try:
                found[node.name] = check_value("lb", "name", name)
            except ValueError as error:
                self.ledger.notes.append(f"load balancer without a name: {error}")
                found[node.name] = None
        return found

    def _balancer(self, node: Node, name: str | None, members: list[Member], own: Own) -> Row:
        interfaces, priorities = [], []
        for member in members:
            value = member.instance.interface
            text = self.ledger.checked(node.name, "lb", "interface", value)
            if text is not None and value is not None:
                interfaces.append(reading(node.name, value.span, text))
            written = member.instance.priority
            number = self.ledger.checked(node.name, "lb", "priority", written)
            if number is not None and written is not None:
                priorities.append(reading(node.name, written.span, number))
        return {
            "name": name,
            "address": own.address,
            "interface": self.agreement.on("lb.interface", interfaces),
            "priority": self.agreement.on("lb.priority", priorities),
            "address6": own.address6,
            "files": (files := (*node.files.haproxy, *node.files.keepalived)),
            "imported": files,
        }

    def _distinct(self, found: list[Row], members: dict[str, list[Member]]) -> None:
        """Equal priorities contradict each other, unless the load balancers are sticky: the first one keeps its own."""
        sticky = any(m.instance.nopreempt is not None for m in self.choice.members)
        holders: dict[int, list[int]] = {}
        for index, lb in enumerate(found):
            if lb["priority"] is not None and not sticky:
                holders.setdefault(lb["priority"], []).append(index)
        written: dict[int, list[Place]] = {}
        for node, (member, *_) in members.items():
            value = member.instance.priority
            if value is not None and value.value is not None:
                written.setdefault(value.value, []).append(reading(node, value.span, value.value).place)
        for priority, indexes in holders.items():
            if len(indexes) < 2:
                continue
            places = tuple(written.get(priority, ()))
            why = "load balancers of the same priority contend for the VIP; the first of them keeps it"
            self.agreement.conflicts.append(Conflict("lb.priority", places, str(priority), why))
            for index in indexes[1:]:
                found[index]["priority"] = None

    def _states(self, found: list[Row], nodes: Sequence[Node], members: dict[str, list[Member]]) -> None:
        """Halb writes the states itself: MASTER for the highest priority, BACKUP for the others and when sticky."""
        highest = max((lb["priority"] or 0 for lb in found), default=0)
        sticky = any(m.instance.nopreempt is not None for m in self.choice.members)
        for node, lb in zip(nodes, found, strict=True):
            for member in members.get(node.name, []):
                wanted = "MASTER" if lb["priority"] == highest and not sticky else "BACKUP"
                for line in member.instance.lines("state"):
                    words = line.words
                    if len(words) == 2 and words[1].value == wanted:
                        self.ledger.take(line)
                    else:
                        self.ledger.leave(
                            node.name, line, "halb derives the state from the priority", LeftoverKind.REPLACED
                        )


def layout_of(balancers: tuple[Row, ...], servers: set[IPAddress], notes: list[str]) -> str | None:
    """`stacked` when all load balancers are servers too, `dedicated` when none is; None when that is not known."""
    own = [lb.get("address") for lb in balancers]
    if not own or not servers or any(address is None for address in own):
        return None
    inside = [address for address in own if address in servers]
    if len(inside) == len(own):
        return "stacked"
    if inside:
        words = ", ".join(str(address) for address in inside)
        notes.append(f"some load balancers are control-plane nodes ({words}), others are not: halb has no such layout")
        return None
    return "dedicated"
