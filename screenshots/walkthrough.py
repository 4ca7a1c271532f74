"""The article's cluster from the start screen to the cutover, key by key: the pictures of docs/walkthrough.md."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

from screenshots.cutover import INITIAL_MASTER, VIP, AnsweredCutover, everything_serves
from screenshots.picture import SIZE, plain_terminal, taken
from tests.wizard.tui.support.pilot import Driven, press, sees
from wizard.tui.app import Wizard

DIRECTORY = "kacang"


class Scene(NamedTuple):
    """A picture: the keys and texts that lead to it from the one before, and words that are then on the screen."""

    name: str
    keys: tuple[str, ...]
    shows: str


SCENES = (
    Scene("start", (), "Nothing is written until you say so"),
    Scene("dns", ("enter",), "DNS name of the control plane"),
    Scene("dns-typed", ("kube-control.kacangisnuts.com", "enter", "tab", "kacang"), "kube-control.kacangisnuts.com"),
    Scene("initial-master", ("enter", "k8s-master1", "enter", "192.168.2.151"), "192.168.2.151"),
    Scene(
        "control-plane",
        ("enter", "192.168.2.152-153", "enter"),
        "3 k8s-master3 192.168.2.153",
    ),
    Scene("vip-wrong", ("enter", "192.168.2.151/24"), "is the address of k8s-master1 itself"),
    Scene("findings", ("enter", "enter", "f2"), "What is missing, wrong or found"),
    Scene("vip-corrected", ("enter", "end", "ctrl+u", "192.168.2.140/24"), "192.168.2.140 VIP, after the cutover"),
    Scene(
        "load-balancers",
        (
            *("enter", "enter", "haproxy-lb1", "enter", "192.168.2.141", "enter", "ens160"),
            *("enter", "192.168.2.142", "enter"),
        ),
        "haproxy-lb2 192.168.2.142 ens160",
    ),
    Scene("vrrp", ("enter",), "The defaults fit"),
    Scene("vrrp-typed", ("33",), "Virtual router ID 33"),
    Scene("help", ("f1",), "Two clusters with one ID"),
    Scene("preview", ("escape", "f3"), "virtual_router_id 33"),
    Scene("haproxy", ("escape", "enter", "enter"), "TCP passes through"),
    Scene("review", ("enter",), "Continue: write the files"),
    Scene("diff", ("f4",), "what writing would change"),
    Scene("write", ("escape", "f10"), "files would be written"),
    Scene("written", ("enter",), "What to do next"),
)
"""What is done from the start to the written files."""

LOOKS = (
    ("cutover", INITIAL_MASTER, "", "change this record now"),
    ("cutover-waiting", VIP, INITIAL_MASTER, "nothing to do but wait"),
    ("cutover-done", VIP, "", "all passed"),
)
"""Name, where the name leads, what one resolver still remembers, and words on the screen."""


def pictures() -> Iterator[tuple[str, str]]:
    """Name and SVG of each picture, in order."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder), plain_terminal():
        yield from asyncio.run(_all())


async def _all() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    app = Wizard(Path(DIRECTORY), offline=True)
    async with app.run_test(size=SIZE) as pilot:
        async for name, svg in _run(pilot, app):
            found.append((f"{len(found):02}-{name}.svg", svg))
    return found


async def _run(pilot: Driven, app: Wizard) -> AsyncIterator[tuple[str, str]]:
    for scene in SCENES:
        for key in scene.keys:  # one after the other, as people do
            await press(pilot, key)
        await sees(pilot, scene.shows)
        yield scene.name, await taken(pilot, app, "halb-wizard kacang")
    for name, record, remembered, shows in LOOKS:
        app.step = "cutover"
        view = everything_serves(app.session.answers, app.session.outcome.files, record=record, remembered=remembered)
        await app.show(AnsweredCutover(view))
        await sees(pilot, shows)
        await press(pilot, "end")
        yield name, await taken(pilot, app, "halb-wizard kacang")
