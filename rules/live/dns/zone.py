"""Finding a name's zone and its authoritative servers, through whichever resolver answers first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from parsers.records import NamedTuple
from rules.live.dns.datagrams import has_route
from rules.live.dns.exchange import Heard, ask
from rules.live.dns.messages import servers_of, zone_of
from rules.live.observations import IPAddress, NameServer, ReplyKind, Role
from rules.text.wording import listed

_MOST_SERVERS = 8
_DEEPEST = 10  # labels to go up when searching for the zone
_GRACE = 0.1  # of the time left: how long to wait for a better answer after a poor one

# How good an answer is: None for useless, _BEST if no other can be better.
_Worth = Callable[[Heard], int | None]
_BEST = 2


class Delegation(NamedTuple):
    """A zone and its servers (none if they were not found); `notes` say what was not found."""

    zone: str = ""
    servers: tuple[NameServer, ...] = ()
    notes: tuple[str, ...] = ()


async def delegation(name: str, resolvers: Sequence[NameServer], deadline: float, port: int) -> Delegation:
    """The zone of a name, and up to 8 of its servers by their addresses, to be queried on `port`.

    IPv6 addresses that this machine has no route to are left out. Nothing that a server does raises.
    """
    search = _Search(resolvers, deadline)
    zone = await search.zone(name)
    if zone in ("", "."):
        why = f"no zone below the root has {name}" if zone else f"no resolver returned the zone of {name}"
        return Delegation(notes=(f"no authoritative server was queried: {why}",))
    names = await search.servers(zone)
    if not names:
        return Delegation(zone, notes=(f"no authoritative server was queried: no resolver returned those of {zone}",))
    notes = []
    chosen = sorted(names)[:_MOST_SERVERS]
    if len(names) > len(chosen):
        notes.append(f"{len(chosen)} of the {len(names)} authoritative servers of {zone} were queried")
    async with asyncio.TaskGroup() as group:
        tasks = {server: group.create_task(search.addresses(server, names[server])) for server in chosen}
    found: dict[IPAddress, NameServer] = {}
    lost = []
    for server, task in tasks.items():
        addresses = task.result()
        if not addresses:
            lost.append(server)
        for address in addresses:
            found.setdefault(address, NameServer(str(address), port, Role.AUTHORITY, server))
    if lost:
        who = "authoritative server" if len(lost) == 1 else "authoritative servers"
        notes.append(f"the {who} {listed(lost)} of {zone} could not be queried: no address is reachable from here")
    return Delegation(zone, tuple(found.values()), tuple(notes))


def _usable(address: IPAddress) -> bool:
    """Whether a query may be sent there: to a single host that there is a route to."""
    return not address.is_multicast and not address.is_unspecified and has_route(address)


class _Search:
    """Queries that any of the resolvers may answer."""

    def __init__(self, resolvers: Sequence[NameServer], deadline: float) -> None:
        self.resolvers = resolvers
        self.deadline = deadline

    async def zone(self, name: str) -> str:
        """The zone that a name is in, "" if no resolver returns it.

        The query goes up label by label if an answer does not contain it: after a CNAME, and if a forwarder omits the
        authority section.
        """
        labels = name.split(".")
        for index in range(min(len(labels), _DEEPEST)):
            heard = await self._race(".".join(labels[index:]), "SOA", _worth_of_zone)
            if heard is None:
                return ""
            if zone := zone_of(heard.wire, heard.asked):
                return zone
        return ""

    async def servers(self, zone: str) -> dict[str, tuple[IPAddress, ...]]:
        """The names of a zone's servers, with the addresses that came with them."""
        heard = await self._race(zone, "NS", lambda heard: _BEST if servers_of(heard.wire, heard.asked) else None)
        glue = servers_of(heard.wire, heard.asked) if heard else {}
        # "localhost" is in zones that only a resolver itself serves (RFC 6303): it can't be queried
        return {name: addresses for name, addresses in glue.items() if name not in (".", "localhost")}

    async def addresses(self, server: str, glue: Sequence[IPAddress]) -> tuple[IPAddress, ...]:
        """The usable addresses of a name server, IPv4 first."""
        found = list(glue)
        if not found:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._race(server, rdtype, _worth_of_address)) for rdtype in ("A", "AAAA")]
            found = [address for task in tasks if (heard := task.result()) for address in heard.reply.addresses]
        return tuple(sorted(filter(_usable, dict.fromkeys(found)), key=lambda a: (a.version, int(a))))

    async def _race(self, name: str, rdtype: str, worth: _Worth) -> Heard | None:
        """The first of the best answers: a poor one gives the other resolvers a little time to do better."""
        clock = asyncio.get_running_loop().time
        best: Heard | None = None
        most, limit = -1, self.deadline
        async with asyncio.TaskGroup() as group:
            # Unchecked: a zone with wrong signatures must still be found.
            questions = [ask(server, name, rdtype, self.deadline, check_dnssec=False) for server in self.resolvers]
            tasks = [group.create_task(question) for question in questions]
            pending = set(tasks)
            while pending and most < _BEST:
                done, pending = await asyncio.wait(
                    pending, timeout=max(limit - clock(), 0), return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    break
                for heard in [task.result() for task in tasks if task in done]:
                    value = worth(heard)
                    if value is not None and value > most:
                        if best is None:
                            limit = clock() + (self.deadline - clock()) * _GRACE
                        best, most = heard, value
            for task in pending:
                task.cancel()
        return best


def _worth_of_zone(heard: Heard) -> int | None:
    """A zone that has the name is better than one that does not: inside and outside may differ (split horizon)."""
    if not heard.answered or not heard.wire:
        return None
    if not zone_of(heard.wire, heard.asked):
        return 0
    return 1 if heard.reply.kind is ReplyKind.NXDOMAIN else _BEST


def _worth_of_address(heard: Heard) -> int | None:
    if not heard.answered:
        return None
    return _BEST if heard.reply.records else 0
