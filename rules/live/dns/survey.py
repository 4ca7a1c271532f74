"""Querying the name servers: every resolver, and through them the zone's authoritative servers, concurrently."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from rules.live.dns.exchange import Heard, ask, ask_resolver
from rules.live.dns.messages import is_authority, question, shown_name
from rules.live.dns.zone import Delegation, delegation
from rules.live.observations import DnsView, IPAddress, NameServer, Reply, ReplyKind, Role
from rules.text.wording import listed

DNS_PORT = 53
_QUESTIONS = ("A", "AAAA")
_LONGEST_NAME = 253  # characters without the final dot (RFC 1035 section 2.3.4: 255 bytes on the wire)


async def survey(
    name: str, resolvers: Sequence[NameServer], deadline: float, *, authority_port: int = DNS_PORT
) -> DnsView:
    """What all servers answer about the addresses of a name; everything ends at `deadline` (loop.time()).

    Each resolver is queried for A and AAAA. The zone's authoritative servers are found through whichever resolver
    answers first, and are queried without recursion on `authority_port`; resolvers that turn out to be authoritative
    servers get that role. Replies are in the order of the resolvers, then by the servers' names.

    Nothing that a server or the network does raises; what could not be queried is in the view's `notes`.
    """
    try:
        name = shown_name(question(name, "A", recursion=True).name)
    except ValueError as error:
        return DnsView(notes=(f"no name server was queried: {error}",))
    if not resolvers:
        return DnsView(notes=("no name server was queried: this machine has no resolver; pass one with '--resolver'",))
    servers = list(dict.fromkeys(resolvers))
    async with asyncio.TaskGroup() as group:
        resolving = [group.create_task(_ask_both(server, name, deadline)) for server in servers]
        behind = group.create_task(_Authorities(name, servers, deadline, authority_port).ask())
    replies = [reply for task in resolving for reply in task.result()]
    view = behind.result()
    asked_as_authority = {(r.server.address, r.server.port) for r in view.replies}
    kept = [
        reply
        for reply in replies
        if reply.server.role is Role.RESOLVER or (reply.server.address, reply.server.port) not in asked_as_authority
    ]
    return view._replace(replies=(*kept, *view.replies))


async def _ask_both(server: NameServer, name: str, deadline: float) -> list[Reply]:
    """What one resolver answers; its role becomes AUTHORITY if it does no recursion and answers authoritatively."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask_resolver(server, name, rdtype, deadline)) for rdtype in _QUESTIONS]
    heard = [task.result() for task in tasks]
    if any(one.answered and is_authority(one.wire) for one in heard):
        server = server._replace(role=Role.AUTHORITY)
    return _combined([one.reply._replace(server=server) for one in heard])


def _combined(replies: list[Reply]) -> list[Reply]:
    """The replies of one server for A and AAAA, where each may explain the other.

    Without an SOA, a chain that ends in NODATA looks like one that the server did not follow. If it returned the last
    name's addresses of one family, it has followed the chain: there are none of the other.
    """
    ends = {reply.chain[-1].target for reply in replies if reply.kind is ReplyKind.ANSWER and reply.chain}
    return [
        reply._replace(kind=ReplyKind.NODATA)
        if reply.kind is ReplyKind.ALIAS and reply.chain[-1].target in ends
        else reply
        for reply in replies
    ]


class _Authorities:
    """Queries to the zone's own servers."""

    def __init__(self, name: str, resolvers: Sequence[NameServer], deadline: float, port: int) -> None:
        self.name = name
        self.resolvers = resolvers
        self.deadline = deadline
        self.port = port
        self.started = asyncio.get_running_loop().time()

    async def ask(self) -> DnsView:
        """Their replies, the zone, whether it answers for every name, and what could not be queried."""
        found = await delegation(self.name, self.resolvers, self.deadline, self.port)
        left = self.deadline - asyncio.get_running_loop().time()
        rushed = left < (self.deadline - self.started) / 4
        async with asyncio.TaskGroup() as group:
            tasks = {
                server: [group.create_task(self._ask(server, rdtype)) for rdtype in _QUESTIONS]
                for server in found.servers
            }
            wildcard = group.create_task(self._wildcard(found, [pair[0] for pair in tasks.values()]))
        replies = [reply for pair in tasks.values() for reply in _combined([task.result().reply for task in pair])]
        notes = list(found.notes)
        if rushed:  # such a short silence proves nothing about the server
            late = dict.fromkeys(reply.server.label for reply in replies if reply.kind is ReplyKind.TIMEOUT)
            replies = [reply for reply in replies if reply.kind is not ReplyKind.TIMEOUT]
            if late:
                notes.append(
                    f"too little time was left for {listed(late)} because the resolvers took so long; try a larger "
                    "'--timeout'"
                )
        return DnsView(tuple(replies), None, found.zone, wildcard.result(), tuple(notes))

    async def _ask(self, server: NameServer, rdtype: str) -> Heard:
        return await ask(server, self.name, rdtype, self.deadline, recursion=False)

    async def _wildcard(self, found: Delegation, asked: Sequence[asyncio.Task[Heard]]) -> tuple[IPAddress, ...]:
        """The addresses of a sibling name that no one would create, from the first server that knows the endpoint's."""
        sibling = _sibling(self.name, found.zone)
        if not sibling:
            return ()
        for first in asyncio.as_completed(asked):
            heard = await first
            if heard.reply.kind is ReplyKind.NXDOMAIN:  # a wildcard would have answered
                return ()
            if heard.answered:
                other = await ask(heard.reply.server, sibling, "A", self.deadline, recursion=False)
                return other.reply.addresses
        return ()


def _sibling(name: str, zone: str) -> str:
    """A name with the same parent that no one would create, "" if the parent is not in the zone."""
    parent = name.partition(".")[2]
    if not zone or not (parent == zone or parent.endswith(f".{zone}")):
        return ""
    sibling = f"halb-{hashlib.sha256(name.encode()).hexdigest()[:16]}.{parent}"
    return sibling if len(sibling) <= _LONGEST_NAME else ""
