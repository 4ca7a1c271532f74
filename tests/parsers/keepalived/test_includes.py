"""include lines: what is read, what is reported, and that nothing goes round in circles."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from parsers.keepalived import IncludedFile, parse_keepalived
from tests.parsers.keepalived.shapes import problems, shape


class Files:
    """An include reader over a dictionary; remembers what it was asked."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, pattern: str, base: str, variant: str) -> Sequence[IncludedFile] | str:
        self.asked.append((pattern, base, variant))
        if pattern == "elsewhere":
            return "not among the files given"
        if "*" in pattern:
            return [IncludedFile(name, text) for name, text in self.files.items() if name.endswith(pattern[1:])]
        name = f"{base}/{pattern}" if base else pattern
        text = self.files.get(name)
        return [IncludedFile(name, text, "" if text is not None else "missing")]


def test_lines_take_their_place() -> None:
    files = Files({"etc/a.inc": "  priority 1\n", "etc/b.inc": "state BACKUP\n}\nvrrp_instance B {\n"})
    text = "vrrp_instance A {\ninclude a.inc\nnopreempt\nincludea b.inc # both\n}\n"
    document = parse_keepalived(text, "etc/keepalived.conf", include=files)
    assert shape(document.children) == [
        ("vrrp_instance A", ["priority 1", "nopreempt", "state BACKUP"]),
        ("vrrp_instance B", []),
    ]
    assert files.asked == [("a.inc", "etc", ""), ("b.inc", "etc", "a")]
    assert document.complete
    assert document.problems == []
    assert str(document) == text
    assert [source.path for source in document.sources] == ["etc/keepalived.conf", "etc/a.inc", "etc/b.inc"]
    assert [(item.pattern, item.variant, item.paths) for item in document.includes] == [
        ("a.inc", "", ("etc/a.inc",)),
        ("b.inc", "a", ("etc/b.inc",)),
    ]
    line = (document.children[0].children or [])[0]
    assert (line.span.source.path, line.span.line, line.span.column) == ("etc/a.inc", 1, 3)


def test_without_a_reader_the_document_is_incomplete() -> None:
    document = parse_keepalived("a\ninclude x\n@lb1 include y\nb\n")
    assert shape(document.children) == ["a", "b"]
    assert not document.complete
    assert document.problems == []
    assert [item.pattern for item in document.includes] == ["x", "y"]


def test_a_file_nobody_gave_is_no_problem() -> None:
    document = parse_keepalived("include elsewhere", include=Files({}))
    assert document.problems == []
    assert not document.complete


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("include gone", [("include-missing", 1, 9)]),
        ("includea gone", [("include-missing", 1, 10)]),
        ("include *.x", []),
        ("includeb *.x", []),
        ("includew *.x", [("include-missing", 1, 10)]),
        ("includez gone", []),
        ("include", []),
        ('include "a"', [("include-missing", 1, 9)]),
    ],
)
def test_what_is_missing(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert problems(parse_keepalived(text, include=Files({"a": ""}))) == expected


@pytest.mark.parametrize("reason", ["unreadable", "directory", "executable"])
def test_what_cannot_be_read(reason: str) -> None:
    document = parse_keepalived(
        "include x", include=lambda pattern, _base, _variant: [IncludedFile(pattern, None, reason)]
    )
    assert problems(document) == [("include-unreadable", 1, 9)]
    assert not document.complete


def test_a_cycle_is_one_problem() -> None:
    files = Files({"a": "x\ninclude b\n", "b": "y\ninclude a\ninclude keepalived.conf\nz\n"})
    document = parse_keepalived("include a\ninclude a\n", include=files)
    assert shape(document.children) == ["x", "y", "z", "x", "y", "z"]
    assert [problem.kind for problem in document.problems] == ["include-cycle"]
    assert document.problems[0].span.source.path == "b"


def test_includes_below_includes_end() -> None:
    count = iter(range(10_000))

    def endless(_pattern: str, _base: str, _variant: str) -> Sequence[IncludedFile]:
        return [IncludedFile(f"f{next(count)}", "include x\ninclude y\n") for _ in range(2)]

    document = parse_keepalived("include x\n", include=endless)
    assert not document.complete
    assert len(document.sources) <= 1001


def test_what_an_included_file_holds_is_secret_too() -> None:
    files = Files({"a": "$P=hidden\n", "b": "auth_pass other\n"})
    document = parse_keepalived("include a\ninclude b\nauth_pass $P\n", include=files)
    assert [(span.source.path, span.text) for span in document.secrets] == [
        ("keepalived.conf", "$P"),
        ("a", "hidden"),
        ("b", "other"),
    ]
