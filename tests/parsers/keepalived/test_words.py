"""Comments, quotes, blanks and braces, as measured with keepalived 2.2.7."""

from __future__ import annotations

import pytest

from parsers.keepalived import parse_keepalived
from tests.parsers.keepalived.shapes import problems, tree, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("priority 100#x", [["priority", "100"]]),
        ("priority 100!x", [["priority", "100"]]),
        ("  # only a comment", []),
        ('! comment with "a quote', []),
        ("router_id lb1 // no comment", [["router_id", "lb1", "//", "no", "comment"]]),
        ("priority 300;", [["priority", "300;"]]),
        (r"router_id a\#b \!c", [["router_id", "a#b", "!c"]]),
        ("auth_pass 'a b'", [["auth_pass", "'a", "b'"]]),
        ("auth_pass 'a#b'", [["auth_pass", "'a"]]),
        ('script "a # b ! c"  # comment', [["script", "a # b ! c"]]),
        ('x abc"def ghi"', [["x", "abc", "def ghi"]]),
        ('x "a""b"', [["x", "a", "b"]]),
        ('x ""', [["x", ""]]),
        ('"vrrp_instance" "VI 1"', [["vrrp_instance", "VI 1"]]),
        ('x "a{b}c"', [["x", "a{b}c"]]),
        (r'x "a\"b"', [["x", "a\\", "b", ""]]),
        ("a\t\tb\x0bc\x0cd", [["a", "b", "c", "d"]]),
        ("a\u00a0b c\u2028d", [["a\u00a0b", "c\u2028d"]]),
        ("priority 1\r\nstate BACKUP\r\n", [["priority", "1"], ["state", "BACKUP"]]),
        ("a\rb", [["a", "b"]]),
        ("priority \\\n300", [["priority\\"], ["300"]]),
        ("router_id l\u00e4b", [["router_id", "l\u00e4b"]]),
        ("prio\0rity 100\nstate BACKUP", [["prio"], ["state", "BACKUP"]]),
        ("\ufeffpriority 1", [["priority", "1"]]),
        ("no newline", [["no", "newline"]]),
        ("", []),
        ("\n\n \t\n", []),
    ],
)
def test_words_of_a_line(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a{b\n}", [("a", ["b"])]),
        ("a\n\n# comment\n{\nb\n}", [("a", ["b"])]),
        ("a { b c }", [("a", ["b c"])]),
        ("a {}", [("a", [])]),
        ("a { b { c }} d", [("a", [("b", ["c"])]), "d"]),
        ("a {\nb\n} c {\n}", [("a", ["b"]), ("c", [])]),
        ("a { # comment\nb # }\n}", [("a", ["b"])]),
        ('a "{" {\n}', [("a {", [])]),
        ("vrrp_instance V { state BACKUP interface eth0 }", [("vrrp_instance V", ["state BACKUP interface eth0"])]),
    ],
)
def test_braces_stand_anywhere(text: str, expected: list[object]) -> None:
    document = parse_keepalived(text)
    assert tree(text) == expected
    assert document.problems == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('script "abc', [("unterminated-quote", 1, 8)]),
        ('auth_pass "abc # x', [("unterminated-quote", 1, 11)]),
        ("a\0b\nc\0d", [("nul-character", 1, 2)]),
        ("\ufeffa", [("byte-order-mark", 1, 1)]),
        ("x " + "a" * 1022, [("line-too-long", 1, 1024)]),
        ("x " + "\u00e4" * 511, [("line-too-long", 1, 513)]),
        ("x " + "a" * 1021, []),
        ("a # it's \"fine\n", []),
    ],
)
def test_problems_of_a_line(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert problems(parse_keepalived(text)) == expected


def test_an_unclosed_quote_that_the_shell_rules_close_is_no_problem() -> None:
    document = parse_keepalived("vrrp_script a {\n script 'say \"x'\n}\n")
    assert document.problems == []


def test_an_escaped_comment_sign_is_not_relied_on() -> None:
    """Documented as a literal sign, but the daemon's VRRP process reads a copy in which it starts a comment."""
    line = parse_keepalived(r"x a\#b c").children[0]
    assert [(word.value, word.dynamic) for word in line.words] == [("x", False), ("a#b", True), ("c", False)]


def test_quoted_and_dynamic_words_say_so() -> None:
    line = parse_keepalived('a "b c" d ${_RANDOM 1 9} "e').children[0]
    flags = [(word.value, word.quoted, word.dynamic) for word in line.words]
    assert flags[:3] == [("a", False, False), ("b c", True, False), ("d", False, False)]
    assert flags[3][0] == "${_RANDOM 1 9}"
    assert flags[3][2]
    assert flags[4] == ("e", True, True)


@pytest.mark.parametrize(
    "text",
    [
        "priority {{ prio }}",
        "priority {{ prio | default({'a': 1}) }}",
        'priority {{ lookup("x y") }}',
        "{% if a %}",
        "{%- for i in x",
        "@VIP@",
    ],
)
def test_template_markers_are_one_dynamic_word(text: str) -> None:
    document = parse_keepalived(f"vrrp_instance A {{\n  {text}\n  state BACKUP\n}}\n")
    (block,) = document.children
    assert document.template
    assert not document.complete
    assert document.problems == []
    assert block.children is not None
    assert [line.words[-1].dynamic for line in block.children] == [True, False]
    assert block.children[0].words[-1].value in text


def test_a_marker_in_a_comment_makes_no_template() -> None:
    assert not parse_keepalived("# {{ ansible_managed }}\npriority 1 # {% x %}\n").template
    assert not parse_keepalived("a { b { c }}\n").template
