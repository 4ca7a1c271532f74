"""Why an event has its outcome, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from rules.failover.model import Check, Router, Situation, Subject
from rules.failover.table.contest import Contest
from rules.failover.table.events import Event, EventKind, Events
from rules.failover.table.verdicts import Aftermath, Outcome, Verdict, failing_owner, worst_of
from rules.failover.vrrp.protocol import bits, contribution, is_bad, is_fault
from rules.text.wording import listed

_APART = {
    "vrid": "virtual_router_id is {x.vrid} on {x.node} and {y.vrid} on {y.node}",
    "version": "{x.node} uses VRRP version {x.version} and {y.node} version {y.version}",
    "source": "{y.node} accepts adverts only from its unicast_peer list, and {x.node} is not in it",
    "authentication": "{x.node} and {y.node} authenticate differently",
    "advert_int": "advert_int is {x.advert:g} s on {x.node} and {y.advert:g} s on {y.node}",
    "addresses": "{x.node} and {y.node} have different lists of addresses",
}


def why(contest: Contest, events: Events, outcomes: Sequence[Outcome], condition: Aftermath) -> str:
    """The sentence for the worst of the outcomes, without a full stop."""
    outcome = worst_of(tuple(outcomes))
    others = list(dict.fromkeys(other.owners for other in outcomes if other.owners != outcome.owners))
    if not events and others and outcome.verdict.good:
        return _undecided(contest, [outcome.owners, *others])
    text = _why(contest, events, outcome, condition)
    if others:
        alternatives = listed(map(_names, others), "or")
        holds = "hold" if max(map(len, others)) > 1 else "holds"
        text += f"; depending on the order of events, {alternatives} {holds} it instead"
    return text


def unknown_reason(routers: Sequence[Router], events: Events) -> str:
    """Why an outcome is not known: what a check tests, first of those on the nodes where something fails."""
    struck = {event.node for event in events}
    doubted = [(router, check) for router in routers for check in router.checks if check.unknown]
    router, check = min(doubted, key=lambda pair: pair[0].node not in struck)
    return f"{_named(check)} on {router.node}: {check.unknown}"


def _names(owners: Sequence[str]) -> str:
    return listed(owners) if owners else "no node"


def _why(contest: Contest, events: Events, outcome: Outcome, condition: Aftermath) -> str:
    situation = contest.change(events).after
    if condition.alone:
        return f"no other file has this address: whether a node takes over from {contest.nodes[0]} is not known"
    if condition.unclear and outcome.verdict is Verdict.UNKNOWN:
        return f"no file shows that haproxy runs on {listed(sorted(condition.unclear))}, and no check names it"
    match outcome.verdict:
        case Verdict.SPLIT_BRAIN:
            return _split(contest, outcome, situation, condition)
        case Verdict.NO_OWNER:
            return _no_owner(contest, events, outcome, condition)
        case Verdict.FAILING_OWNER:
            return _failing(contest, outcome, situation, condition)
    if not events:
        return _healthy(contest, outcome)
    if not condition.able:
        if not outcome.owners:
            return _no_owner(contest, events, outcome, condition)
        hold = "hold" if len(outcome.owners) > 1 else "holds"
        return f"no node is left that can serve: {_names(outcome.owners)} {hold} the address, but nothing answers there"
    if outcome.verdict is Verdict.KNOWN_LIMIT and frozenset(outcome.holders) & condition.killed:
        return _split(contest, outcome, situation, condition)
    if any(event.kind is EventKind.PARTITION for event in events):
        return _cut(contest, outcome, situation)
    if outcome.verdict is Verdict.STAYS:
        return f"{_names(outcome.owners)} still {'serve' if len(outcome.owners) > 1 else 'serves'}"
    return _moved(contest, events, outcome, condition)


def _healthy(contest: Contest, outcome: Outcome) -> str:
    owner = outcome.owners[0]
    own = contest.router(owner)
    rest = [r for r in contest.own if r.node != owner and not r.refused and not _lacks_source(r)]
    if not rest:
        return f"only {owner} can hold it"
    now = contest.priority(owner, Situation())
    best = max(contest.priority(r.node, Situation()) for r in rest)
    if now > best:
        return f"{owner} has the highest priority, {now}"
    if now == best:
        return f"{owner} has the same priority {now} as others, and the highest address"
    if own.nopreempt:
        return f"{owner} is first, and no other node takes over"
    return f"{owner} holds it with priority {now}"


def _lacks_source(router: Router) -> bool:
    """Whether a router is in FAULT because the machine does not have the address that it should send from."""
    return router.homeless and router.behaviour.needs_source


def _undecided(contest: Contest, ways: Sequence[tuple[str, ...]]) -> str:
    """Several nodes may hold it in a healthy fleet."""
    who = listed(map(_names, ways), "or")
    routers = [contest.router(node) for node in dict.fromkeys(node for way in ways for node in way)]
    if any(router.nopreempt for router in routers):
        return f"nopreempt: the first node to start keeps it, {who}"
    if len({router.priority for router in routers}) == 1:
        return f"equal priorities ({routers[0].priority}): the first node to start keeps it, {who}"
    return f"the first node to start keeps it, {who}"


# -- two owners


def _split(contest: Contest, outcome: Outcome, situation: Situation, condition: Aftermath) -> str:
    side = next((p for p in condition.parts if len(p & condition.heard & frozenset(outcome.holders)) > 1), None)
    owners = [node for node in outcome.owners if side is None or node in side]
    stale = [node for node in outcome.holders if node not in owners and (side is None or node in side)]
    if stale and len(owners) <= 1:
        if not owners:
            return f"the killed keepalived leaves the address on {listed(stale)}, and nothing removes it"
        left = f"the killed keepalived leaves the address on {listed(stale)}"
        if all(contest.router(node).restarted for node in stale):
            back = _takes_back(contest, stale, owners[0], condition)
            return f"{left} until systemd starts it again by itself; {owners[0]} takes over{back}"
        return f"{left}; {owners[0]} takes over as well, until keepalived runs on {listed(stale)} again"
    pairs = list(combinations((contest.index(contest.router(node)) for node in owners), 2))
    if outcome.flaps:
        silenced_by = contest.protocol.moment(situation).silenced_by
        # Those that silence one another may concern a different VIP from this one.
        pairs = [*pairs, *((x, y) for x, mask in enumerate(silenced_by) for y in bits(mask))]
    rejections = contest.protocol.rejections
    refused = [(a, b) for a, b in pairs if rejections[a][b] or rejections[b][a]]
    if not pairs:
        return "it never settles: no node keeps the VIP"
    text = _apart(contest, *(refused or pairs)[0])
    if outcome.flaps:
        return f"{text}: one silences the other, whose backup keeps taking over for a moment"
    return text


def _takes_back(contest: Contest, killed: Sequence[str], owner: str, condition: Aftermath) -> str:
    """That the node whose keepalived runs again takes the VIP back, where it certainly does."""
    if len(killed) > 1 or condition.able | set(killed) != set(contest.nodes):
        return ""
    node, other = contest.router(killed[0]), contest.router(owner)
    certain = not node.nopreempt and contest.priority(node.node, Situation()) > contest.priority(owner, Situation())
    return f", and {node.node} takes it back" if certain and not other.owner else ""


def _apart(contest: Contest, i: int, j: int) -> str:
    """Why two routers don't accept each other's adverts."""
    routers, rejections = contest.protocol.routers, contest.protocol.rejections
    # The lower one is the one that should give way.
    higher, lower = (i, j) if routers[i].priority >= routers[j].priority else (j, i)
    if not rejections[lower][higher]:
        higher, lower = lower, higher
    reason, x, y = rejections[lower][higher], routers[higher], routers[lower]
    if not reason:
        return f"{x.node} and {y.node} don't hear each other"
    if reason != "unheard":
        return _APART[reason].format(x=x, y=y)
    if y.homeless:
        return f"{y.node} hears nothing, because it does not have its unicast_src_ip {y.source}"
    if x.unicast is not y.unicast:
        return f"{x.node} uses {_mode(x)} and {y.node} {_mode(y)}"
    if x.unicast:
        return f"unicast_peer of {x.node} does not list {y.node}, which hears nothing from it"
    if x.segment == y.segment:
        return f"{x.node} sends to {x.multicast_group}, where {y.node} does not listen"
    return f"{x.node} and {y.node} are on different networks"


def _mode(router: Router) -> str:
    return "unicast" if router.unicast else "multicast"


# -- no owner


def _no_owner(contest: Contest, events: Events, outcome: Outcome, condition: Aftermath) -> str:
    situation = contest.change(events).after
    empty = [part for part in condition.parts if part & condition.able and not part & frozenset(outcome.owners)]
    side = empty[0] if empty and len(condition.parts) > 1 else frozenset(contest.nodes)
    absent: dict[str, list[str]] = {}
    for router in contest.own:
        if router.node in side:
            absent.setdefault(_obstacle(contest, router, events, situation), []).append(router.node)
    where = (
        "" if len(side) == len(contest.nodes) else f" on the side of {listed(n for n in contest.nodes if n in side)}"
    )
    reasons = listed(f"{what} on {listed(nodes)}" for what, nodes in absent.items())
    text = f"no node can take over{where}: {reasons}"
    stale = [node for node in outcome.holders if node not in outcome.owners and node in side]
    return text + (f"; the killed keepalived left the address on {listed(stale)}" if stale else "")


def _obstacle(contest: Contest, router: Router, events: Events, situation: Situation) -> str:
    """What keeps a router from taking over, to be followed by "on" and its node."""
    own = {event.kind for event in events if event.node == router.node and event.kind is not EventKind.PARTITION}
    if EventKind.POWER in own:
        return "no power"
    if EventKind.KEEPALIVED in own or EventKind.STOP in own:
        return "no keepalived"
    if router.refused:
        return "a file that keepalived refuses"
    if EventKind.LINK in own:
        return "no link"
    if _lacks_source(router):
        return "FAULT without its unicast_src_ip"
    if router.source in router.vips:
        return "its own address among the VIPs"
    fault = fault_of(contest, router, situation)
    if fault is not None:
        return f"FAULT because of {fault}"
    return "adverts of a master without the address"


def fault_of(contest: Contest, router: Router, situation: Situation) -> str | None:
    """The check that has a router (or one of its sync group) in FAULT, in words."""
    numbers = dict(situation.numbers)
    unit = contest.protocol.unit_of[contest.index(router)]
    for member in contest.protocol.units[unit]:
        for check in contest.protocol.routers[member].checks:
            if is_fault(check, is_bad(check, situation), numbers.get(check.key, 0)):
                return _named(check)
    return None


def _named(check: Check) -> str:
    return f"{check.kind} '{check.key.name}'"


# -- an owner that can't serve


def _failing(contest: Contest, outcome: Outcome, situation: Situation, condition: Aftermath) -> str:
    owner = failing_owner(outcome, condition)
    router = contest.router(owner)
    side = next(part for part in condition.parts if owner in part)
    healthy = [r for r in contest.own if r.node in condition.able & side]
    checks = [c for c in router.checks if c.subject is Subject.HAPROXY]
    if not checks:
        return f"keepalived on {owner} does not check haproxy: {owner} keeps the VIP"
    if router.owner:
        return f"{owner} has priority 255, which a weight can't lower"
    before, now = contest.priority(owner, Situation()), contest.priority(owner, situation)
    best = max(healthy, key=lambda r: contest.priority(r.node, situation))
    theirs = contest.priority(best.node, situation)
    if not any(c.weight and contribution(c, True, 1) != contribution(c, False, 0) for c in checks):
        return f"the checks of {owner} change nothing: {owner} keeps the VIP with priority {now}"
    drop = f"{owner} drops from {before} to {now}" if now != before else f"{owner} stays at {now}"
    if theirs > now and best.nopreempt:
        return f"{drop} and keeps the VIP: with nopreempt {best.node} ({theirs}) does not replace a running master"
    if now == theirs:
        return f"{drop}, and healthy {best.node} has {theirs} too: the VIP does not move on a tie"
    if now > theirs:
        return f"{drop}, still above healthy {best.node} with {theirs}"
    return f"{drop}, but healthy {best.node} with {theirs} does not take over"


# -- as intended


def _cut(contest: Contest, outcome: Outcome, situation: Situation) -> str:
    if len(outcome.owners) < 2:
        return f"{_names(outcome.owners)} holds it on its side of the cut, and no node could serve on the other"
    healed = contest.protocol.moment(situation._replace(parts=()))
    masters = sum(1 << contest.unit(node) for node in outcome.owners)
    left = [node for node in outcome.owners if not healed.beats[contest.unit(node)] & masters]
    text = "each side of the cut has its own owner"
    if len(left) != 1:
        return text
    return f"{text}; once the network heals, only {left[0]} holds it within one advert"


def _moved(contest: Contest, events: Events, outcome: Outcome, condition: Aftermath) -> str:
    owners = [node for node in outcome.owners if node in condition.heard]
    unheard = [node for node in outcome.owners if node not in condition.heard]
    old = next((node for node in outcome.before if node not in owners), "")
    new = listed(owners)
    takes = f"{new} takes over"
    if set(owners) <= set(outcome.before):
        takes = f"{new} still serves" if unheard else f"only {new} holds it"
    if unheard:
        return f"{listed(unheard)} holds it too, but has no link; {takes}"
    struck = [event for event in events if event.node == old]
    if not struck:
        return takes
    cause = min(struck, key=lambda event: list(EventKind).index(event.kind))
    return f"{_left(contest, cause, old, contest.change(events).after)}; {takes}"


def _left(contest: Contest, event: Event, old: str, situation: Situation) -> str:
    """How the old owner lost it."""
    match event.kind:
        case EventKind.POWER:
            return f"{old} falls silent"
        case EventKind.KEEPALIVED:
            return f"keepalived on {old} falls silent"
        case EventKind.STOP:
            return f"keepalived on {old} resigns"
        case EventKind.LINK:
            return f"{old} has no link"
    fault = fault_of(contest, contest.router(old), situation)
    if fault is not None:
        return f"{old} goes to FAULT because of {fault}"
    return f"{old} drops from {contest.priority(old, Situation())} to {contest.priority(old, situation)}"
