"""Which fixes are made: all that stand beside each other, none that leads to something new, and no loop."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.source import Source, Span
from rules.engine.finding import Finding, Fix, Location, NodeFiles, Report, Severity
from rules.fixes.applying import Fixed, fix_all

FILE = "f"


def span(text: str, word: str) -> Span:
    start = text.index(word)
    return Source(FILE, text).span(start, start + len(word))


def finding(code: str, text: str, word: str, becomes: str, *, safe: bool = True) -> Finding:
    """A finding about a word, which another word would put right."""
    place = span(text, word)
    found = Finding(code, code.lower(), Severity.ERROR, f"{word} is wrong", Location.of(place, "lb1"), [], "")
    found.fixes = (lambda: Fix.write(place, becomes, safe=safe),)
    return found


def judge_with(rules: Mapping[str, tuple[str, str]], *, safe: bool = True):  # type: ignore[no-untyped-def]
    """A judge for whom words are wrong: code -> the word, and what is right."""

    def judge(texts: Mapping[str, str]) -> Report:
        text = texts[FILE]
        found = [finding(code, text, a, b, safe=safe) for code, (a, b) in rules.items() if a in text]
        return Report([NodeFiles("lb1", (FILE,), ())], found)

    return judge


def fixed(text: str, rules: Mapping[str, tuple[str, str]], *, unsafe: bool = False, safe: bool = True) -> Fixed:
    return fix_all({FILE: text}, judge_with(rules, safe=safe), unsafe=unsafe)


def test_all_fixes_that_stand_apart_are_made_in_one_round() -> None:
    found = fixed("one two three", {"A": ("one", "1"), "B": ("two", "2"), "C": ("three", "3")})
    assert (found.texts, len(found.done), found.left) == ({FILE: "1 2 3"}, 3, [])


def test_fixes_of_one_place_are_made_one_after_the_other() -> None:
    found = fixed("one two", {"A": ("one two", "two"), "B": ("two", "2")})
    assert found.texts == {FILE: "2"}


def test_a_fix_that_leads_to_a_new_finding_is_not_made_and_says_so() -> None:
    found = fixed("one x", {"A": ("one", "bad"), "B": ("bad", "two"), "C": ("x", "y")})
    assert found.texts == {FILE: "one y"}
    assert [(left.finding.code, left.why) for left in found.left] == [("A", "it would lead to B")]


def test_fixes_that_undo_each_other_come_to_an_end() -> None:
    found = fixed("one", {"A": ("one", "two"), "B": ("two", "one")})
    assert found.texts == {}


def test_unsafe_fixes_are_counted_and_made_only_if_wanted() -> None:
    assert fixed("one", {"A": ("one", "1")}, safe=False)[:4] == ({}, [], [], 1)
    assert fixed("one", {"A": ("one", "1")}, safe=False, unsafe=True).texts == {FILE: "1"}


def test_a_file_that_can_not_be_written_is_left() -> None:
    found = fix_all({FILE: "one"}, judge_with({"A": ("one", "1")}), writable=lambda path: f"{path} is read-only")
    assert found.texts == {}
    assert [left.why for left in found.left] == ["f is read-only"]


def test_one_fix_that_can_not_be_made_keeps_no_other_one_from_being_made() -> None:
    words = {f"C{number:02}": (f"w{number:02}", str(number)) for number in range(60)}
    found = fixed(" ".join(word for word, _ in words.values()), {**words, "C30": ("w30", "bad"), "X": ("bad", "y")})
    assert found.texts == {FILE: " ".join("w30" if number == 30 else str(number) for number in range(60))}
    assert [(left.finding.code, left.why) for left in found.left] == [("C30", "it would lead to X")]


def test_what_belongs_inside_of_what_another_fix_removes_waits_for_it() -> None:
    assert fixed("abc", {"A": ("abc", "x"), "B": ("b", "c")}).texts == {FILE: "x"}
