"""@id lines: dropped or kept for a known node, kept as alternatives for an unknown one."""

from __future__ import annotations

import pytest

from parsers.facts.keepalived import keepalived_facts
from parsers.keepalived import IncludedFile, parse_keepalived
from tests.parsers.keepalived.shapes import shape

PAIR = """\
vrrp_instance A {
@lb1 priority 150
@lb2 priority 100
@^lb1 nopreempt
  virtual_ipaddress {
    10.0.0.1
@lb2 10.0.0.2
  }
}
"""


@pytest.mark.parametrize(
    ("config_id", "expected"),
    [
        ("lb1", ["priority 150", ("virtual_ipaddress", ["10.0.0.1"])]),
        ("lb2", ["priority 100", "nopreempt", ("virtual_ipaddress", ["10.0.0.1", "10.0.0.2"])]),
        ("lb3", ["nopreempt", ("virtual_ipaddress", ["10.0.0.1"])]),
    ],
)
def test_lines_of_a_known_node(config_id: str, expected: list[object]) -> None:
    document = parse_keepalived(PAIR, config_id=config_id)
    assert shape(document.children) == [("vrrp_instance A", expected)]
    assert document.resolved
    assert document.conditions == ["lb1", "lb2"]
    assert all(line.condition is None for line in document.walk())


@pytest.mark.parametrize("text", [
    PAIR,
    "$N=1\n@lb1 $N=2\nvrrp_instance A_$N {\n priority $N\n}\n",
    "@lb1 include a\n@lb2 include b\n",
    "vrrp_instance ${_INSTANCE} {\n}\n",
    "@lb1 vrrp_instance A {\n@lb2 vrrp_instance B {\npriority 1\n}\n",
    "~SEQ(X, 1, 3) @lb$X router_id n$X\n",
])  # fmt: skip
@pytest.mark.parametrize("name", ["lb1", "lb2", "lb3"])
def test_a_document_is_resolved_afterwards_as_if_the_node_had_been_known(text: str, name: str) -> None:
    asked: list[str] = []

    def include(pattern: str, base: str, variant: str) -> list[IncludedFile]:
        asked.append(pattern)
        return [IncludedFile(pattern, f"global_defs {{\n router_id {pattern}\n@lb1 script_user u\n}}\n")]

    anyone = parse_keepalived(text, include=include)
    known = parse_keepalived(text, config_id=name, include=include)
    asked.clear()
    node = anyone.as_node(name)
    assert asked == []
    assert shape(node.children) == shape(known.children)
    assert [str(problem) for problem in node.problems] == [str(problem) for problem in known.problems]
    assert (node.conditions, node.resolved, node.complete) == (known.conditions, known.resolved, known.complete)
    assert str(node) == text
    assert shape(node.as_node("lb1").children) == shape(anyone.as_node("lb1").children)


def test_a_document_without_conditions_is_the_same_for_every_node() -> None:
    document = parse_keepalived("vrrp_instance A {\n priority 1\n}\n")
    assert document.as_node("lb1") is document


def test_lines_of_an_unknown_node_are_kept_with_their_condition() -> None:
    document = parse_keepalived(PAIR)
    assert [(line.keyword, line.condition) for line in document.walk()] == [
        ("vrrp_instance", None),
        ("priority", "@lb1"),
        ("priority", "@lb2"),
        ("nopreempt", "@^lb1"),
        ("virtual_ipaddress", None),
        ("10.0.0.1", None),
        ("10.0.0.2", "@lb2"),
    ]
    assert not document.resolved
    facts = keepalived_facts(document)
    (instance,) = facts.instances
    assert not facts.complete
    assert instance.priority is not None
    assert (instance.priority.value, instance.priority.certain) == (None, False)
    assert instance.effective_priority is None
    assert [vip.certain for vip in instance.vips] == [True, False]


def test_a_later_unconditional_value_is_certain() -> None:
    (instance,) = keepalived_facts(parse_keepalived("vrrp_instance A {\n@lb1 priority 1\npriority 90\n}\n")).instances
    assert instance.effective_priority == 90


@pytest.mark.parametrize("text", ["@lb1", "@ x", "@lb2 x"])
def test_lines_without_text_or_id_are_dropped(text: str) -> None:
    assert parse_keepalived(text, config_id="lb1").children == []


def test_one_prefix_only() -> None:
    (line,) = parse_keepalived("@lb1 @lb1 x", config_id="lb1").children
    assert line.keyword == "@lb1"


@pytest.mark.parametrize("config_id", [None, "lb1"])
def test_alternative_heads_of_one_block_follow_the_first_node(config_id: str | None) -> None:
    text = "@lb1 vrrp_instance A {\n@lb2 vrrp_instance B {\n state BACKUP\n}\nvrrp_instance C {\n}\n"
    document = parse_keepalived(text, config_id=config_id)
    assert shape(document.children) == [("vrrp_instance A", ["state BACKUP"]), ("vrrp_instance C", [])]
    assert document.problems == []


def test_whole_blocks_under_a_condition_are_all_kept() -> None:
    text = "@lb1 vrrp_script a {\n@lb1 script x\n\n@lb1 }\n@lb2 vrrp_script b {\n@lb2 script y\n@lb2 }\n"
    document = parse_keepalived(text)
    assert shape(document.children) == [("vrrp_script a", ["script x"]), ("vrrp_script b", ["script y"])]
    assert document.problems == []


def test_interleaved_blocks_follow_the_first_node() -> None:
    text = "@lb1 a {\n@lb2 b {\n@lb1 x\n@lb1 }\n@lb2 }\nc\n"
    assert shape(parse_keepalived(text).children) == [("a", ["x"]), "c"]


def test_definitions_under_conditions_are_unknown() -> None:
    text = "@lb1 $P=100\n@lb2 $P=90\npriority $P\n"
    (line,) = parse_keepalived(text).children
    assert (line.words[1].value, line.words[1].dynamic) == ("$P", True)
    (line,) = parse_keepalived(text, config_id="lb2").children
    assert (line.words[1].value, line.words[1].dynamic) == ("90", False)


def test_a_condition_behind_a_brace() -> None:
    document = parse_keepalived("a { @lb1 x }\nb\n", config_id="lb2")
    assert [line.keyword for line in document.walk()][:1] == ["a"]
