"""What name servers said, held against where the name has to lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from rules.live import LiveView, NameServer, Reply, ReplyKind, Role, Target, record, reply_words
from rules.text import listed
from wizard.verify.checklist.model import VERBATIM, CheckLine, Status


class ReplyVerdict(Enum):
    """How one reply stands to the targets."""

    LEADS = auto()  # to the targets, all of it
    NOTHING = auto()  # none of a kind that nobody needs: an IPv4-only endpoint has no AAAA record
    EXTRA = auto()  # addresses of a family in which there is no target
    ELSEWHERE = auto()
    EMPTY = auto()
    FAILED = auto()  # no answer that says anything about the name


class ReplyMeaning(NamedTuple):
    """What a reply means for the step at hand."""

    status: Status
    got: str
    todo: str = ""


def verdict(view: LiveView, reply: Reply, targets: Sequence[Target]) -> ReplyVerdict:
    """How a reply to one question stands to the targets of its address family."""
    version = version_of(reply.question)
    wanted = [target for target in targets if target.address.version == version]
    if reply.kind is ReplyKind.ANSWER and reply.records:
        if view.points_to(reply, wanted):
            return ReplyVerdict.LEADS
        known = any(view.role_of(address) for address in reply.addresses)
        return ReplyVerdict.ELSEWHERE if wanted or known else ReplyVerdict.EXTRA
    if reply.kind in (ReplyKind.NODATA, ReplyKind.NXDOMAIN, ReplyKind.ANSWER):
        return ReplyVerdict.EMPTY if wanted else ReplyVerdict.NOTHING
    # A CNAME chain that ends without an AAAA record is what an IPv4-only endpoint has.
    return ReplyVerdict.NOTHING if reply.kind is ReplyKind.ALIAS and not wanted else ReplyVerdict.FAILED


def version_of(question: str) -> int:
    """The IP version that a question is for."""
    return 6 if question == "AAAA" else 4


def by_server(replies: Sequence[Reply]) -> Iterator[tuple[NameServer, list[Reply]]]:
    """The replies of each server, in the order in which the servers come first."""
    for server in dict.fromkeys(reply.server for reply in replies):
        yield server, [reply for reply in replies if reply.server == server]


class Authorities:
    """What the zone's own servers say about where the name leads."""

    def __init__(self, view: LiveView, targets: Sequence[Target]) -> None:
        self.view = view
        self.targets = targets
        # Only these say how the record stands; a server that can't be reached from here says nothing about it.
        self.useful = [
            reply
            for reply in view.dns.of(Role.AUTHORITY)
            if reply.kind in (ReplyKind.ANSWER, ReplyKind.NODATA, ReplyKind.NXDOMAIN)
        ]

    @property
    def known(self) -> bool:
        """Whether any of them said how the record stands."""
        return bool(self.useful)

    def answered(self, question: str) -> list[Reply]:
        """Their replies to one question, as far as they say how the record stands."""
        return [reply for reply in self.useful if reply.question == question]

    def leads(self, question: str) -> bool:
        """Whether all of them that answered this question lead to the targets."""
        own = self.answered(question)
        return bool(own) and all(verdict(self.view, reply, self.targets) is ReplyVerdict.LEADS for reply in own)


class Judges(NamedTuple):
    """How a step takes the replies that are not right.

    `astray` judges those that lead elsewhere or have no address, `failed` those that say nothing about the name.
    """

    astray: Callable[[Reply], ReplyMeaning]
    failed: Callable[[Reply], ReplyMeaning]


def lines_of(authorities: Authorities, role: Role, judges: Judges) -> list[CheckLine]:
    """One line for each server of a role and question; two questions with the same outcome share a line."""
    view = authorities.view
    lines: list[CheckLine] = []
    for server, replies in by_server(view.dns.of(role)):
        verdicts = [(reply, verdict(view, reply, authorities.targets)) for reply in replies]
        leads = any(found is ReplyVerdict.LEADS for _, found in verdicts)
        outcomes: dict[ReplyMeaning, list[str]] = {}
        for reply, found in verdicts:
            judged = _judge(authorities, reply, found, leads, judges)
            if judged is not None:
                outcomes.setdefault(judged, []).append(reply.question)
        if not outcomes:
            outcomes[ReplyMeaning(Status.SKIP, reply_words(replies[0]))] = [replies[0].question]
        lines += [CheckLine(j.status, server.label, listed(asked), j.got, j.todo) for j, asked in outcomes.items()]
    return lines


def _judge(
    authorities: Authorities, reply: Reply, found: ReplyVerdict, leads: bool, judges: Judges
) -> ReplyMeaning | None:
    """One reply of a server that `leads` to the targets with one of its replies, or not; None: not worth a line."""
    if found is ReplyVerdict.LEADS:
        return ReplyMeaning(Status.OK, reply_words(reply))
    if found is ReplyVerdict.FAILED:
        return judges.failed(reply)
    if found is ReplyVerdict.EXTRA:
        return ReplyMeaning(Status.WARN, reply_words(reply), _extra(authorities.view, reply))
    if found is ReplyVerdict.NOTHING:
        if reply.kind is not ReplyKind.NXDOMAIN or not leads:
            return None
        # RFC 4074 section 4.2: some clients then give up on the name altogether.
        return ReplyMeaning(
            Status.WARN, reply_words(reply), "the name does exist: this server's answer makes clients give up"
        )
    if reply.kind is ReplyKind.NODATA and leads and not authorities.leads(reply.question):
        # One family is enough for the clients that have both.
        what = f"IPv{version_of(reply.question)}"
        return ReplyMeaning(
            Status.WARN, reply_words(reply), f"no {reply.question} record: clients with {what} only find nothing"
        )
    return judges.astray(reply)


def _extra(view: LiveView, reply: Reply) -> str:
    family = f"IPv{version_of(reply.question)}"
    key = "[vip] address6" if family == "IPv6" and view.endpoint.vips else "halb.toml"
    return (
        f"remove the {reply.question} record: {key} has no {family} address for the endpoint, and clients may "
        f"try {family} first"
    )


_LOOK = {
    ReplyKind.TIMEOUT: "is it up, and does a firewall on the way drop port {port}?",
    ReplyKind.UNREACHABLE: "is the name server running there, and is there a route to it?",
    ReplyKind.REFUSED: "let it answer this machine's network (allow-query, access-control)",
    ReplyKind.SERVFAIL: "look at its log: it can't reach the zone's servers, or they fail",
    ReplyKind.TRUNCATED: "open TCP port {port} to it: long answers need it",
    ReplyKind.LAME: "load the zone on it, or take it out of the zone's NS records",
    ReplyKind.ALIAS: "give the CNAME's target an address, or the name an address record of its own",
    ReplyKind.LOOP: "give the name an address record in place of the CNAME",
}


def remedy(reply: Reply) -> str:
    """What to look at when a server says nothing about the name."""
    if reply.bogus:
        return "sign the zone again, or fix its DS record: 'delv' shows which signature is wrong"
    return _LOOK.get(reply.kind, "look at its log, or ask another server").format(port=reply.server.port)


def records(authorities: Authorities, targets: Sequence[Target]) -> str:
    """The records to write, a line each, to be typed as they stand; for a CNAME those of the name it leads to."""
    name = next((r.chain[-1].target for r in authorities.view.resolving if r.chain), authorities.view.name)
    return "\n".join(f"{VERBATIM}{record(name, target.address)}" for target in targets)
