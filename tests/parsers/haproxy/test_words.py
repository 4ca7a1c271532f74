"""How one line becomes words; every row was measured with haproxy 2.6.12 (most with 2.8 to 3.4 too)."""

from __future__ import annotations

import pytest

from parsers import parse_haproxy
from parsers.haproxy.document import HaproxyDocument


def words(line: str, before: str = "") -> list[str]:
    return [word.value for word in _line(line, before)[1]]


def kinds(line: str) -> list[str]:
    return [problem.kind for problem in _line(line)[0].problems]


def _line(line: str, before: str = "") -> tuple[HaproxyDocument, list]:  # type: ignore[type-arg]
    document = parse_haproxy(f"{before}listen x\n{line}\n")
    section = document.sections[-1]
    return document, list(section.directives[-1].words) if section.directives else []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("balance roundrobin", ["balance", "roundrobin"]),
        ("  balance\t\v\froundrobin  ", ["balance", "roundrobin"]),
        ("balance roundrobin#x", ["balance", "roundrobin"]),
        ("balance roundrobin # it's", ["balance", "roundrobin"]),
        ("balance \\#x", ["balance", "#x"]),
        ("b'a'la\"nce\" source", ["balance", "source"]),
        ("description 'a b' c", ["description", "a b", "c"]),
        ('description "a b"c', ["description", "a bc"]),
        ("description 'a\"b'", ["description", 'a"b']),
        ('description "a\'b"', ["description", "a'b"]),
        ("description a\\ b", ["description", "a b"]),
        ("description a\\\\b", ["description", "a\\b"]),
        ("description \\'x\\\"", ["description", "'x\""]),
        ("description a\\tb\\nc\\rd", ["description", "a\tb\nc\rd"]),
        ("description \\x41\\x7a", ["description", "Az"]),
        ("description \\xc3\\xa9", ["description", "é"]),
        ("description a\\x00b c", ["description", "a", "c"]),
        ("description \\d+\\.x", ["description", "\\d+\\.x"]),
        ("description '\\n\\x41'", ["description", "\\n\\x41"]),
        ("description a$b", ["description", "a$b"]),
        ("description a\\$b", ["description", "a\\$b"]),
        ('description "a\\$b"', ["description", "a$b"]),
        ("description '$a'", ["description", "$a"]),
        ("description `a;b`", ["description", "`a;b`"]),
        ("description a\xa0b", ["description", "a\xa0b"]),
        ("description é\u3000x", ["description", "é\u3000x"]),
        ("balance \\", ["balance", "\\"]),
        ("balance a\r", ["balance", "a"]),
        ("balance a\rb", ["balance", "a"]),
        ("balance a \rb", ["balance", "a", "b"]),
        ("\rbalance a", ["balance", "a"]),
        ('server s 1.1.1.1:1 "" check', ["server", "s", "1.1.1.1:1"]),
        ("server s '' check", ["server", "s"]),
        ("no option x", ["no", "option", "x"]),
    ],
)
def test_splits_as_haproxy_does(line: str, expected: list[str]) -> None:
    assert words(line) == expected


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('balance "a', "unterminated-quote"),
        ("description it's", "unterminated-quote"),
        ('balance "a\rb"', "unterminated-quote"),
        ("balance \\xZZ", "invalid-escape"),
        ("balance \\x4", "invalid-escape"),
        ('balance "a$"', "invalid-variable"),
        ('balance "${A:-b}"', "invalid-variable"),
        ('balance "$1"', "invalid-variable"),
        ('balance "${.FOO}"', "invalid-variable"),
        ("balance " + "a " * 64, "too-many-words"),
        ("balance '" + "a' '" * 64 + "'", "too-many-words"),
        ("balance a\0b", "nul-character"),
        ('balance "a\0b"', "nul-character"),
        ("# comment\0", "nul-character"),
        ('server s 1.1.1.1:1 "" check', "empty-word"),
        ("balance a\rb", "text-after-carriage-return"),
        (".foo", "unknown-dot-directive"),
    ],
)
def test_reports_what_is_wrong_once(line: str, kind: str) -> None:
    assert kinds(line) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "balance " + "a " * 63,
        "balance '" + "a' '" * 62 + "x'",
        'server s 1.1.1.1:1 check ""',
        "balance a\r",
        "balance a\r# comment",
        '# it\'s "fine" \\xZZ ${',
        "description '${A:-b}' ${A:-b}",
        "",
        " \t\r",
    ],
)
def test_is_silent_on_what_haproxy_accepts(line: str) -> None:
    assert kinds(line) == []


def test_problem_stands_at_the_cause() -> None:
    document, _ = _line('description "fine" it\'s not')
    (problem,) = document.problems
    assert problem.span.text == "'"
    assert (problem.span.line, problem.span.column) == (2, 22)


def test_word_knows_quotes_and_its_place() -> None:
    _, found = _line("description 'a b' \"c\"d e")
    assert [(w.value, w.quoted, w.span.text) for w in found[1:]] == [
        ("a b", True, "'a b'"),
        ("cd", True, '"c"d'),
        ("e", False, "e"),
    ]


GLOBAL = "global\n setenv VIP 10.0.0.1\n presetenv LIST 'a b'\n"


@pytest.mark.parametrize(
    ("raw", "expected", "dynamic"),
    [
        ('"$VIP:6443"', ["10.0.0.1:6443"], False),
        ('"${VIP}:6443"', ["10.0.0.1:6443"], False),
        ('"${VIP-x}"', ["10.0.0.1"], False),
        ('x"${LIST}"y', ["xa by"], False),
        ('x"${LIST[*]}"y', ["xa", "by"], False),
        ('"${NONE-dflt}"', ["dflt"], True),
        ('"${NONE-}"x', ["x"], True),
        ('"$NONE"', ["$NONE"], True),
        ('"${NONE}:1"', ["${NONE}:1"], True),
        ('"${.SECTION}"', ["x"], False),
        ('"${.LINE}"', ["5"], False),
        ("'$VIP'", ["$VIP"], False),
        ("$VIP", ["$VIP"], True),
        ("${VIP}", ["${VIP}"], True),
        ('"\\$VIP"', ["$VIP"], False),
        ("{{vip}}", ["{{vip}}"], True),
        ("__VIP__:1", ["__VIP__:1"], True),
        ("/x$", ["/x$"], False),
    ],
)
def test_variables(raw: str, expected: list[str], dynamic: bool) -> None:
    _, found = _line(f"description {raw}", GLOBAL)
    assert [w.value for w in found[1:]] == expected
    assert [w.dynamic for w in found[1:]] == [dynamic] * len(expected)


def test_expanded_words_have_the_span_of_the_reference() -> None:
    _, found = _line('description "${LIST[*]}"', GLOBAL)
    assert [w.span.text for w in found[1:]] == ['"${LIST[*]}"', '"${LIST[*]}"']


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (" setenv A 1\n setenv A 2\n", ("2", False)),
        (" setenv A 1\n presetenv A 2\n", ("1", False)),
        (" presetenv A 2\n", ("2", False)),
        (" setenv A 1\n unsetenv A\n", ("", False)),
        (" setenv A 1\n resetenv\n", ("$A", True)),
        (".if defined(B)\n setenv A 1\n.endif\n", ("$A", True)),
        (".if 0\n setenv A 1\n.endif\n", ("$A", True)),
    ],
)
def test_environment_lines_take_effect_in_order(lines: str, expected: tuple[str, bool]) -> None:
    _, found = _line('description x"$A"', f"global\n{lines}")
    value, dynamic = expected
    assert (found[1].value, found[1].dynamic) == (f"x{value}", dynamic)


def test_environment_of_an_earlier_file() -> None:
    first = parse_haproxy("global\n setenv A one\n")
    second = parse_haproxy('listen x\n description "$A"\n', environment=first.environment)
    assert second.sections[0].directives[0].args[0].value == "one"


def test_secrets_never_reach_a_message() -> None:
    document = parse_haproxy('listen x\n stats auth "admin:geheim\n stats auth admin:ge$heim\\xZZ "" geheim\n')
    assert document.problems
    assert not [p for p in document.problems if "geheim" in p.message + p.help]
