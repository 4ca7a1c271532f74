"""Wrong braces: one problem per mistake, at its cause, and what follows is still understood."""

from __future__ import annotations

import pytest

from parsers.keepalived import daemon_view_lost, parse_keepalived
from tests.parsers.keepalived.shapes import problems, shape

VIPS = ("virtual_ipaddress", ["10.0.0.1"])

# name -> text, expected tree, expected problems
CASES: dict[str, tuple[str, list[object], list[tuple[str, int, int]]]] = {
    "instance not closed before the next": (
        "vrrp_instance A {\n  priority 1\n  virtual_ipaddress {\n    10.0.0.1\n  }\n\n"
        "vrrp_instance B {\n  priority 2\n}\n",
        [("vrrp_instance A", ["priority 1", VIPS]), ("vrrp_instance B", ["priority 2"])],
        [("missing-close-brace", 1, 1)],
    ),
    "instance not closed at the end": (
        "vrrp_instance A {\n  priority 1\n",
        [("vrrp_instance A", ["priority 1"])],
        [("missing-close-brace", 1, 1)],
    ),
    "child not closed, seen by the indentation of the next brace": (
        "vrrp_instance A {\n  priority 1\n  virtual_ipaddress {\n    10.0.0.1\n}\nvrrp_instance B {\n}\n",
        [("vrrp_instance A", ["priority 1", VIPS]), ("vrrp_instance B", [])],
        [("missing-close-brace", 3, 3)],
    ),
    "child not closed, last in the file": (
        "vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1\n}\n",
        [("vrrp_instance A", [VIPS])],
        [("missing-close-brace", 2, 3)],
    ),
    "child not closed, seen by the next block": (
        "vrrp_instance A {\n  authentication {\n    auth_type PASS\n  virtual_ipaddress {\n    10.0.0.1\n  }\n}\n",
        [("vrrp_instance A", [("authentication", ["auth_type PASS"]), VIPS])],
        [("missing-close-brace", 2, 3)],
    ),
    "value block not closed, seen by the next setting": (
        "vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1\n  nopreempt\n  priority 1\n}\n",
        [("vrrp_instance A", [VIPS, "nopreempt", "priority 1"])],
        [("missing-close-brace", 2, 3)],
    ),
    "no indentation at all": (
        "vrrp_instance A {\nauthentication {\nauth_type PASS\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n",
        [("vrrp_instance A", [("authentication", ["auth_type PASS"]), VIPS])],
        [("missing-close-brace", 2, 1)],
    ),
    "two blocks not closed": (
        "vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1\nvrrp_instance B {\n}\n",
        [("vrrp_instance A", [VIPS]), ("vrrp_instance B", [])],
        [("missing-close-brace", 1, 1), ("missing-close-brace", 2, 3)],
    ),
    "each of two instances misses one": (
        "vrrp_instance A {\n  priority 1\nvrrp_instance B {\n  priority 2\n",
        [("vrrp_instance A", ["priority 1"]), ("vrrp_instance B", ["priority 2"])],
        [("missing-close-brace", 1, 1), ("missing-close-brace", 3, 1)],
    ),
    "instance closed too early": (
        "vrrp_instance A {\n  priority 1\n  }\n  nopreempt\n  virtual_ipaddress {\n    10.0.0.1\n  }\n}\n",
        [("vrrp_instance A", ["priority 1", "nopreempt", VIPS])],
        [("extra-close-brace", 3, 3)],
    ),
    "a doubled brace of a child": (
        "vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1\n  }\n  }\n  priority 1\n}\n",
        [("vrrp_instance A", [VIPS, "priority 1"])],
        [("extra-close-brace", 5, 3)],
    ),
    "child closed too early": (
        "vrrp_instance A {\n  authentication {\n    auth_type PASS\n  }\n    auth_pass x\n  }\n  priority 1\n}\n",
        [("vrrp_instance A", [("authentication", ["auth_type PASS", "auth_pass x"]), "priority 1"])],
        [("extra-close-brace", 4, 3)],
    ),
    "a stray brace between blocks": (
        "vrrp_instance A {\n}\n}\nvrrp_instance B {\n}\n",
        [("vrrp_instance A", []), ("vrrp_instance B", [])],
        [("extra-close-brace", 3, 1)],
    ),
    "a stray brace first in the file": ("}\nrouter_id x\n", ["router_id x"], [("extra-close-brace", 1, 1)]),
    "no brace after an instance": (
        "vrrp_instance A\n  priority 1\n}\nvrrp_instance B {\n}\n",
        [("vrrp_instance A", ["priority 1"]), ("vrrp_instance B", [])],
        [("missing-open-brace", 1, 1)],
    ),
    "no brace after a child": (
        "vrrp_instance A {\n  authentication\n    auth_type PASS\n  }\n  virtual_ipaddress\n    10.0.0.1\n  }\n}\n",
        [("vrrp_instance A", [("authentication", ["auth_type PASS"]), VIPS])],
        [("missing-open-brace", 2, 3), ("missing-open-brace", 5, 3)],
    ),
    "a block keyword used like a setting": (
        "vrrp_instance A {\n  track_script chk\n  priority 1\n}\n",
        [("vrrp_instance A", ["track_script chk", "priority 1"])],
        [("missing-open-brace", 2, 3)],
    ),
    "braces around nothing": (
        "vrrp_instance A {\n  {\n  priority 1\n  }\n  nopreempt\n}\n",
        [("vrrp_instance A", ["priority 1", "nopreempt"])],
        [("extra-open-brace", 2, 3)],
    ),
    "one brace too many": (
        "vrrp_instance A {\n  {\n  priority 1\n}\n",
        [("vrrp_instance A", ["priority 1"])],
        [("extra-open-brace", 2, 3)],
    ),
    "a doubled opening brace": (
        "vrrp_instance A {{\n  priority 1\n}\n",
        [("vrrp_instance A", ["priority 1"])],
        [("extra-open-brace", 1, 18)],
    ),
    "a setting that opens no block": (
        "vrrp_instance A {\n  priority 1 {\n  nopreempt\n}\n",
        [("vrrp_instance A", ["priority 1", "nopreempt"])],
        [("extra-open-brace", 2, 14)],
    ),
    "an address that opens no block": (
        "vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1 {\n  }\n  priority 1\n}\n",
        [("vrrp_instance A", [VIPS, "priority 1"])],
        [("extra-open-brace", 3, 14)],
    ),
    "braces inside a password": (
        "vrrp_instance A {\n  authentication {\n    auth_pass a{b}c\n  }\n  priority 1\n}\n",
        [("vrrp_instance A", [("authentication", ["auth_pass a"]), "priority 1"])],
        [("extra-open-brace", 3, 16)],
    ),
    "an opening brace inside a password": (
        "vrrp_instance A {\n  authentication {\n    auth_pass a{b\n  }\n  priority 1\n}\n",
        [("vrrp_instance A", [("authentication", ["auth_pass a"]), "priority 1"])],
        [("extra-open-brace", 3, 16)],
    ),
    "a closing brace inside a password": (
        "vrrp_instance A {\n  authentication {\n    auth_pass a}b\n  }\n  priority 1\n}\n",
        [("vrrp_instance A", [("authentication", ["auth_pass a"]), "priority 1"])],
        [("extra-close-brace", 3, 16)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_mistakes(name: str) -> None:
    text, expected, found = CASES[name]
    document = parse_keepalived(text)
    assert shape(document.children) == expected
    assert problems(document) == found
    assert str(document) == text
    for directive in document.walk():
        siblings = document.children if directive.parent is None else directive.parent.children
        assert any(sibling is directive for sibling in siblings or ())


@pytest.mark.parametrize(
    "text",
    [
        "vrrp_instance A\n{\n  virtual_ipaddress\n  {\n    10.0.0.1\n  }\n}\n",
        "foo {\n  bar {\n    baz\n  }\n}\n",
        "vrrp_instance A {\n  foo {\n    bar\n  }\n  priority 1\n}\n",
        "virtual_server 10.0.0.1 80 {\n  real_server 10.0.0.2 80 {\n    HTTP_GET {\n      url {\n        path /\n"
        "      }\n    }\n  }\n}\n",
        "vrrp_instance A {\n  track_script {\n    vrrp_script\n  }\n}\n",
        "vrrp_sync_group G {\n  group { A B }\n}\n",
        "track_file f {\n  file /x\n}\nvrrp_instance A {\n  track_file {\n    f\n  }\n}\n",
    ],
)
def test_what_is_right_is_no_problem(text: str) -> None:
    assert parse_keepalived(text).problems == []


def test_templates_are_put_right_in_silence() -> None:
    document = parse_keepalived("{% if a %}\nvrrp_instance A {\n{% else %}\nvrrp_instance B {\n{% endif %}\n}\n")
    assert document.template
    assert document.problems == []


def test_the_message_says_what_the_daemon_does() -> None:
    (problem,) = parse_keepalived("vrrp_instance A {\n  priority 1\nvrrp_instance B {\n}\n").problems
    assert "'vrrp_instance A' is never closed" in problem.message
    assert "'vrrp_instance B'" in problem.message
    assert "overwrite" in problem.message
    assert problem.help == "add '}' before line 3"
    assert [(span.line, span.text) for span, _ in problem.related] == [(3, "vrrp_instance B")]


def test_what_an_unknown_block_hides_from_the_daemon() -> None:
    document = parse_keepalived(
        "vrrp_instance A {\n state BACKUP\n foo {\n  bar\n }\n priority 1\n nopreempt\n}\nb {\n}\n"
    )
    (block,) = [line for line in document.walk() if line.keyword == "foo"]
    assert [line.keyword for line in daemon_view_lost(block)] == ["priority", "nopreempt"]
    assert daemon_view_lost(document.children[1]) == []


def test_many_mistakes_make_few_problems() -> None:
    assert len(parse_keepalived("{" * 1000).problems) < 50
    assert len(parse_keepalived("a {\n" * 1000).problems) < 50


PAIR = """\
global_defs {
    router_id lb1
}

vrrp_script chk {
    script "/usr/bin/true"
    interval 2
}

vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    authentication {
        auth_type PASS
        auth_pass secret
    }
    unicast_peer {
        192.0.2.2
    }
    virtual_ipaddress {
        192.0.2.100/24 dev eth0
    }
    track_script {
        chk
    }
}

vrrp_instance VI_2 {
    virtual_router_id 52
    virtual_ipaddress {
        192.0.2.101/24
    }
    priority 100
}

virtual_server 192.0.2.100 80 {
    delay_loop 6
    real_server 192.0.2.3 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
        }
    }
}
"""
BLOCKS = [line for line in parse_keepalived(PAIR).walk() if line.is_block]


@pytest.mark.parametrize("indented", [True, False])
@pytest.mark.parametrize("index", range(len(BLOCKS)))
@pytest.mark.parametrize("kind", ["missing-open-brace", "missing-close-brace"])
def test_any_one_brace_may_be_missing(kind: str, index: int, indented: bool) -> None:
    block = BLOCKS[index]
    brace = block.opened if kind == "missing-open-brace" else block.close
    assert brace is not None
    text = PAIR[: brace.start] + PAIR[brace.end :]
    if not indented:
        text = "\n".join(line.strip() for line in text.split("\n"))
    document = parse_keepalived(text)
    assert [problem.kind for problem in document.problems] == [kind]
    if indented:
        assert document.problems[0].span.line == block.span.line
        assert shape(document.children) == shape(parse_keepalived(PAIR).children)


@pytest.mark.parametrize("index", range(len(BLOCKS)))
def test_any_closing_brace_may_be_doubled(index: int) -> None:
    close = BLOCKS[index].close
    assert close is not None
    document = parse_keepalived(f"{PAIR[: close.end]}\n}}{PAIR[close.end :]}")
    assert [problem.kind for problem in document.problems] == ["extra-close-brace"]
    assert shape(document.children) == shape(parse_keepalived(PAIR).children)
