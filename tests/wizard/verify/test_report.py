"""The checklist as text: complete without colours, within the width, safe to print."""

from __future__ import annotations

import json
import re

import pytest

from rules.live.observations import Contact, ReplyKind, SystemView
from rules.live.views.view import LiveView
from rules.report.style import Style
from tests.wizard.verify.views import (
    CUTOVER,
    LB1,
    LB2,
    MASTER,
    NAME,
    NODES,
    NS1,
    NS2,
    R1,
    R2,
    VIP,
    alive,
    both,
    certificate,
    dead,
    gives,
    hosts,
    points_to,
    ready,
    reply,
    serving,
    view,
)
from wizard.tui.copying import of_checklist
from wizard.verify.checklist import checklist
from wizard.verify.checklist.model import Status
from wizard.verify.report.json import render
from wizard.verify.report.text import text

SEEN = {
    "nothing is there": view(
        replies=[reply(s, kind=ReplyKind.NXDOMAIN, negative_ttl=300) for s in (NS1, NS2, R1, R2)],
        probes=[dead(node) for node in NODES],
        system=SystemView((), "no such name"),
        notes=("the zone answers for every name below it, so a misspelt name resolves as well as the right one",),
    ),
    "kubeadm init": view(replies=points_to(MASTER), probes=[dead(node) for node in NODES], system=gives(MASTER)),
    "wrong certificate": view(
        replies=points_to(MASTER, ttl=86400), probes=[alive(MASTER, certificate("kubernetes"))], system=gives(MASTER)
    ),
    "too early": view(CUTOVER, replies=points_to(VIP), probes=[*serving(*NODES, LB1), dead(LB2, Contact.CLOSED)]),
    "moving": view(
        CUTOVER, replies=points_to(MASTER, ttl=7200), probes=ready(), system=gives(MASTER), local=[LB1, VIP]
    ),
    "stale": view(
        CUTOVER,
        replies=[*both(NS1, VIP), *both(R1, MASTER, ttl=41), *both(R2, MASTER, ttl=7)],
        probes=ready(),
        system=SystemView(gives(MASTER).addresses, hosts=hosts((MASTER, 7))),
    ),
    "passed": view(CUTOVER, replies=points_to(VIP), probes=ready(), system=gives(VIP)),
}


def shown(seen: LiveView, *, color: bool = False, width: int = 80, brief: bool = False) -> str:
    return text(checklist(seen), seen, Style(color, width), brief=brief)


@pytest.mark.parametrize("name", list(SEEN))
def test_lines_fit_80_columns_of_ascii(name: str) -> None:
    lines = shown(SEEN[name]).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line.isascii() for line in lines)


@pytest.mark.parametrize("name", list(SEEN))
def test_colours_add_nothing(name: str) -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown(SEEN[name], color=True)) == shown(SEEN[name])


@pytest.mark.parametrize("name", list(SEEN))
def test_every_word_of_the_checklist_is_shown(name: str) -> None:
    def squeezed(words: str) -> str:
        return "".join(words.replace("\\\n", "").split())

    found, whole = checklist(SEEN[name]), squeezed(shown(SEEN[name]))
    for step in found.steps:
        assert squeezed(f"{step.key}: {step.title}") in whole
        assert squeezed(step.todo) in whole
        for line in step.lines:
            assert all(squeezed(part) in whole for part in line)
    assert all(squeezed(advice) in whole for advice in found.closing)


def test_what_fails_between_passed_steps_stays_open_with_its_number() -> None:
    found, words = checklist(SEEN["too early"]), " (Enter shows them)"
    assert [str(step.status) for step in found.steps] == ["ok", "fail", "fail", "ok", "fail", "ok", "skip"]
    lines = text(found, SEEN["too early"], Style(width=80), folded=words).splitlines()
    assert "ok   3 of 7 ok: control-plane, ttl, resolvers (Enter shows them)" in lines
    heads = [line[:8] for line in lines if re.match(r"[a-z]+ +[0-9]+\. ", line)]
    assert heads == ["fail 2. ", "fail 3. ", "fail 5. ", "skip 7. "]


@pytest.mark.parametrize("name", list(SEEN))
def test_folding_leaves_out_what_is_passed_and_nothing_else(name: str) -> None:
    found = checklist(SEEN[name])
    lines = text(found, SEEN[name], Style(width=300), folded="").splitlines()
    passed = [step.key for step in found.steps if step.status is Status.OK]
    folded = f"ok   {len(passed)} of {len(found.steps)} ok: {', '.join(passed)}"
    assert (folded in lines) == bool(passed)
    without = [line for line in lines if line != folded]
    whole = text(found, SEEN[name], Style(width=300)).splitlines()
    bodies: list[str] = []
    for number, step in enumerate(found.steps, 1):
        if step.status is Status.OK:
            start = whole.index(f"ok   {number}. {step.key}: {step.title}")
            rest = whole[start + 1 :]
            bodies += [whole[start], *rest[: next(at for at, line in enumerate(rest) if not line.startswith("     "))]]
    left = list(whole)
    for line in bodies:
        left.remove(line)
    assert without == left


def test_the_record_and_the_command_stand_alone_on_their_lines() -> None:
    assert f"\n          {NAME}. 60 IN A {VIP}\n" in shown(SEEN["moving"])
    commands = [line for line in shown(SEEN["kubeadm init"], width=140).splitlines() if "kubeadm init --" in line]
    assert {line.strip() for line in commands} == {
        f"kubeadm init --control-plane-endpoint={NAME}:6443 --upload-certs --apiserver-cert-extra-sans={VIP}"
    }


def test_a_long_command_is_continued_as_a_shell_reads_it() -> None:
    lines = shown(SEEN["kubeadm init"]).splitlines()
    first = next(number for number, line in enumerate(lines) if "kubeadm init --" in line)
    assert lines[first].endswith(" \\")
    assert lines[first + 1].strip() == f"--upload-certs --apiserver-cert-extra-sans={VIP}"


def test_the_longest_countdown_is_the_last_line() -> None:
    lines = shown(SEEN["stale"]).splitlines()
    assert lines[-1] == f"longest: 10.0.0.53 may keep {MASTER} for 41 s"
    assert f"  10.0.1.53 may keep {MASTER} for 7 s" in lines


def test_next_and_what_else_fails_are_told() -> None:
    tail = shown(SEEN["too early"]).partition("\nnext: ")[2]
    assert tail.startswith("step 2, load-balancers\n")
    assert "failing too: vip and move" in tail
    assert "all passed; what comes next:\n  1. " in shown(SEEN["passed"])


def test_brief_leaves_out_the_lines_of_what_is_passed() -> None:
    brief = shown(SEEN["stale"], brief=True)
    assert "k8s-master1" not in brief
    assert "1. control-plane: " in brief
    assert "10.0.0.53" in brief


def test_nothing_from_the_network_reaches_the_terminal_raw() -> None:
    evil = "\x1b[2J\x07\u202ekube\n\x9b31m"
    probe = dead(MASTER, Contact.TLS_ERROR)._replace(detail=evil)
    seen = view(
        replies=[reply(R1, kind=ReplyKind.GARBAGE)._replace(detail=evil)],
        probes=[probe, alive(VIP, certificate(evil, key="bb", mark="02"))],
        system=SystemView((), evil),
        notes=(evil,),
    )
    for output in (shown(seen), shown(seen, brief=True), render(checklist(seen), seen, compact=True)):
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in output.replace("\n", ""))
    document = json.loads(render(checklist(seen), seen))
    texts = [line[key] for step in document["steps"] for line in step["lines"] for key in ("got", "subject")]
    assert not any("\x1b" in words or "\n" in words for words in (*texts, *document["notes"]))


def test_compact_json_is_one_line() -> None:
    seen = SEEN["stale"]
    line = render(checklist(seen), seen, compact=True)
    assert line.count("\n") == 1
    assert json.loads(line) == json.loads(render(checklist(seen), seen))
    assert json.loads(line)["countdown"][0] == {"server": "10.0.0.53", "seconds": 41, "addresses": [MASTER]}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("nothing is there", f"{NAME}. 60 IN A {MASTER}"),
        ("moving", f"{NAME}. 60 IN A {VIP}"),
        ("too early", f"{NAME}. 60 IN A {MASTER}"),
        ("kubeadm init", f"kubeadm init --control-plane-endpoint={NAME}:6443 --upload-certs"),
        ("wrong certificate", "kubeadm init phase certs apiserver "),
    ],
)
def test_what_is_to_be_typed_next_can_be_copied_before_all_is_passed(name: str, first: str) -> None:
    """What is copied stands on a line of its own in the checklist, whole."""
    found = of_checklist(checklist(SEEN[name]))
    assert found[0].startswith(first)
    assert len(found) == len(set(found))
    lines = [line.strip() for line in shown(SEEN[name], width=400).splitlines()]
    assert all(one in lines for one in found)


def test_where_only_time_helps_there_is_nothing_to_copy() -> None:
    assert of_checklist(checklist(SEEN["stale"])) == ()
