"""What holds for the checklist of any observations."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.live.observations import AddressRecord, Alias, Contact, DnsView, Probe, Reply, ReplyKind, Role, SystemView
from rules.live.views.view import LiveView
from rules.live.views.wording import kubeadm_init
from rules.report.style import Style
from tests.examples import times
from tests.wizard.verify.views import (
    CUTOVER,
    DUAL,
    ELSEWHERE,
    LB1,
    LB2,
    MASTER,
    NAME,
    NODES,
    NS1,
    NS2,
    PLAN,
    R1,
    R2,
    VIP,
    VIP6,
    alive,
    certificate,
    dead,
    gives,
    hosts,
    points_to,
    ready,
    serving,
    step,
    view,
)
from wizard.verify.checklist import Status, checklist
from wizard.verify.display import aged, steady
from wizard.verify.report.json import render
from wizard.verify.report.text import text

pytestmark = pytest.mark.slow

PLANS = st.sampled_from(
    [
        PLAN,
        CUTOVER,
        DUAL,
        PLAN.replace('phase = "bootstrap"\n', ""),
        CUTOVER.replace(f'[vip]\naddress = "{VIP}/24"\n', ""),
        '[cluster]\nphase = "cutover"\n',
        f'[cluster]\nendpoint = "{NAME}"\n',
    ]
)
V4 = st.sampled_from([VIP, MASTER, NODES[1], LB1, ELSEWHERE])
V6 = st.sampled_from([VIP6, "2001:db8::9"])
TTLS = st.sampled_from([0, 1, 60, 300, 301, 86400])
WORDS = st.text(max_size=12)


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    question = draw(st.sampled_from(["A", "A", "AAAA"]))
    kind = draw(st.sampled_from([ReplyKind.ANSWER, ReplyKind.ANSWER, *ReplyKind]))
    found = draw(st.lists(V6 if question == "AAAA" else V4, min_size=1, max_size=2)) if kind is ReplyKind.ANSWER else []
    server = draw(st.sampled_from([NS1, NS2, R1, R2]))
    return Reply(
        server,
        question,
        kind,
        tuple(AddressRecord(ip_address(address), draw(TTLS)) for address in found),
        (Alias(NAME, "api.example.com", draw(TTLS)),) if draw(st.booleans()) and found else (),
        negative_ttl=draw(st.none() | TTLS),
        authoritative=server.role is Role.AUTHORITY or draw(st.booleans()),
        detail=draw(WORDS),
        bogus=kind is ReplyKind.SERVFAIL and draw(st.booleans()),
    )


SHOWN = [certificate(), certificate(addresses=()), certificate("kubernetes"), certificate("nas", key="bb", mark="02")]


@st.composite
def probes(draw: st.DrawFn, address: str) -> Probe:
    if draw(st.integers(0, 3)):
        return alive(address, draw(st.sampled_from(SHOWN + SHOWN[:1] * 8)))
    contact = draw(st.sampled_from(list(Contact)))
    status = draw(st.sampled_from([200, 401, 403, 404, 500])) if contact is Contact.HTTP else None
    shown = draw(st.none() | st.sampled_from(SHOWN)) if contact in (Contact.HTTP, Contact.TLS) else None
    verified = draw(st.sampled_from([None, "", "self-signed certificate"]))
    return Probe(ip_address(address), 6443, contact, status, shown, verified, detail=draw(WORDS))


@st.composite
def systems(draw: st.DrawFn) -> SystemView:
    addresses = draw(st.none() | st.lists(V4, max_size=2))
    lines = draw(st.lists(st.tuples(V4, st.integers(1, 99)), max_size=2))
    return SystemView(
        None if addresses is None else tuple(ip_address(address) for address in addresses),
        draw(WORDS),
        hosts(*lines),
        order=draw(st.sampled_from([(), ("files", "dns"), ("dns",)])),
    )


CLOSED = tuple(dead(node) for node in NODES)
DUAL_LBS = ("fd00:2::141", "fd00:2::142")
# Stations of a cluster's way on which all is as it should be.
STATIONS: list[tuple[str, str, tuple[Probe, ...]]] = [
    (PLAN, MASTER, CLOSED),
    (PLAN, MASTER, serving(*NODES)),
    (PLAN.replace('phase = "bootstrap"\n', ""), MASTER, serving(*NODES)),
    (CUTOVER, MASTER, ready()),
    (CUTOVER, VIP, ready()),
    (DUAL, MASTER, serving(*NODES, LB1, LB2, *DUAL_LBS, VIP, VIP6)),
    (DUAL, VIP, serving(*NODES, LB1, LB2, *DUAL_LBS, VIP, VIP6)),
]


@st.composite
def views(draw: st.DrawFn) -> LiveView:
    """A station of the way with up to three things changed, or something quite other."""
    plan, target, shown = draw(st.sampled_from(STATIONS))
    said = {(reply.server, reply.question): reply for reply in points_to(target)}
    met = {probe.address: probe for probe in shown}
    system: SystemView | None = gives(target)
    for change in draw(st.lists(st.sampled_from(["reply", "reply", "probe", "silence", "system", "plan"]), max_size=3)):
        match change:
            case "reply":
                new = draw(replies())
                said[new.server, new.question] = new
            case "silence":
                role = draw(st.sampled_from(list(Role)))
                said = {key: reply for key, reply in said.items() if reply.server.role is not role}
            case "probe":
                probe = draw(st.sampled_from([*NODES, LB1, LB2, VIP, VIP, VIP, VIP6]).flatmap(probes))
                met[probe.address] = probe
            case "system":
                system = draw(st.none() | systems())
            case _:
                plan = draw(PLANS)
    return view(
        plan,
        replies=said.values(),
        probes=met.values(),
        system=system,
        local=draw(st.sampled_from([(), (LB1,), (LB1, VIP), (MASTER,)])),
        notes=tuple(draw(st.lists(WORDS, max_size=1))),
    )


@settings(max_examples=times(200))
@given(views())
def test_the_name_is_not_moved_before_the_vip_serves_it(seen: LiveView) -> None:
    found = checklist(seen)
    if not seen.vip_ready:
        assert found.next is None or found.next.key != "move"
        shown = text(found, seen, Style()) + render(found, seen) + str(found)
        assert f"IN A {VIP}" not in shown
        assert f"IN AAAA {VIP6}" not in shown
    if found.next is not None and found.next.key == "move":
        earlier = found.steps[: found.steps.index(found.next)]
        assert not [step.key for step in earlier if step.status in (Status.FAIL, Status.WAIT)]


@settings(max_examples=times(200))
@given(views())
def test_passed_means_that_every_resolver_leads_to_the_target(seen: LiveView) -> None:
    found = checklist(seen)
    if not found.passed:
        assert found.closing == ()
        return
    targets = seen.expected(found.phase)
    assert targets
    assert found.closing
    assert found.next is None
    versions = {target.address.version for target in targets}
    for server in {reply.server for reply in seen.dns.of(Role.RESOLVER)}:
        own = [reply for reply in seen.dns.of(Role.RESOLVER) if reply.server == server]
        wanted = [reply for reply in own if (6 if reply.question == "AAAA" else 4) in versions]
        assert all(seen.points_to(reply, targets) or reply.kind is ReplyKind.NODATA for reply in wanted)
        assert not wanted or any(seen.points_to(reply, targets) for reply in wanted)
    if found.phase == "cutover":
        assert seen.vip_ready


@settings(max_examples=times(200))
@given(views())
def test_every_step_says_what_it_stands_on_and_what_to_do(seen: LiveView) -> None:
    found = checklist(seen)
    for each in found.steps:
        assert each.lines
        assert each.todo or each.status is not Status.FAIL
        assert all(line.todo for line in each.lines if line.status is Status.FAIL)
        assert all(line.subject and line.got for line in each.lines)
        # Not passed, and nobody told why: that would be a riddle.
        assert each.status is not Status.WAIT or each.todo or any(line.status is Status.WAIT for line in each.lines)
    assert found.passed or found.next or any(each.status is Status.WAIT for each in found.steps)


@settings(max_examples=times(200))
@given(views())
def test_kubeadm_init_is_shown_only_when_dns_is_right(seen: LiveView) -> None:
    found = checklist(seen)
    if kubeadm_init(NAME, 6443) in str(found):
        dns = [step(found, key) for key in ("name", "resolvers", "this-machine")]
        assert not any(each.holds_up for each in dns)
        assert not any(probe.alive for probe in seen.observed.probes)


@settings(max_examples=times(200))
@given(views())
def test_what_is_printed_is_printable_and_ends_its_lines(seen: LiveView) -> None:
    shown = text(checklist(seen), seen, Style())
    assert all(line == line.rstrip(" ") for line in shown.split("\n"))
    assert not any(ord(character) < 32 and character != "\n" for character in shown)
    assert shown.endswith("\n")


@settings(max_examples=times(100))
@given(views(), st.integers(0, 100_000))
def test_time_that_passes_only_shortens_countdowns(seen: LiveView, seconds: int) -> None:
    now, later = checklist(seen), checklist(aged(seen, seconds))
    assert [c.server for c in later.countdowns] == [c.server for c in now.countdowns]
    assert all(0 <= b.seconds <= a.seconds for a, b in zip(now.countdowns, later.countdowns, strict=True))
    assert checklist(steady(aged(seen, seconds))) == checklist(steady(seen))


def test_a_run_without_dns_has_no_countdowns_to_age() -> None:
    seen = view()
    lone = LiveView(seen.endpoint, seen.observed._replace(dns=None))
    assert checklist(aged(lone, 5)) == checklist(lone)
    assert lone.dns == DnsView()
