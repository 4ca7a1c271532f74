"""Sections, headers, scopes, conditional blocks, and the file as a whole."""

from __future__ import annotations

import pytest

from parsers import parse_haproxy
from parsers.haproxy import suggest_section


def problems(text: str) -> list[tuple[str, str, bool]]:
    return [(p.kind, p.span.text, p.certain) for p in parse_haproxy(text).problems]


def test_sections_names_and_lines() -> None:
    document = parse_haproxy(
        "# head\nglobal\n  daemon\n\ndefaults base\n mode tcp\ndefaults b from base\ndefaults from base\n"
        "frontend api from b # x\n bind :1\n bind :2\n'backend' \"be\"\n"
    )
    assert [(s.keyword, s.name and s.name.value, s.from_name and s.from_name.value) for s in document.sections] == [
        ("global", None, None),
        ("defaults", "base", None),
        ("defaults", "b", "base"),
        ("defaults", None, "base"),
        ("frontend", "api", "b"),
        ("backend", "be", None),
    ]
    api = document.sections[4]
    assert [line.args[0].value for line in api.all("bind")] == [":1", ":2"]
    assert api.get("bind") is api.directives[-1]
    assert api.get("mode") is None
    assert api.label == "frontend 'api'"
    assert document.problems == []


def test_prefix_no_is_not_the_keyword() -> None:
    (section,) = parse_haproxy("defaults\n no option x\n default option y\n no mode tcp\n option z\n").sections
    assert [(line.keyword, line.prefix) for line in section.directives] == [
        ("option", "no"),
        ("option", "default"),
        ("no", ""),
        ("option", ""),
    ]
    assert [line.args[0].value for line in section.find_all("option")] == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("header", "cause"),
    [
        ("frontend", "frontend"),
        ("cache", "cache"),
        ("frontend a/b", "a/b"),
        ("userlist a/b", "a/b"),
        ("frontend é", "é"),
        ("listen web *:80", "*:80"),
        ("frontend a from b c d", "c d"),
        ("frontend a from", "from"),
        ("global x", "x"),
        ("peers a b", "b"),
        ("[x", "[x"),
        ("[]", "[]"),
        ("[a b]", "[a b]"),
        ("[a] b", "b"),
    ],
)
def test_bad_header(header: str, cause: str) -> None:
    assert problems(f"{header}\n") == [("section-header", cause, True)]


@pytest.mark.parametrize(
    "header",
    ["defaults", "defaults a b", "resolvers a b", "mailers a b", "cache a/b", "namespace_list x", "[spoe] # x", "[a]",
     "listen {{ name }}", "frontend from"],
)  # fmt: skip
def test_header_that_haproxy_accepts(header: str) -> None:
    assert problems(f"{header}\n") == []


def test_old_listen_header_keeps_the_name() -> None:
    (section,) = parse_haproxy("listen web *:80\n mode http\n").sections
    assert section.name is not None
    assert section.name.value == "web"
    assert [word.value for word in section.layout.extra] == ["*:80"]


def test_text_before_any_section_is_one_problem() -> None:
    document = parse_haproxy("# c\nfrontned x\n  mode tcp\n\nglobal\n daemon\n")
    (problem,) = document.problems
    assert problem.kind == "text-outside-section"
    assert problem.span.text == "frontned x\n  mode tcp"
    assert "'frontend'" in problem.help
    assert [line.keyword for line in document.stray] == ["frontned", "mode"]


@pytest.mark.parametrize(
    ("word", "near"),
    [("frontned", "frontend"), ("Listen", "listen"), ("backends", "backend"), ("mode", None), ("x" * 5000, None)],
)
def test_suggested_section(word: str, near: str | None) -> None:
    assert suggest_section(word) == near


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n", []),
        ("# x\n", []),
        ("global\n", []),
        ("global", [("missing-final-newline", "l", True)]),
        ("# x", [("missing-final-newline", "x", True)]),
        ("\ufeffglobal\n", [("byte-order-mark", "\ufeff", True)]),
        ("\ufeff# x\nglobal\n", [("byte-order-mark", "\ufeff", True)]),
        ("global\r\n  daemon\r\n", []),
        ("global\r  daemon\r", [("text-after-carriage-return", "\r", True)]),
        ("# x\rglobal\r", [("text-after-carriage-return", "\r", True)]),
    ],
)
def test_whole_file(text: str, expected: list[tuple[str, str, bool]]) -> None:
    assert problems(text) == expected


def test_utf16_is_one_problem() -> None:
    text = b"\xff\xfe" + "global\n daemon\n".encode("utf-16-le")
    document = parse_haproxy(text.decode("utf-8", "surrogateescape"))
    assert [p.kind for p in document.problems] == ["nul-character"]


def test_byte_order_mark_does_not_hide_the_section() -> None:
    assert [s.keyword for s in parse_haproxy("\ufeffglobal\n daemon\n").sections] == ["global"]


# -- .if

CONDITIONS = [
    ("", False), ("0", False), ("1", True), ("7", True), ("-1", True), ("!0", True), ("! 1", False), ("!!1", True),
    ("0x10", True), ("1 && 0", False), ("1&&1", True), ("0 || 1", True), ("1 || 0 && 0", True),
    ("(1 || 0) && 0", False),
    ("((1))", True), ('"1"', True), ("defined(X)", None), ("defined(X) || 1", True), ("defined(X) && 0", False),
    ("!feature(OPENSSL)", None), ("streq(a,b)", None), ("version_atleast(2.6)", None), ('"$X"', None),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "outcome"), CONDITIONS)
def test_condition(condition: str, outcome: bool | None) -> None:
    document = parse_haproxy(f"global\n.if {condition}\n daemon\n.else\n quiet\n.endif\n")
    assert document.problems == []
    lines = {line.keyword: line.condition for line in document.sections[0].directives}
    if outcome is None:
        assert set(lines) == {"daemon", "quiet"}
        assert None not in lines.values()
        assert not document.complete
    else:
        assert lines == ({"daemon": None} if outcome else {"quiet": None})
        assert document.complete


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (".if 1\n", ".if 1"),
        (".if 1\n.if 1\n.endif\n", ".if 1"),
        (".endif\n", ".endif"),
        (".else\n", ".else"),
        (".elif 1\n", ".elif"),
        (".if 1\n.else\n.else\n.endif\n", ".else"),
        (".if 1\n.else\n.elif 1\n.endif\n", ".elif"),
        (".if 1\n.else x\n.endif\n", "x"),
        (".if 1\n.endif x\n", "x"),
        (".if true\n.endif\n", "true"),
        (".if 1 1\n.endif\n", "1 1"),
        (".if 1 &&\n.endif\n", "1 &&"),
        (".if ((1)\n.endif\n", "((1)"),
        (".if 1)\n.endif\n", "1)"),
        (".if 1abc\n.endif\n", "1abc"),
        (".if 0\n.elif foo\n.endif\n", "foo"),
        (".notice a b\n", "b"),
        (".alert x\n", ".alert x"),
    ],
)
def test_conditional_mistakes(text: str, cause: str) -> None:
    assert problems(text) == [("conditional-directive", cause, True)]


def test_unknown_predicate_is_not_certain() -> None:
    assert problems(".if sunny(today)\n.endif\n") == [("conditional-directive", "sunny(today)", False)]


@pytest.mark.parametrize(
    "text",
    [
        ".if 0\n.foo\n.alert x\n.notice a b\n.if garbage\n.endif\n.endif\n",
        ".if 1\n.elif garbage\n.endif\n",
        ".if 0\nnonsense outside\n.endif\n",
        '.notice\n.diag "a b"\n.warning x\n',
        ".if 1\n" * 99 + ".endif\n" * 99,
    ],
)
def test_conditional_lines_that_haproxy_accepts(text: str) -> None:
    assert problems(text) == []


def test_nested_too_deep() -> None:
    assert [kind for kind, _, _ in problems(".if 1\n" * 100 + ".endif\n" * 100)] == ["conditional-directive"]


def test_masked_lines_are_still_split() -> None:
    assert problems('.if 0\n x "a\n.endif\n') == [("unterminated-quote", '"', True)]


def test_nested_conditions_are_joined_and_masked() -> None:
    document = parse_haproxy(
        "global\n.if defined(A)\n a\n.if 1\n b\n.else\n c\n.endif\n.if defined(B)\n d\n.endif\n.elif 1\n e\n.else\n f\n"
        ".endif\n g\n"
    )
    lines = {line.keyword: line.condition for line in document.sections[0].directives}
    assert lines == {
        "a": ".if defined(A)",
        "b": ".if defined(A)",
        "d": ".if defined(A) and .if defined(B)",
        "e": ".elif 1",
        "g": None,
    }


def test_lines_behind_a_conditional_header_are_conditional() -> None:
    document = parse_haproxy(".if defined(A)\nfrontend a\n.else\nfrontend b\n.endif\n bind :1\n")
    assert [s.condition for s in document.sections] == [".if defined(A)", ".else of .if defined(A)"]
    assert document.sections[1].directives[0].condition == ".else of .if defined(A)"


def test_template_control_lines_make_lines_conditional() -> None:
    text = "backend b\n{% for h in hosts %}\n server {{ h }} 1.1.1.1:1 check\n{% endfor %}\n mode tcp\n"
    document = parse_haproxy(text)
    (section,) = document.sections
    assert {line.keyword: line.condition for line in section.directives} == {"server": "template", "mode": None}
    assert [w.dynamic for w in section.directives[0].words] == [False] + [True] * 5
    assert not document.complete
    assert document.problems == []


def test_comment_with_placeholder_does_not_make_a_template() -> None:
    document = parse_haproxy("global\n # set $VIP or {{ vip }}\n user 'a$x' # <vip>\n")
    assert not document.templated
    assert document.complete


def test_comments() -> None:
    document = parse_haproxy("# one\r\nglobal # two\n  log '#no' \\#no #three\n[a] # four\n.if 1 # five\n.endif\n")
    assert [span.text for span in document.comments()] == ["# one", "# two", "#three", "# four", "# five"]
