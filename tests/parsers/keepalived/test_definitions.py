"""$NAME=value, ~SEQ and ~LST, as measured with keepalived 2.2.7."""

from __future__ import annotations

import pytest

from parsers.keepalived import parse_keepalived
from tests.parsers.keepalived.shapes import problems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$P=300\npriority $P", [["priority", "300"]]),
        ("$P=300\npriority ${P}", [["priority", "300"]]),
        ("$p=3\nx $p", [["x", "3"]]),
        ("$P=   300  # why\nx $P", [["x", "300"]]),
        ("$P=3\nx 1$P", [["x", "13"]]),
        ("$P=3\nx ${P}00", [["x", "300"]]),
        ("$P=3\nx $P.300 $P,$P)", [["x", "$P.300", "3,3)"]]),
        ('$A="300 1"\nx $A', [["x", "300 1"]]),
        ('$A=b c\nx "a ${A} d"', [["x", "a b c d"]]),
        ("$B=${A}00\n$A=3\nx $B", [["x", "300"]]),
        ("$A=1\n$A=2\nx $A", [["x", "2"]]),
        ("x $A\n$A=1", [["x", "$A"]]),
        ("$A=one \\\n two \\\nthree\n$A", [["one"], ["two"], ["three"]]),
        ("$A=one \\\n two\nx $A", [["x", "one"], ["two"]]),
        ("$A=one \\\n two\nx ${A} y", [["x", "${A}", "y"]]),
        ("$A=1 \\\n\nx $A", [["x", "1"]]),
        ("$A=a \\\n# comment\nb\n$A", [["a"], ["b"]]),
        ("$K=state\n${K} BACKUP", [["state", "BACKUP"]]),
        ("x ${_HASH} y", [["x"]]),
        ("~SEQ(N, 3) a$N b${N}c", [["a1", "b1c"], ["a2", "b2c"], ["a3", "b3c"]]),
        ("~SEQ(N, 5, 3) a$N", [["a5"], ["a4"], ["a3"]]),
        ("~SEQ(N, 0, 5, 0xa) a$N", [["a0"], ["a5"], ["a10"]]),
        ("~SEQx(N, 9, 11) a$N", [["a9"], ["aa"], ["ab"]]),
        ("~SEQ(N, -2) a$N", [["a-1"], ["a-2"]]),
        ("$E=2\n~SEQ(N, $E) a$N", [["a1"], ["a2"]]),
        ("~SEQ(A,1,2) ~SEQ(B,1,2) x $A $B", [["x", a, b] for a in "12" for b in "12"]),
        ("~LST(V, a, b) x $V", [["x", "a"], ["x", "b"]]),
        ("~LST({A, B}, {1, 2}, {3, 4}) x $A ${B}", [["x", "1", "2"], ["x", "3", "4"]]),
        ("~LST({A, B}, {1}) x $A,${B}", [["x", "1,"]]),
        ("$M=~SEQ(A,1,2) x $A \\\ny\n$M", [["x", "1"], ["x", "2"], ["y"]]),
    ],
)
def test_values_are_put_in(text: str, expected: list[list[str]]) -> None:
    document = parse_keepalived(text)
    assert words(text) == expected
    assert document.problems == []


def test_a_value_may_hold_braces() -> None:
    document = parse_keepalived("$A=a { b }\n$A\nc\n")
    assert [child.keyword for child in document.children] == ["a", "c"]
    assert document.children[0].is_block


def test_a_word_from_a_definition_stands_where_it_is_referred_to() -> None:
    document = parse_keepalived("$A=1.2.3.4\nx 5 a${A}/24 y\n")
    spans = [(word.value, word.span.text) for word in document.children[0].words]
    assert spans == [("x", "x"), ("5", "5"), ("a1.2.3.4/24", "a${A}/24"), ("y", "y")]


def test_lines_of_a_long_value_stand_where_it_is_referred_to() -> None:
    document = parse_keepalived("$A=one \\\ntwo 2\n  $A\n")
    assert [line.span.text for line in document.children] == ["$A", "$A"]
    assert [line.span.line for line in document.children] == [3, 3]


@pytest.mark.parametrize("reference", ["${_RANDOM}", "${_RANDOM 1 9}", "${_PWD}", "${_ENV HOME}", "${_INSTANCE}"])
def test_what_only_the_daemon_knows_is_dynamic(reference: str) -> None:
    document = parse_keepalived(f"a {{\n x {reference} y\n}}\n")
    line = (document.children[0].children or [])[0]
    assert [(word.value, word.dynamic) for word in line.words] == [("x", False), (reference, True), ("y", False)]
    assert document.undefined == []


def test_the_config_id_is_known_when_it_is_given() -> None:
    line = parse_keepalived("router_id ${_INSTANCE}-x", config_id="lb1").children[0]
    assert [(word.value, word.dynamic) for word in line.words] == [("router_id", False), ("lb1-x", False)]


def test_an_undefined_reference_does_not_wreck_the_tree() -> None:
    document = parse_keepalived("vrrp_instance A {\n priority ${PRIO}\n state $STATE\n x a$b\n}\n")
    (block,) = document.children
    assert [[(word.value, word.dynamic) for word in line.words] for line in block.children or ()] == [
        [("priority", False), ("${PRIO}", True)],
        [("state", False), ("$STATE", True)],
        [("x", False), ("a$b", False)],
    ]
    assert [(name, span.text) for name, span in document.undefined] == [("PRIO", "${PRIO}")]
    assert document.problems == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("$P =3", 1),
        (" $A-B=3", 2),
        ("~SEQ(N) x", 1),
        ("~SEQ(N, 1, 0, 3) x", 1),
        ("~LST(V) x", 1),
        ("~LST(V, {a, b}) x", 1),
    ],
)
def test_what_defines_nothing_is_one_problem(text: str, column: int) -> None:
    document = parse_keepalived(text)
    assert problems(document) == [("invalid-definition", 1, column)]
    assert document.children == []


@pytest.mark.slow
def test_endless_repetition_ends() -> None:
    document = parse_keepalived("~SEQ(A, 1, 1000000000) x $A\n$B=${B}${B}\ny $B\n")
    assert not document.complete
    assert len(document.children) < 50_000
    assert document.children[-1].keyword == "y"


def test_values_that_grow_beyond_a_line_are_unknown() -> None:
    lines = ["$A0=xxxxxxxxxx"] + [f"$A{i}=${{A{i - 1}}}${{A{i - 1}}}" for i in range(1, 40)]
    document = parse_keepalived("\n".join([*lines, "y ${A39}"]))
    assert document.children[-1].words[1].dynamic
