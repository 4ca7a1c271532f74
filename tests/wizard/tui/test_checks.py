"""The lines of live checks on the screen: when they ask, what they show, and that they hold up nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from tests.live.scripted import Scripted, scripted, serving, silent
from tests.wizard.tui.support.ends import ENDPOINT, MASTER, at_step, play
from tests.wizard.tui.support.pilot import Driven, press, sees, until, words
from tests.wizard.verify.views import NAME
from wizard.questions.answers import Answers, Place
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.widgets.checks_line import ChecksLine, packed

pytestmark = pytest.mark.slow

AT = "192.168.2.151"


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def resolver(servers: ExitStack, *addresses: str) -> Scripted:
    """A resolver that gives these addresses for the name; without any, NXDOMAIN."""
    records = [f"{NAME}. 60 IN A {address}" for address in addresses]
    return servers.enter_context(scripted(serving({(NAME, "A"): records} if records else {})))


def named(master: str = "") -> Answers:
    answers = Answers({ENDPOINT: NAME})
    return answers.put(MASTER, master) if master else answers


def asks(pilot: Driven, answers: Answers) -> bool:
    """Whether other answers make the line ask."""
    line(pilot).ask(answers)
    return line(pilot).asking


def line(pilot: Driven) -> ChecksLine:
    return pilot.app.screen.query_one(ChecksLine)


def test_the_step_says_what_it_asks_and_what_came_back(tmp_path: Path, servers: ExitStack) -> None:
    server = resolver(servers, AT)
    asked = [f"{server.server.address}:{server.server.port}"]

    async def scene() -> None:
        async with at_step("dns", tmp_path, named(master=AT), offline=False, resolvers=asked) as pilot:
            await until(pilot, lambda: line(pilot).asking or line(pilot).results)
            await sees(pilot, f"✓ ok {server.server.label}: {AT} (the initial master)")
            assert not line(pilot).asking

    play(scene())


def test_while_a_server_is_silent_the_step_goes_on(tmp_path: Path, servers: ExitStack) -> None:
    server = servers.enter_context(scripted(silent))
    asked = [f"{server.server.address}:{server.server.port}"]

    async def scene() -> None:
        async with at_step("dns", tmp_path, Answers(), offline=False, resolvers=asked) as pilot:
            assert not line(pilot).display
            await press(pilot, NAME)
            await until(pilot, lambda: server.heard)
            await sees(pilot, "… asking")

    play(scene())


def test_an_answer_that_is_not_asked_about_asks_nobody_again(tmp_path: Path, servers: ExitStack) -> None:
    server = resolver(servers, AT)
    asked = [f"{server.server.address}:{server.server.port}"]

    async def scene() -> None:
        async with at_step("dns", tmp_path, named(master=AT), offline=False, resolvers=asked) as pilot:
            await sees(pilot, "(the initial master)")
            assert asks(pilot, named(master=AT).put(Place("cluster", 0, "name"), "kacang")) is False
            assert asks(pilot, named(master="192.168.2.152")) is True
            await sees(pilot, f"{AT}, not 192.168.2.152")

    play(scene())


def test_offline_is_said_and_nobody_is_asked(tmp_path: Path, servers: ExitStack) -> None:
    server = resolver(servers, AT)
    asked = [f"{server.server.address}:{server.server.port}"]

    async def scene() -> None:
        async with at_step("dns", tmp_path, named(), resolvers=asked) as pilot:
            await sees(pilot, f"name servers about {NAME}: not asked (offline)")
        assert server.heard == []

    play(scene())


def test_a_click_shows_every_check_and_asks_again(tmp_path: Path, servers: ExitStack) -> None:
    several = [resolver(servers, f"192.168.2.{number}") for number in range(151, 157)]
    asked = [f"{server.server.address}:{server.server.port}" for server in several]

    async def scene() -> None:
        async with at_step("dns", tmp_path, named(master=AT), offline=False, resolvers=asked) as pilot:
            await sees(pilot, "more")
            assert line(pilot).size.height <= 2
            heard = len(several[0].heard)
            await pilot.click(ChecksLine)
            await until(pilot, lambda: isinstance(pilot.app.screen, PageDialog))
            await until(pilot, lambda: "disagree" in words(pilot))
            assert all(server.server.label in words(pilot) for server in several)
            await until(pilot, lambda: len(several[0].heard) > heard)
            await pilot.press("escape")

    play(scene())


@given(st.lists(st.text("ab ", min_size=1, max_size=60), max_size=8), st.integers(20, 120))
def test_packed_lines_fit_and_lose_no_word(texts: list[str], width: int) -> None:
    lines = packed([Content(text) for text in texts], width)
    assert all(one.cell_length <= width for one in lines)
    assert "".join("".join(one.plain for one in lines).split()) == "".join("".join(texts).split())
