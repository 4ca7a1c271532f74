"""The cluster as a picture that grows with the answers: the name, where it points, and what serves there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rules.plan import Phase
from rules.report import printable
from wizard.probes.seen import SeenCluster
from wizard.questions.answers import Answers, Place
from wizard.questions.overview import Known

WIDTH = 78  # columns: what the design size leaves between the edges
_NAME, _VIP, _LINE, _NOTE = "bold $text-primary", "bold $text-accent", "$text-muted", "$text-muted"
_UP, _DOWN = ("✓ ", "$text-success"), ("✗ ", "$text-error")
_ENDPOINT, _PORT, _PHASE = (Place("cluster", 0, key) for key in ("endpoint", "port", "phase"))


class DrawnMachine(NamedTuple):
    """What is known of a machine; "" for what is not known."""

    name: str
    address: str
    interface: str = ""


class _Facts(NamedTuple):
    """What is drawn: only right answers, and what follows from them."""

    endpoint: str
    vips: tuple[str, ...]
    masters: tuple[DrawnMachine, ...]
    balancers: tuple[DrawnMachine, ...]
    phase: str


def draw(answers: Answers, width: int = WIDTH, seen: SeenCluster | None = None) -> list[Content]:
    """The picture's lines, none wider than `width`; [] while there is nothing to draw.

    A wrong answer, by itself or beside others, is drawn as one that is not there. With what was `seen` on the network,
    machines are marked.
    """
    if not any(answers):
        return []
    facts = _facts(answers)
    if not (facts.endpoint or facts.vips or facts.masters or facts.balancers):
        return []
    return [line.truncate(width, ellipsis=True) for line in _lines(facts, width, seen or SeenCluster())]


def _facts(answers: Answers) -> _Facts:
    known = Known(answers)
    vips = (known[Place("vip", 0, key)].partition("/")[0] for key in ("address", "address6"))
    return _Facts(
        endpoint=printable(f"{known[_ENDPOINT]}:{known[_PORT] or '?'}") if known[_ENDPOINT] else "",
        vips=tuple(filter(None, vips)),
        masters=_machines(answers, known, "control_plane"),
        balancers=tuple(filter(any, _machines(answers, known, "lb"))),
        phase=known[_PHASE],
    )


def _lines(facts: _Facts, width: int, seen: SeenCluster) -> Iterator[Content]:
    yield Content.assemble((facts.endpoint or "(no name yet)", _NAME))
    moved = (seen.phase or facts.phase) == Phase.CUTOVER
    # Before the load balancers are known, the other control-plane nodes stand below the first one.
    serving = bool(facts.vips or facts.balancers)
    is_open = not (seen.phase or facts.phase)
    if facts.masters and not moved:
        note = "initial master, where the name leads now" if seen.phase else "initial master, for now"
        note = "initial master, if bootstrap" if is_open else note
        arrow = f"{'├' if serving or len(facts.masters) > 1 else '└'}{'╌' if is_open else '─'}▶ "
        yield Content.assemble((arrow, _LINE), _described(facts.masters[0], seen), (f"  {note}", _NOTE))
    if serving:
        yield _vip_line(facts, moved, seen)
        for number, machine in enumerate(facts.balancers, 1):
            branch = f"     {'└' if number == len(facts.balancers) else '├'}─ "
            yield Content.assemble((branch, _LINE), _described(machine, seen))
    if facts.masters and (serving or len(facts.masters) > 1):
        head = " " * 10 + "└─▶ " if serving else "└╌╌ "
        shown = facts.masters if serving else facts.masters[1:]
        yield from _masters(shown, facts.vips or (facts.masters[0].address,), head, width, seen)


def _vip_line(facts: _Facts, moved: bool, seen: SeenCluster) -> Content:
    address = " ".join(facts.vips) or "(no address yet)"
    is_open = not (seen.phase or facts.phase)
    note = "VIP" if moved else "VIP, if cutover" if is_open else "VIP, after the cutover"
    if seen.holder:
        note += f", on {seen.holder}"
    mark = next((_mark(vip, seen) for vip in facts.vips if vip in seen.answering), Content(""))
    return Content.assemble(("└─▶ " if moved else "└╌▶ ", _LINE), mark, (address, _VIP), (f"  {note}", _NOTE))


def _masters(
    masters: Sequence[DrawnMachine], beside: Sequence[str], head: str, width: int, seen: SeenCluster
) -> Iterator[Content]:
    """All control-plane nodes side by side, in as many lines as they need."""
    line = Content("")
    for machine in masters:
        words = " ".join(filter(None, (machine.name, _short(machine.address, beside)))) or "?"
        item = Content.assemble(_mark(machine.address, seen), words)
        if line and len(head) + line.cell_length + 3 + item.cell_length > width:
            yield Content.assemble((head, _LINE), line)
            head, line = " " * len(head), Content("")
        line = Content.assemble(line, (" · ", _LINE), item) if line else item
    yield Content.assemble((head, _LINE), line)


def _short(address: str, beside: Sequence[str]) -> str:
    """An IPv4 address as its last number, where the ones before are those of an address nearby."""
    network, dot, last = address.rpartition(".")
    near = any(dot and other.rpartition(".")[0] == network for other in beside)
    return f".{last}" if near else address


def _machines(answers: Answers, known: Known, table: str) -> tuple[DrawnMachine, ...]:
    """The machines of a list; the first one also if nothing is known of it, so that no other one stands for it."""
    keys = ("name", "address", "interface") if table == "lb" else ("name", "address")
    found = [
        DrawnMachine(*(known[Place(table, number, key)] for key in keys)) for number in range(answers.count(table))
    ]
    return tuple(
        machine for number, machine in enumerate(found) if any(machine) or (not number and any(map(any, found)))
    )


def _described(machine: DrawnMachine, seen: SeenCluster) -> Content:
    words = "  ".join(filter(None, (machine.name or "?", machine.address, machine.interface)))
    return Content.assemble(_mark(machine.address, seen), words)


def _mark(address: str, seen: SeenCluster) -> Content:
    """Whether an API server answers at an address; nothing where that was not asked."""
    found = seen.answering.get(address)
    return Content("") if found is None else Content.assemble(_UP if found else _DOWN)


class Topology(VerticalScroll, can_focus=False):
    """The picture; it scrolls if it does not fit."""

    def __init__(self, answers: Answers, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._answers = answers
        self._seen: SeenCluster | None = None
        self._picture = Static(markup=False)

    def compose(self) -> ComposeResult:
        """The picture."""
        yield self._picture

    def on_resize(self) -> None:
        """Draw for the new width."""
        self.show(self._answers, self._seen)

    def show(self, answers: Answers, seen: SeenCluster | None = None) -> None:
        """Draw these answers, and what was seen of them on the network."""
        self._answers, self._seen = answers, seen
        lines = draw(answers, max(min(WIDTH, self.size.width), 20), seen)
        self._picture.update(Content("\n").join(lines))
        self.set_class(not lines, "-empty")
