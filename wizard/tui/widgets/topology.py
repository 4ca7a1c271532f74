"""The cluster as a picture that grows with the answers: the name, where it points, and what serves there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rules.report import printable
from wizard.questions.answers import Answers, Place
from wizard.questions.known.derived import endpoint_of, port_of

WIDTH = 78  # columns: what the design size leaves between the edges


class DrawnMachine(NamedTuple):
    """What is known of a machine; "" for what is not known."""

    name: str
    address: str
    interface: str = ""


def draw(answers: Answers, width: int = WIDTH) -> list[str]:
    """The picture's lines, none wider than `width`; [] while there is nothing to draw."""
    masters, balancers = _machines(answers, "control_plane"), _machines(answers, "lb")
    name, vip = _text(answers, "cluster", 0, "endpoint"), _text(answers, "vip", 0, "address")
    if not (name or vip or masters or balancers):
        return []
    lines = [printable(endpoint_of(answers)) or f"(no name yet):{port_of(answers) or '?'}"]
    if masters:
        lines.append(f"{'├' if vip or balancers else '└'}─▶ {_described(masters[0])}  initial master, for now")
    if vip or balancers:
        second = _text(answers, "vip", 0, "address6").partition("/")[0]
        address = " ".join(filter(None, (vip.partition("/")[0], second))) or "(no address yet)"
        lines.append(f"└╌▶ {address}  VIP, after the cutover")
        lines += [f"     {line}" for line in _balancers(balancers)]
        if masters:
            lines += _masters(masters, vip, width)
    return [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]


def _balancers(balancers: list[DrawnMachine]) -> Iterator[str]:
    for number, machine in enumerate(balancers, 1):
        yield f"{'└' if number == len(balancers) else '├'}─ {_described(machine)}"


def _masters(masters: list[DrawnMachine], vip: str, width: int) -> Iterator[str]:
    """All control-plane nodes side by side, in as many lines as they need."""
    head, line = " " * 10 + "└─▶ ", ""
    for machine in masters:
        item = " ".join(filter(None, (machine.name, _short(machine.address, vip))))
        if line and len(head) + len(line) + 3 + len(item) > width:
            yield head + line
            head, line = " " * len(head), ""
        line = f"{line} · {item}" if line else item
    yield head + line


def _short(address: str, vip: str) -> str:
    """An IPv4 address as its last number, where the ones before are the VIP's."""
    network, dot, last = address.rpartition(".")
    return f".{last}" if dot and vip.partition("/")[0].rpartition(".")[0] == network else address


def _machines(answers: Answers, table: str) -> list[DrawnMachine]:
    found = [
        DrawnMachine(*(_text(answers, table, number, key) for key in ("name", "address", "interface")))
        for number in range(answers.count(table))
    ]
    return [machine for machine in found if any(machine)]


def _described(machine: DrawnMachine) -> str:
    return "  ".join(filter(None, (machine.name or "?", machine.address, machine.interface)))


def _text(answers: Answers, table: str, number: int, key: str) -> str:
    return printable(answers[Place(table, number, key)])


class Topology(VerticalScroll, can_focus=False):
    """The picture; it scrolls if it does not fit."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self._answers = answers
        self._picture = Static(markup=False)

    def compose(self) -> ComposeResult:
        """The picture."""
        yield self._picture

    def on_resize(self) -> None:
        """Draw for the new width."""
        self.show(self._answers)

    def show(self, answers: Answers) -> None:
        """Draw these answers."""
        self._answers = answers
        lines = draw(answers, max(min(WIDTH, self.size.width), 20))
        self._picture.update(Content("\n".join(lines)))
        self.set_class(not lines, "-empty")
