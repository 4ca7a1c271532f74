"""Steps of a fix as changes to a text: everything else stays as it was, to the byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import parse_haproxy, parse_keepalived
from parsers.source import Source, Span
from rules.engine.finding import Fix
from rules.fixes.edits import changed, changes_of
from rules.fixes.edits import shown as shown_changes

HAPROXY = "backend b  # the API\n    mode tcp # as it is\n\tserver a 192.0.2.1:6443 check\n"


def made(text: str, fix: Fix) -> str:
    """The text after a fix."""
    return changed({"f": text}, changes_of(fix)).get("f", text)


def place(text: str, words: str) -> tuple[Source, int, int]:
    start = text.index(words)
    return Source("f", text), start, start + len(words)


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("server a 192.0.2.1:6443 check", "backend b  # the API\n    mode tcp # as it is\n"),
        ("mode tcp", "backend b  # the API\n    # as it is\n\tserver a 192.0.2.1:6443 check\n"),
    ],
)
def test_a_line_is_removed_and_its_comment_stays(words: str, after: str) -> None:
    source, start, end = place(HAPROXY, words)
    assert made(HAPROXY, Fix.remove(source.span(start, end))) == after


@pytest.mark.parametrize(
    ("text", "words", "after"),
    [
        ("a 1 # halb: ignore[HA001]\nb\n", "a 1", "b\n"),
        ("a 1\r\nb\r\n", "a 1", "b\r\n"),
        ("x\na 1", "a 1", "x\n"),
        ("script s { interval 2 fall 3 }\n", "interval 2 ", "script s { fall 3 }\n"),
        ("peer {\n  192.0.2.1\n  192.0.2.2 ! old\n}\n", "192.0.2.2", "peer {\n  192.0.2.1\n  ! old\n}\n"),
    ],
)
def test_what_is_removed_takes_no_neighbour_with_it(text: str, words: str, after: str) -> None:
    source, start, end = place(text, words)
    assert made(text, Fix.remove(source.span(start, end))) == after


@pytest.mark.parametrize(
    ("way", "text", "words", "added", "after"),
    [
        ("inside", HAPROXY, "backend b", "option httpchk", HAPROXY.replace("    mode", "    option httpchk\n    mode")),
        ("inside", "backend b", "backend b", "mode tcp", "backend b\n    mode tcp"),
        ("inside", "b {\r\n  x\r\n}\r\n", "b", "y", "b {\r\n  y\r\n  x\r\n}\r\n"),
        ("inside", "b { x }\n", "b", "y", "b { x }\n"),
        ("below", HAPROXY, "server a", "server c\nserver d", f"{HAPROXY[:-1]}\n\tserver c\n\tserver d\n"),
        ("above", HAPROXY, "mode tcp", "balance first", HAPROXY.replace("    mode", "    balance first\n    mode")),
        ("append", HAPROXY, "192.0.2.1:6443 check", "inter 2s", HAPROXY.replace("check", "check inter 2s")),
    ],
)
def test_lines_are_put_where_they_belong(way: str, text: str, words: str, added: str, after: str) -> None:
    source, start, end = place(text, words)
    assert made(text, Fix.add(way, source.span(start, end), added)) == after


def test_several_steps_are_made_together_and_equal_ones_once() -> None:
    source, start, end = place(HAPROXY, "tcp")
    fix = Fix.write(source.span(start, end), "http").also(
        Fix.write(source.span(start, end), "http"), Fix.add("below", source.span(start, end), "option httplog")
    )
    assert made(HAPROXY, fix) == HAPROXY.replace("mode tcp # as it is", "mode http # as it is\n    option httplog")
    assert [entry["start"] for entry in shown_changes(changes_of(fix), {"f": source})] == [[2, 10], [2, 24]]


_WORDS = st.text(st.sampled_from("ab \t#!{}\r\n\\\"'"), max_size=60)


@given(_WORDS, st.data())
def test_the_text_outside_of_the_statement_is_kept(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = Source("f", text).span(start, end)
    for fix in (Fix.remove(span), *(Fix.add(way, span, "new") for way in ("above", "below", "inside", "append"))):
        for change in changes_of(fix):
            gone = text[change.start : change.end].replace(text[start:end], "", 1)
            assert change.text.replace("new", "").strip() == ""
            # Only blanks, the line's end and an ignore comment go with a statement.
            assert fix.steps[0][0] != "remove" or not gone.strip()


@given(_WORDS)
def test_statements_of_any_file_can_be_removed_one_by_one(text: str) -> None:
    for document in (parse_haproxy(text, "f"), parse_keepalived(text, "f")):
        assert str(document) == text


@pytest.mark.parametrize(
    "line", ['http-request set-header Authorization "Basic Wm9ycm86a2F0YW5h"', "stats auth ops:Zebra-Cowboy-77"]
)
def test_a_line_with_a_secret_is_not_moved(line: str) -> None:
    text = f"frontend f\n    use_backend b\n    {line}\n"
    source, start, end = place(text, line)
    above = source.span(*place(text, "use_backend b")[1:])
    assert changes_of(Fix.move(source.span(start, end), above)) == ()


def test_words_are_cut_out_of_a_line_with_the_blanks_before_them() -> None:
    source, start, end = place(HAPROXY, "check")
    assert made(HAPROXY, Fix.cut(source.span(start, end))) == HAPROXY.replace(" check", "")
    source, start, end = place(HAPROXY, "mode")
    assert made(HAPROXY, Fix.cut(source.span(start, end))) == HAPROXY.replace("mode tcp", "tcp")


@pytest.mark.parametrize(
    ("advice", "words", "becomes"),
    [
        ("did you mean 'chec'?", "check", "chec"),
        ("write '192.0.2.2:6443'", "192.0.2.1:6443", "192.0.2.2:6443"),
        ("write 'http' instead of 'tcp'", "tcp", "http"),
        ("write 'http' instead of 'udp'", "tcp", None),
        ("write 'ADDRESS:PORT'", "192.0.2.1:6443", None),
        ("write 'mode http', where haproxy can read the traffic", "tcp", None),
        ("remove it, or set 'haproxy-version' to 3.2", "check", None),
        ("write '5s', or '5ms' if that is intended", "check", None),
    ],
)
def test_only_what_a_help_leaves_open_to_nobody_is_done(advice: str, words: str, becomes: str | None) -> None:
    source, start, end = place(HAPROXY, words)
    fix = Fix.told(source.span(start, end), advice)
    assert (None if fix is None else made(HAPROXY, fix)) == (
        None if becomes is None else HAPROXY.replace(words, becomes)
    )


KEEPALIVED = "$N=5\n@lb1 priority 90\n~SEQ(A, 1, 2) priority $A\na { b 1 }\nc $N {{ d }}\n"


@pytest.mark.parametrize(
    ("fix", "words"),
    [
        (Fix.remove, "priority 90"),
        (Fix.remove, "priority $A"),
        (Fix.remove, "c $N"),
        (lambda span: Fix.write(span, "7"), "$N {{"),
        (lambda span: Fix.write(span, "7"), "{{ d }}"),
        (lambda span: Fix.write(span, "7"), "priority $A"),
        (lambda span: Fix.add("below", span, "x"), "b 1"),
        (lambda span: Fix.add("above", span, "x"), "b 1"),
        (lambda span: Fix.add("inside", span, "x"), "a"),
    ],
)
def test_nothing_is_changed_where_a_place_stands_for_something_else(fix: Callable[[Span], Fix], words: str) -> None:
    source, start, end = place(KEEPALIVED, words)
    assert changes_of(fix(source.span(start, end))) == ()


def test_the_value_of_one_node_can_be_written_in_its_line() -> None:
    source, start, end = place(KEEPALIVED, "90")
    assert "@lb1 priority 95\n" in made(KEEPALIVED, Fix.write(source.span(start, end), "95"))
