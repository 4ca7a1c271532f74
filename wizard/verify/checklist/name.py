"""The steps about the name: what the authoritative servers and the resolvers say, and the TTL."""

from __future__ import annotations

from collections.abc import Sequence

from rules.live import LONGEST_TTL, LiveView, Reply, ReplyKind, Role, Target, duration, reply_words
from rules.text import listed
from wizard.verify.checklist.model import CheckLine, CheckStep, Countdown, Status, held_up, step_of
from wizard.verify.checklist.replies import Authorities, Judges, ReplyMeaning, ReplyVerdict, lines_of, remedy, verdict

# What keeps an answer from somebody who asks from the wrong place, where nothing need be wrong with the server.
_OUT_OF_REACH = frozenset({ReplyKind.TIMEOUT, ReplyKind.UNREACHABLE, ReplyKind.REFUSED, ReplyKind.ALIAS})


def authority_lines(authorities: Authorities, astray: Status, todo: str) -> list[CheckLine]:
    """What each authoritative server says; `astray` is the status of one that leads elsewhere, with this `todo`."""

    def failed(reply: Reply) -> ReplyMeaning:
        lonely = not authorities.known and reply.kind in _OUT_OF_REACH
        return ReplyMeaning(Status.SKIP if lonely else Status.WARN, reply_words(reply), "" if lonely else remedy(reply))

    lines = lines_of(
        authorities, Role.AUTHORITY, Judges(lambda reply: ReplyMeaning(astray, reply_words(reply), todo), failed)
    )
    if authorities.view.dns.of(Role.AUTHORITY):
        return lines
    return [CheckLine(Status.SKIP, "authoritative servers", "", "none was found; the resolvers decide alone")]


def unfinished(authorities: Authorities) -> str:
    """What to do when the record is right on some authoritative servers only; "" when it is on all or none."""
    found: dict[str, set[ReplyVerdict]] = {}
    for reply in authorities.useful:
        found.setdefault(reply.server.label, set()).add(verdict(authorities.view, reply, authorities.targets))
    behind = [
        label
        for label, verdicts in found.items()
        if ReplyVerdict.ELSEWHERE in verdicts or (ReplyVerdict.EMPTY in verdicts and ReplyVerdict.LEADS not in verdicts)
    ]
    if not behind or not any(
        ReplyVerdict.LEADS in verdicts for label, verdicts in found.items() if label not in behind
    ):
        return ""
    return f"the record has not reached {listed(behind)} yet: look at the zone's serial there, and at the zone transfer"


def unknown_target(kind: str, key: str) -> CheckLine:
    """The line of a step that can't tell where the name has to lead."""
    return CheckLine(Status.FAIL, "halb.toml", "", f"has no {kind}", f"write {key}")


def resolver_step(
    authorities: Authorities, title: str, record: CheckStep, todo: str, *, due: bool = True
) -> tuple[CheckStep, tuple[Countdown, ...]]:
    """Whether every resolver leads to the targets, and for how long those may not that remember something older.

    `record` is the step about the record itself, and `todo` what to do where no authoritative server tells whether
    that is right ("": the step says it). Unless the record is `due`, another answer is no old one.
    """
    view = authorities.view
    countdowns: list[Countdown] = []

    def astray(reply: Reply) -> ReplyMeaning:
        known = bool(authorities.answered(reply.question))
        if known and not authorities.leads(reply.question):
            return ReplyMeaning(Status.WAIT, reply_words(reply))
        if reply.authoritative and known:
            return ReplyMeaning(
                Status.FAIL, reply_words(reply), "it has a record of its own for the name: change that too"
            )
        if not due:
            return ReplyMeaning(Status.WAIT, reply_words(reply))
        seconds = reply.ttl if reply.records else reply.negative_ttl
        if seconds is not None:
            countdowns.append(Countdown(reply.server.label, seconds, reply.addresses))
        if not known:
            return ReplyMeaning(Status.FAIL if todo else Status.WAIT, reply_words(reply), todo)
        if seconds is None:
            return ReplyMeaning(Status.FAIL, reply_words(reply), _withheld(authorities.targets, reply))
        return ReplyMeaning(Status.WAIT, _old(reply, seconds))

    lines = lines_of(
        authorities,
        Role.RESOLVER,
        Judges(astray, lambda reply: ReplyMeaning(Status.FAIL, reply_words(reply), remedy(reply))),
    )
    if not authorities.targets:
        lines = [CheckLine(Status.SKIP, line.subject, line.asked, line.got) for line in lines]
        countdowns = []
    if not view.dns.of(Role.RESOLVER):
        lines = [_no_resolver(authorities)]
    if record.holds_up and any(line.status is Status.WAIT for line in lines):
        lines.append(CheckLine(Status.WAIT, "the record", "", held_up([record])))
    return step_of("resolvers", title, lines), _one_each(countdowns)


def _one_each(countdowns: Sequence[Countdown]) -> tuple[Countdown, ...]:
    """One countdown per server: the longer of those for A and AAAA, with the addresses of both."""
    found: dict[str, Countdown] = {}
    for new in countdowns:
        old = found.get(new.server, new)
        both = tuple(dict.fromkeys((*old.addresses, *new.addresses)))
        found[new.server] = Countdown(new.server, max(old.seconds, new.seconds), both)
    return tuple(found.values())


def _old(reply: Reply, seconds: int) -> str:
    if reply.records:
        return f"still {listed(reply.addresses)}, may keep it for {duration(seconds)}"
    return f"still caches that there is nothing ({reply.kind.value}), may keep that for {duration(seconds)}"


def _withheld(targets: Sequence[Target], reply: Reply) -> str:
    version = 6 if reply.question == "AAAA" else 4
    if any(target.address.version == version and target.address.is_private for target in targets):
        return (
            "the zone has the record: if this resolver drops private addresses (DNS rebinding protection), exempt the "
            "zone (dnsmasq rebind-domain-ok, unbound private-domain)"
        )
    return "the zone has the record: check in this resolver's log why it does not return it"


def _no_resolver(authorities: Authorities) -> CheckLine:
    system = authorities.view.dns.system
    others = authorities.known or (system is not None and (system.addresses or system.hosts))
    if others:
        return CheckLine(Status.SKIP, "resolvers", "", "none was asked")
    return CheckLine(
        Status.FAIL,
        "resolvers",
        "",
        "no server was asked for the name",
        "name a resolver with --resolver ADDR, or in /etc/resolv.conf",
    )


def resolvers_lead(authorities: Authorities) -> bool:
    """Whether what this machine gets leads to the targets: the resolvers' answers, without any the system's own."""
    view = authorities.view
    judged = [verdict(view, reply, authorities.targets) for reply in view.dns.of(Role.RESOLVER)]
    if any(found in (ReplyVerdict.LEADS, ReplyVerdict.ELSEWHERE, ReplyVerdict.EMPTY) for found in judged):
        return not any(found in (ReplyVerdict.ELSEWHERE, ReplyVerdict.EMPTY) for found in judged)
    wanted = {target.address for target in authorities.targets}
    system = view.dns.system
    return bool(system and system.addresses and wanted.intersection(system.addresses) == set(system.addresses))


def ttl_step(view: LiveView, moved: bool) -> CheckStep:
    """Whether nobody will keep the old address for long once the record changes; `moved`: it has changed already."""
    lines = [_ttl_line(reply, moved) for reply in view.dns.of(Role.AUTHORITY) if reply.records]
    for reply in view.dns.of(Role.RESOLVER):
        if reply.records and (reply.ttl or 0) > LONGEST_TTL and not moved:
            left = duration(reply.ttl or 0)
            todo = f"wait {left}, or clients of this resolver stay with {listed(reply.addresses)} that long"
            lines.append(
                CheckLine(Status.WARN, reply.server.label, f"TTL of {reply.question}", f"caches it for {left}", todo)
            )
    if not lines:
        why = "no authoritative server returned a record; a resolver only reports what is left of its TTL"
        lines = [CheckLine(Status.SKIP, "authoritative servers", "TTL", why)]
    return step_of("ttl", f"the TTL is at most {LONGEST_TTL} s", lines)


def _ttl_line(reply: Reply, moved: bool) -> CheckLine:
    ttl = reply.ttl or 0
    asked = f"TTL of {reply.question}"
    if ttl <= LONGEST_TTL:
        return CheckLine(Status.OK, reply.server.label, asked, duration(ttl))
    if moved:
        return CheckLine(Status.OK, reply.server.label, asked, f"{duration(ttl)}, and the name is at the VIP already")
    todo = f"lower it to 60 s now; {duration(ttl)} later that is in force everywhere, and the move is quick"
    return CheckLine(Status.WARN, reply.server.label, asked, duration(ttl), todo)
