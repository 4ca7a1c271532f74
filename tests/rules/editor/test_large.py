"""A large haproxy.cfg: what is said at once of the section that is typed in, and of the whole in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.editor.addresses import uri_of
from rules.editor.judged import EditorOptions
from rules.editor.quick import LARGE, typed
from rules.editor.session import EditorSession
from tests.bench import generate
from tests.examples import times

PATH = "/nowhere/haproxy.cfg"
TEXT = generate.haproxy(2600)


@pytest.fixture
def session() -> EditorSession:
    found = EditorSession(EditorOptions(), ["/nowhere"], "utf-16")
    found.open(uri_of(PATH), TEXT, 1, "haproxy")
    found.news()
    return found


def codes(found: list[object]) -> list[tuple[object, int]]:
    return sorted((d.code, d.range.start.line) for d in found)  # type: ignore[attr-defined]


def test_a_mistake_is_said_at_once_where_it_is_and_stays_when_the_whole_was_judged(session: EditorSession) -> None:
    assert len(TEXT) > LARGE
    lines = TEXT.split("\n")
    number = next(n for n, line in enumerate(lines) if n > 1500 and "balance" in line)
    lines[number] = "    balanse roundrobin"
    lines.insert(10, "    timeout queue 5")
    session.change(uri_of(PATH), "\n".join(lines), 2)
    at_once = session.news_at_once(PATH)
    assert at_once is not None
    assert ("HA029", number + 1) in codes(list(at_once))
    whole = session.news().get(PATH, at_once)
    assert ("HA029", number + 1) in codes(list(whole))


def test_what_was_found_elsewhere_moves_with_the_lines(session: EditorSession) -> None:
    bad = TEXT.replace("    balance", "    balanse", 2)
    session.change(uri_of(PATH), bad, 2)
    first = session.news()[PATH]
    places = [line for code, line in codes(list(first)) if code == "HA029"]
    assert len(places) == 2
    lines = bad.split("\n")
    lines[places[0] + 1 : places[0] + 1] = ["    # one", "    # two", "    nothing here"]
    session.change(uri_of(PATH), "\n".join(lines), 3)
    at_once = session.news_at_once(PATH)
    assert at_once is not None
    assert [line for code, line in codes(list(at_once)) if code == "HA029"] == [
        places[0], places[0] + 3, places[1] + 3,
    ]  # fmt: skip
    session.news()
    assert session.news_at_once(PATH) is None  # nothing has changed since


def test_names_of_other_sections_are_not_missed_at_once(session: EditorSession) -> None:
    changed = TEXT.replace("    default_backend be7\n", "    default_backend be8\n    option tcpka\n")
    assert changed != TEXT
    session.change(uri_of(PATH), changed, 2)
    at_once = session.news_at_once(PATH)
    assert at_once is not None
    assert all(d.code != "HA031" for d in at_once)


@settings(max_examples=times(200))
@given(st.text("ab\n", max_size=30), st.text("ab\n", max_size=30))
def test_the_stretch_that_was_typed_is_all_that_differs(old: str, new: str) -> None:
    change = typed(old, new)
    tail = len(new) - change.end
    assert old[: change.start] == new[: change.start]
    assert old[len(old) - tail :] == new[change.end :]
    assert len(old) - tail >= change.start <= change.end
    assert change.first_line == new.count("\n", 0, change.start)
    assert change.new_last - change.old_last == new.count("\n") - old.count("\n")


def test_a_small_file_is_judged_as_a_whole(tmp_path: Path) -> None:
    session = EditorSession(EditorOptions(), [str(tmp_path)], "utf-16")
    path = str(tmp_path / "haproxy.cfg")
    session.open(uri_of(path), "global\n    maxconn 1\n", 1, "haproxy")
    session.news()
    session.change(uri_of(path), "global\n    maxcon 1\n", 2)
    assert session.news_at_once(path) is None
    assert any(d.code == "HA029" for d in session.news()[path])
