"""What the formats make of a finding."""

from __future__ import annotations

import json
import re
from itertools import pairwise, product

import pytest
from rich.cells import cell_len

from parsers.source import Source
from rules import lint
from rules.engine.finding import Finding, Location, NodeFiles, Report, Severity
from rules.engine.secrets import Secrets
from rules.report import concise, full, github
from rules.report import json as json_format
from rules.report.style import Style, cells, printable
from tests.programs import ROOT
from tests.rules.agreement.reading import read_pair
from tests.tables import each


def report(
    text: str, start: int, end: int, secrets: Secrets | None = None, message: str = "a 'word' is wrong"
) -> Report:
    source = Source("lb1/haproxy.cfg", text)
    at = Location.of(source.span(start, end), "lb1", "here")
    other = Location.of(source.span(0, 1), "lb2", "there")
    finding = Finding("HA999", "made-up", Severity.ERROR, message, at, [other], "write 'another word'")
    return Report([NodeFiles("lb1", ("lb1/haproxy.cfg",), ())], [finding], secrets=secrets)


def excerpts(text: str) -> list[tuple[str, str]]:
    """(line, what the carets below it mark) of every excerpt."""
    found = re.findall(r"^ *\d+ \| (.*)\n +\| ( *)([\^-]+)", text, re.MULTILINE)
    return [(line, line[len(pad) : len(pad) + len(marks)]) for line, pad, marks in found]


def test_carets_stand_below_the_word() -> None:
    folder = ROOT / "tests" / "cases" / "two-routers"
    files = {path: text for path, text in read_pair(folder).items() if path.endswith(".conf")}
    marked = [word for _, word in excerpts(full.render(lint(files), Style()))]
    assert {"34", "33", "100", "192.0.2.12", "unicast_peer"} <= set(marked)


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("before", ["", "\t", "\t\t  ", "x" * 300 + " ", "ü€ "])
def test_carets_in_long_and_odd_lines(width: int, before: str) -> None:
    text = f"{before}culprit {'y' * 400}\n"
    shown = full.render(report(text, len(before), len(before) + 7), Style(width=width))
    assert excerpts(shown)[0][1] == "culprit"
    assert all(len(line) <= width for line in shown.splitlines())


def test_a_long_line_is_cut_around_the_mark_and_shows_that_it_is() -> None:
    before, after = "x" * 300 + " ", " " + "y" * 400

    def shown(text: str, start: int) -> tuple[str, int]:
        rendered = full.render(report(text, start, start + 7), Style(width=100))
        line = excerpts(rendered)[0][0]
        return line, line.index("culprit")

    middle, at = shown(f"{before}culprit{after}\n", len(before))
    assert (middle[0], middle[-1]) == ("…", "…")
    assert at == len(middle) // 4  # what stands before a mistake explains it, what comes after it still more
    first, at = shown(f"culprit{after}\n", 0)
    assert (first[0], first[-1], at) == ("c", "…", 0)
    last, _ = shown(f"{before}culprit\n", len(before))
    assert (last[0], last[-7:]) == ("…", "culprit")
    assert len(first) == len(middle) == len(last)


# The width of characters as Rich, and with it the wizard, knows it: independent of what the report computes.
_ODD = [
    "前端",
    "🚀 ",
    "e\u0301e\u0301",
    "각",
    "한",
    "ｗｉｄｅ",
    "\t前\t",
    "ü€ ",
    "नि",
    "x" * 90 + "前" * 90,
    "🚀" * 100,
]


def stretch(line: str, start: int, length: int) -> str:
    """What a terminal shows in `length` columns from column `start` on."""
    first = max(i for i in range(len(line) + 1) if cell_len(line[:i]) == start)
    return max((line[first:i] for i in range(first, len(line) + 1) if cell_len(line[first:i]) == length), key=len)


def test_carets_beside_wide_and_combining_characters() -> None:
    words, behind, widths = ["culprit", "前端", "e\u0301t", "🚀x🚀"], ["", " 前端" * 60], [40, 79, 80, 81, 200]
    each(((repr(row), row) for row in product(_ODD, words, behind, widths)), lambda row: carets_are_right(*row))


def carets_are_right(before: str, word: str, after: str, width: int) -> None:
    text = f"{before}{word}{after}\n"
    shown = full.render(report(text, len(before), len(before) + len(word)), Style(width=width)).splitlines()
    excerpt, marks = next((a, b) for a, b in pairwise(shown) if "^" in b)
    line = excerpt.partition(" | ")[2]
    pad, carets = re.findall(r"\| ( *)(\^+)", marks)[0]
    marked = stretch(line, len(pad), len(carets))
    assert marked == word or (line.endswith("…") and marked.endswith("…"))
    assert cell_len(excerpt) <= max(width, 20 + len(" 1 | "))
    assert cell_len(excerpt) >= cell_len(marks.partition(" here")[0])


@pytest.mark.parametrize("text", ["", "plain", "前端", "e\u0301", "🚀前x", "\u0301", "각"])
def test_cells_are_columns(text: str) -> None:
    assert len(cells(text)) == cell_len(text) or text == "\u0301"
    assert "".join(cells(text)) == text


def test_control_characters_are_not_sent_to_the_terminal() -> None:
    text = "server \x1b[31mred\x07 \u202eback \udcff end\n"
    for form in (full, concise, github):
        shown = form.render(report(text, 7, 12, message=f"the word '{text[7:12]}'"), Style())
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e\udcff]", shown)
    assert len(printable(text)) == len(text)


def test_secrets_keep_their_place_but_not_their_letters() -> None:
    text = "    auth_pass hunter2 # old\n"
    source = Source("lb1/haproxy.cfg", text)
    secrets = Secrets(lambda: [source.span(14, 27)])
    shown = full.render(report(text, 4, 13, secrets), Style())
    assert "hunter2" not in shown
    assert excerpts(shown)[0] == ("    auth_pass ******* * ***", "auth_pass")
    assert (
        secrets.message("the word 'hunter' and 'auth_pass'", [source.span(4, 13)])
        == "the word '********' and 'auth_pass'"
    )


def test_github_escapes_what_would_end_a_command() -> None:
    shown = github.render(report("a\n", 0, 1, message="100% of\nit: a, b"), Style())
    assert shown.count("\n") == 1
    assert "::100%25 of%0Ait: a, b%0Alb2: lb1/haproxy.cfg:1: there%0Ahelp: write 'another word'" in shown


def test_json_is_ascii_and_complete_for_any_text() -> None:
    shown = json_format.render(report("\udcff\u20ac\n", 0, 1, message="\udcff"), Style())
    assert shown.isascii()
    finding = json.loads(shown)["findings"][0]
    assert finding["related"][0]["message"] == "there"
    assert (finding["line"], finding["column"], finding["end_line"], finding["end_column"]) == (1, 1, 1, 2)
