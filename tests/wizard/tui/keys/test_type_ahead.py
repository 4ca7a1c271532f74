"""Typing faster than the screen: whatever is typed and pasted gives the answers that typing it slowly gives."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from textual import events

from tests.examples import times
from tests.wizard.tui.support.pilot import ARTICLE, Driven, at_step, drive, focused, is_named, send_at_once, until
from tests.wizard.tui.support.terminal import Terminal
from wizard.questions.answers import Answers, Place
from wizard.tui.app import Wizard

pytestmark = pytest.mark.slow

PASTED = "\N{CLIPBOARD}"
"""Begins what is pasted, not typed."""
KEYS = ["enter", "enter", "ctrl+n", "tab", "shift+tab", "up", "down", "backspace", "f8", "ctrl+z"]
TEXTS = ["lb9", "10.0.0.1", "10.0.0.1-3", "eth0", "192.168.2.140/24", "é "]
PASTES = [
    "10.0.0.4",
    "10.0.0.5\n10.0.0.6",
    "10.0.0.7 lb7 # one\n10.0.0.8 lb8",
    "k8s=10.1.0.1, 10.1.0.2",
    "\n",
    "a!b\nc d",
]
tokens = st.one_of(
    st.sampled_from(KEYS).map(lambda key: (key,)),
    st.sampled_from(TEXTS).map(lambda text: (text,)),
    st.sampled_from(PASTES).map(lambda text: (PASTED + text,)),
    st.sampled_from([("ctrl+n", "escape"), ("f1", "escape"), ("f9", "escape"), ("ctrl+n", "ctrl+n", "escape")]),
)
typed = st.lists(tokens, min_size=2, max_size=10).map(lambda parts: [token for part in parts for token in part])

State = tuple[Answers, str, Place | None]


def send(app: Wizard, token: str) -> None:
    if token.startswith(PASTED):
        app.post_message(events.Paste(token.removeprefix(PASTED)))
    else:
        send_at_once(app, token)


async def all_has_its_effect(pilot: Driven, app: Wizard) -> None:
    taken = asyncio.Event()
    app.call_later(taken.set)
    await taken.wait()
    await until(pilot, lambda: not (app._typed or app._handing_on))
    await pilot.pause()


def outcome(keys: Sequence[str], *, slowly: bool) -> State:
    found: list[State] = []

    async def script(pilot: Driven, app: Wizard) -> None:
        app.go("load-balancers")
        await at_step(pilot, "load-balancers")
        await all_has_its_effect(pilot, app)
        for key in keys:
            send(app, key)
            if slowly:
                await all_has_its_effect(pilot, app)
        await all_has_its_effect(pilot, app)
        found.append((app.session.answers, app.step, focused(app)))

    with tempfile.TemporaryDirectory() as folder:
        drive(Path(folder), script, answers=dict(list(ARTICLE.items())[:-1]))
    return found[0]


@settings(max_examples=times(4))
@example([PASTED + "lb9", "ctrl+n", "77"])
@example(["down", "down", PASTED + "10.0.0.5\n10.0.0.6", "ctrl+n", "77", "ctrl+z", "f8"])
@given(typed)
def test_typed_and_pasted_at_once_is_like_typed_slowly(keys: list[str]) -> None:
    assert outcome(keys, slowly=False) == outcome(keys, slowly=True)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "home").mkdir()
    made = Terminal(tmp_path)
    yield made
    made.end()


def keys_of(*tokens: str) -> bytes:
    """The bytes that a terminal sends for them, pastes in brackets."""
    sent = {"enter": "\r", "ctrl+n": "\x0e", "down": "\x1b[B", "tab": "\t"}
    found = ""
    for token in tokens:
        if token.startswith(PASTED):
            found += f"\x1b[200~{token.removeprefix(PASTED)}\x1b[201~"
        else:
            found += sent[token] if is_named(token) else token
    return found.encode()


@pytest.mark.daemon("tmux")
def test_a_terminal_that_is_ahead_leaves_each_value_in_its_field(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("New", "Nothing is written until you say so")
    terminal.send(
        keys_of(
            *("enter", f"{PASTED}kube.example.com", "ctrl+n", f"{PASTED}k8s-master1", "down", "tab", "192.168.2.151"),
            *("ctrl+n", f"{PASTED}192.168.2.152 k8s-master2 # two\n192.168.2.153 k8s-master3\n", "ctrl+n"),
            *("192.168.2.140/24", "ctrl+n", f"{PASTED}lb1=192.168.2.141\nlb2=192.168.2.142", "ens160", "ctrl+n"),
        )
    )
    terminal.wait_for("─ VRRP", "✓ 2 nodes")
    terminal.send(keys_of("ctrl+n", "ctrl+n"))
    terminal.wait_for("Continue: write the files")
    terminal.press("ctrl+q")
    terminal.wait_for("ended with 0")
    (draft,) = (tmp_path / "home").rglob("*.toml")
    text = draft.read_text()
    for value in ("kube.example.com", "k8s-master1", "192.168.2.151", "k8s-master3", "lb2", "192.168.2.140/24"):
        assert f'"{value}"' in text
    assert text.count('interface = "ens160"') == 2
