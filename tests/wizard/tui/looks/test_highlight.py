"""What the words of a file are: held against the files of the golden plan and against arbitrary texts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.haproxy import parse_haproxy
from parsers.keepalived import parse_keepalived
from wizard.tui.highlight import Mark, WordKind, highlight

GOLDEN = Path(__file__).parents[2] / "render" / "golden"
FILES = sorted(path for path in GOLDEN.rglob("*") if path.is_file())
HAPROXY, KEEPALIVED = sorted(GOLDEN.rglob("haproxy.cfg")), sorted(GOLDEN.rglob("keepalived.conf"))

PIECES = """
    global defaults backend frontend option timeout server no sever httplog 10s 10.0.0.1:6443 "a b" 'c $x ${HOME}
    vrrp_instance virtual_ipaddress { } # ! #x state BACKUP include $A=1 ${A} @lb1 ~SEQ(i,1,3) .if .endif [x] \\ \\#
    auth_pass fd00::1/64 name: key = [table] -
"""
WORDS = st.sampled_from(PIECES.split())
TEXTS = st.lists(st.lists(WORDS | st.text(max_size=5), max_size=6).map(" ".join), max_size=12).map("\n".join)


def marked(path: str, text: str) -> list[tuple[str, WordKind]]:
    return [(text[start:end], kind) for start, end, kind in highlight(path, text)]


def check_order(text: str, marks: list[Mark]) -> None:
    at = 0
    for start, end, _ in marks:
        assert at <= start < end <= len(text)
        at = end


PATHS = ["haproxy.cfg", "keepalived.conf", "x.sh", "x.yaml", "halb.toml", "R.md"]
for each in PATHS:
    highlight(each, "")  # tables and lexers are loaded once, which no example is to pay for


@given(st.sampled_from(PATHS), TEXTS | st.text())
def test_marks_are_in_order_apart_and_within_the_text(path: str, text: str) -> None:
    check_order(text, highlight(path, text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(GOLDEN).as_posix())
def test_in_files_that_halb_writes_every_comment_is_found_and_nothing_is_unknown(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    marks = highlight(str(path), text)
    check_order(text, marks)
    assert not [text[mark.start : mark.end] for mark in marks if mark.kind is WordKind.UNKNOWN]
    if path.suffix != ".md":  # where the sign begins a heading
        lines = [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]
        assert set(lines) <= {text[start:end] for start, end, kind in marks if kind is WordKind.COMMENT}


@pytest.mark.parametrize("path", HAPROXY, ids=lambda path: path.relative_to(GOLDEN).as_posix())
def test_every_keyword_of_a_haproxy_cfg_is_found(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    kinds = {mark.start: mark.kind for mark in highlight(str(path), text)}
    sections = parse_haproxy(text).sections
    assert [kinds[section.span.start] for section in sections] == [WordKind.SECTION] * len(sections)
    for section in sections:
        for line in section.directives:
            assert kinds[line.start + len(line.line_text) - len(line.line_text.lstrip())] is WordKind.KEYWORD


@pytest.mark.parametrize("path", KEEPALIVED, ids=lambda path: path.relative_to(GOLDEN).as_posix())
def test_every_line_of_a_keepalived_conf_begins_with_a_word_that_is_found(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    kinds = {mark.start: mark.kind for mark in highlight(str(path), text)}
    document = parse_keepalived(text)
    entries = {WordKind.VALUE, WordKind.NUMBER}
    for line in document.walk():
        found = kinds[line.span.start]
        if line.parent is None:
            assert found is WordKind.SECTION
        elif line.is_block or line.parent.parent is None:
            assert found is WordKind.KEYWORD
        else:
            assert found in {WordKind.KEYWORD, *entries}


def test_the_words_of_a_haproxy_cfg() -> None:
    text = 'backend a # b\n  no option httpclose\n  timeout conect 5s\n  server m1 [fd00::1]:6443 id "7 8"\n  sever x\n'
    assert marked("haproxy.cfg", text) == [
        ("backend", WordKind.SECTION),
        ("a", WordKind.VALUE),
        ("# b", WordKind.COMMENT),
        ("no", WordKind.KEYWORD),
        ("option", WordKind.KEYWORD),
        ("httpclose", WordKind.KEYWORD),
        ("timeout", WordKind.KEYWORD),
        ("conect", WordKind.UNKNOWN),
        ("5s", WordKind.NUMBER),
        ("server", WordKind.KEYWORD),
        ("m1", WordKind.VALUE),
        ("[fd00::1]:6443", WordKind.NUMBER),
        ("id", WordKind.VALUE),
        ('"7 8"', WordKind.STRING),
        ("sever", WordKind.UNKNOWN),
        ("x", WordKind.VALUE),
    ]


def test_the_words_of_a_keepalived_conf() -> None:
    text = (
        '! all\nvrrp_instance VI_1 {\n  state MASTER#x\n  vrid 51\n  notify "/bin/a # b"\n'
        "  virtual_ipaddress {\n    fd00::1/64 dev eth0\n  }\n}\n"
    )
    assert marked("keepalived.conf", text) == [
        ("! all", WordKind.COMMENT),
        ("vrrp_instance", WordKind.SECTION),
        ("VI_1", WordKind.VALUE),
        ("state", WordKind.KEYWORD),
        ("MASTER", WordKind.VALUE),
        ("#x", WordKind.COMMENT),
        ("vrid", WordKind.UNKNOWN),
        ("51", WordKind.NUMBER),
        ("notify", WordKind.KEYWORD),
        ('"/bin/a # b"', WordKind.STRING),
        ("virtual_ipaddress", WordKind.KEYWORD),
        ("fd00::1/64", WordKind.NUMBER),
        ("dev", WordKind.VALUE),
        ("eth0", WordKind.VALUE),
    ]


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        (
            "check-haproxy",
            "#!/bin/sh\nexit 0 # well\n",
            [
                ("#!/bin/sh", WordKind.COMMENT),
                ("exit", WordKind.KEYWORD),
                ("0", WordKind.NUMBER),
                ("# well", WordKind.COMMENT),
            ],
        ),
        (
            "a.yaml",
            'kind: "x"\n- name: y # z\n',
            [
                ("kind", WordKind.KEYWORD),
                ('"x"', WordKind.STRING),
                ("name", WordKind.KEYWORD),
                ("# z", WordKind.COMMENT),
            ],
        ),
        ("halb.toml", "[vip]\na = 1\n", [("[vip]", WordKind.KEYWORD), ("a", WordKind.KEYWORD), ("1", WordKind.NUMBER)]),
        ("RUNBOOK.md", "## A\nsay `b`\n", [("## A", WordKind.SECTION), ("`b`", WordKind.STRING)]),
    ],
)
def test_the_words_of_the_other_files(path: str, text: str, words: list[tuple[str, WordKind]]) -> None:
    assert marked(path, text) == words


@pytest.mark.parametrize("path", [*HAPROXY[:1], *KEEPALIVED[:1]], ids=lambda path: path.name)
def test_a_file_of_60_lines_takes_less_than_10_ms(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    highlight(str(path), text)  # the keyword tables are read once
    took = []
    for _ in range(10):
        began = time.perf_counter()
        highlight(str(path), text)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.010
