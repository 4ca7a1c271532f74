"""Outline, folding, highlighting and indentation; and that none of it fails on any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol.types import Position, PositionEncodingKind

from parsers.edits import apply_edits
from rules.editor.layout.indentation import LayoutError, indented
from rules.editor.layout.outline import folds, symbols
from rules.editor.layout.tokens import LEGEND, semantic_tokens
from rules.editor.names.index import names_of
from rules.editor.positions import TextPlaces
from rules.editor.views import FileView
from rules.editor.words.completion import completion_at
from rules.editor.words.hover import hover_at
from rules.editor.words.places import targets
from tests.examples import times
from tests.rules.editor.asking import Files

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
ENCODINGS = [PositionEncodingKind.Utf8, PositionEncodingKind.Utf16, PositionEncodingKind.Utf32]


def viewed(name: str, text: str) -> FileView | None:
    files = Files(Path("/nowhere"))
    files.workspace.open(f"/nowhere/{name}", text, "haproxy" if name.endswith("cfg") else "keepalived")
    scope = files.scope(name)
    return files.view(name) if scope.has(f"/nowhere/{name}") else None


def formatted(name: str, text: str, unit: str = "    ") -> str:
    view = viewed(name, text)
    assert view is not None
    return apply_edits(view.source, indented(view, unit))


KEEPALIVED = """\
! the pair
  global_defs {
 router_id lb1
}

# the check
vrrp_instance api {
state BACKUP   # not MASTER
\tpriority 100
        # peers
  unicast_peer {
    192.0.2.2
192.0.2.3
  # no more
      }
@lb1 virtual_router_id 51
  virtual_ipaddress { 192.0.2.10/24 }
   }
"""
INDENTED = """\
! the pair
global_defs {
    router_id lb1
}

# the check
vrrp_instance api {
    state BACKUP   # not MASTER
    priority 100
    # peers
    unicast_peer {
        192.0.2.2
        192.0.2.3
        # no more
    }
    @lb1 virtual_router_id 51
    virtual_ipaddress { 192.0.2.10/24 }
}
"""


def test_blocks_are_indented_by_their_depth_and_nothing_else_changes() -> None:
    assert formatted("keepalived.conf", KEEPALIVED) == INDENTED
    assert formatted("keepalived.conf", INDENTED) == INDENTED
    assert formatted("keepalived.conf", KEEPALIVED, "\t") == INDENTED.replace("    ", "\t")


def test_sections_are_indented_and_headers_are_not() -> None:
    text = "  global\nmaxconn 10\n\n# the api\nfrontend api\n# where\n        bind :1\n\tdefault_backend b\nbackend b\n"
    lines = ["global", "    maxconn 10", "", "# the api", "frontend api", "    # where", "    bind :1"]
    assert formatted("haproxy.cfg", text).split("\n") == [*lines, "    default_backend b", "backend b", ""]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("keepalived.conf", "vrrp_instance a {\n state MASTER\n", "line 1: "),
        ("keepalived.conf", "vrrp_instance a {\n state MASTER\n}\n}\n", "line 4: "),
        ("haproxy.cfg", "frontend a\nbind {{ address }}:1\n", "template"),
    ],
)
def test_a_file_that_is_not_understood_is_left_alone_and_it_says_why(name: str, text: str, why: str) -> None:
    with pytest.raises(LayoutError, match=why):
        formatted(name, text)


def test_the_outline_has_sections_and_blocks_with_what_is_in_them() -> None:
    view = viewed(
        "haproxy.cfg",
        "global\n  maxconn 1\nfrontend api\n  bind :1\n  acl a src 1.1.1.1\nbackend b\n  server s 1.1.1.1\n",
    )
    assert view is not None
    found = [(s.name, [c.name for c in s.children or ()]) for s in symbols(view, "utf-16")]
    assert found == [("global", []), ("api", [":1", "a"]), ("b", ["s"])]
    view = viewed("keepalived.conf", INDENTED)
    assert view is not None
    found = [(s.name, [c.name for c in s.children or ()]) for s in symbols(view, "utf-16")]
    assert found == [("global_defs", []), ("api", ["unicast_peer", "virtual_ipaddress"])]
    for symbol in symbols(view, "utf-16"):
        assert symbol.range.start.line <= symbol.selection_range.start.line <= symbol.range.end.line
    assert {(fold.start_line, fold.end_line) for fold in folds(view)} >= {(1, 3), (6, 17), (10, 14)}


def test_tokens_are_in_order_and_within_their_lines() -> None:
    for name, text in (
        ("keepalived.conf", INDENTED),
        ("haproxy.cfg", "# c\ndefaults\n  mode http # c\n  timeout client 1m\n"),
    ):
        view = viewed(name, text)
        assert view is not None
        data = semantic_tokens(view, "utf-16")
        line = column = 0
        lines = text.split("\n")
        words = []
        for delta, start, length, kind, _ in zip(*[iter(data)] * 5, strict=True):
            line, column = line + delta, start + (column if not delta else 0)
            assert column + length <= len(lines[line])
            words.append((lines[line][column : column + length], LEGEND.token_types[kind]))
        if name == "haproxy.cfg":
            assert words == [
                ("# c", "comment"), ("defaults", "type"), ("mode", "keyword"), ("http", "property"), ("# c", "comment"),
                ("timeout", "keyword"), ("client", "property"), ("1m", "number"),
            ]  # fmt: skip
        else:
            assert ("state", "keyword") in words
            assert ("BACKUP", "enumMember") in words
            assert ("! the pair", "comment") in words


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(0, 70), st.sampled_from(ENCODINGS))
def test_a_place_and_its_offset_are_the_same(text: str, offset: int, encoding: str) -> None:
    places = TextPlaces(text, encoding)
    offset = min(offset, len(text))
    if text[max(offset - 1, 0) : offset + 1] != "\r\n":  # no place is within a line's end
        assert places.offset(places.place(offset)) == offset


@given(st.text(max_size=40), st.integers(0, 50), st.integers(0, 50), st.sampled_from(ENCODINGS))
def test_no_place_is_outside_of_the_text(text: str, line: int, column: int, encoding: str) -> None:
    assert 0 <= TextPlaces(text, encoding).offset(Position(line, column)) <= len(text)


_STATEMENTS = (
    "server s 1.1.1.1:1 check track b/s|acl a src 1|use_backend b if a|timeout client|option|default_backend|%[src]|if",
    "vrrp_instance i|vrrp_script s|track_script|$X=1|${X}|@a|include x|auth_pass|~SEQ(i,1,3)|{|}|!|é😀",
    "global|defaults|frontend f|backend b| |#|\"|'|\\",
)
_LINE_ENDS = ("\n", "\n  ", "\t", "\r\n", "\x00")
WORDS = st.sampled_from([*_LINE_ENDS, *(word for part in _STATEMENTS for word in part.split("|"))])


@settings(max_examples=times(400))
@given(st.lists(WORDS, max_size=25).map(" ".join), st.sampled_from(["haproxy.cfg", "keepalived.conf"]), st.data())
def test_nothing_fails_on_any_text_at_any_place(text: str, name: str, data: st.DataObject) -> None:
    view = viewed(name, text)
    if view is None:
        return
    offset = data.draw(st.integers(0, len(text)))
    hover_at(view, offset)
    completion_at(view, offset)
    targets(view, offset)
    names_of(view.run).at(view.path, offset)
    symbols(view, "utf-16")
    folds(view)
    assert len(semantic_tokens(view, "utf-16")) % 5 == 0
    try:
        edits = indented(view, "  ")
    except LayoutError:
        return
    after = apply_edits(view.source, edits)
    assert [line.lstrip(" \t") for line in after.split("\n")] == [line.lstrip(" \t") for line in text.split("\n")]


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*.c*f*")), ids=lambda path: path.name)
def test_real_shapes_can_be_asked_about_everywhere_and_keep_their_meaning(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    name = "haproxy.cfg" if path.suffix == ".cfg" else "keepalived.conf"
    view = viewed(name, text)
    assert view is not None
    shown = 0
    for offset in range(0, len(text), 7):
        shown += hover_at(view, offset) is not None
        completion_at(view, offset)
    assert shown or len(text) < 40
    try:
        once = apply_edits(view.source, indented(view, "    "))
    except LayoutError:
        return
    try:
        assert formatted(name, once) == once
    except LayoutError as error:
        raise AssertionError("what was formatted can't be formatted again") from error
