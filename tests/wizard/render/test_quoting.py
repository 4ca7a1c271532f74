"""User text in each language: read back it is the same text, or it was refused."""

from __future__ import annotations

import subprocess

import pytest
import yaml
from hypothesis import given, settings
from markdown_it import MarkdownIt

from parsers.haproxy import parse_haproxy
from parsers.keepalived import parse_keepalived
from rules.engine.suppress import Suppressions
from rules.plan.model import KeyPath
from tests.examples import times
from tests.wizard.render.hostile import AWKWARD, hostile
from wizard.render import quoting
from wizard.render.quoting import Keyed, Quoted, RenderError

AWKWARD += [
    "halb: ignore[KA]",
    "# halb:",
    "\u2028",
    "\x85",
    "\ufeff",
    "é",
    "🦆",
    "{{ 7 }}",
    "-",
    ":",
    "%",
    "|",
    "\ud800",
]


def quoted(language: str, text: str) -> Quoted | None:
    """The text in the language, None when it has no way to write it."""
    try:
        return quoting.LANGUAGES[language](text)
    except RenderError:
        return None


@given(hostile)
def test_haproxy_reads_back_the_same_word(text: str) -> None:
    if (word := quoted("haproxy", text)) is not None:
        document = parse_haproxy(f"global\n    description {word} after\n", path="haproxy.cfg")
        assert not document.problems
        (section,) = document.sections
        (line,) = section.directives
        assert [argument.value for argument in line.args] == [text, "after"]


@given(hostile)
def test_keepalived_reads_back_the_same_word(text: str) -> None:
    if (word := quoted("keepalived", text)) is not None:
        document = parse_keepalived(f"global_defs {{\n    router_id {word}\n    a b\n}}\n", path="keepalived.conf")
        assert not document.problems
        (block,) = document.children
        assert block.children is not None
        first, second = block.children
        assert [argument.value for argument in first.args] == [text]
        assert second.keyword == "a"


@settings(max_examples=times(60))
@given(hostile)
def test_a_shell_reads_back_the_same_word(text: str) -> None:
    if (word := quoted("shell", text)) is not None:
        done = subprocess.run(
            ["sh", "-c", f"printf '%s|' {word} after"], capture_output=True, check=True, stdin=subprocess.DEVNULL
        )
        assert done.stdout.decode() == f"{text}|after|"


@given(hostile)
def test_yaml_reads_back_the_same_text(text: str) -> None:
    if (scalar := quoted("yaml", text)) is not None:
        assert yaml.safe_load(f"a: {scalar}\nb: 1\n") == {"a": text, "b": 1}


@pytest.mark.parametrize("text", ["null", "1", "0x10", "true", "no", "2024-01-01", "~", "a: b", "- a", "&a", "*a"])
def test_yaml_never_takes_text_for_anything_else(text: str) -> None:
    assert yaml.safe_load(quoting.yaml(text)) == text


@given(hostile)
def test_a_code_span_shows_the_same_text(text: str) -> None:
    if (span := quoted("code", text)) is not None:
        (block,) = [token for token in MarkdownIt().parse(f"before {span} after") if token.type == "inline"]
        before, code, after = block.children or []
        # markdown-it and CommonMark strip one blank from each side of a padded span only.
        assert (before.content, code.content, after.content) == ("before ", text, " after")


@given(hostile)
def test_markdown_text_shows_the_same_text(text: str) -> None:
    if (escaped := quoted("markdown", text)) is not None:
        tokens = MarkdownIt().parse(f"# a {escaped} b")
        assert [token.type for token in tokens] == ["heading_open", "inline", "heading_close"]
        assert {child.type for child in tokens[1].children or []} <= {"text", "text_special"}
        assert "".join(child.content for child in tokens[1].children or []) == f"a {text} b"


@given(hostile)
def test_a_comment_stays_one_line_and_gives_the_linter_no_orders(text: str) -> None:
    words = quoting.comment(text)
    line = f"# about {words}"
    assert len(line.splitlines()) == 1
    assert len(line.encode("utf-8")) < 1023
    document = parse_keepalived(line + "\n", path="keepalived.conf")
    assert not document.children
    assert not list(Suppressions([document.source], set()).ignores)


def test_a_refusal_names_the_key_and_the_character() -> None:
    with pytest.raises(RenderError) as caught:
        quoting.keepalived(Keyed('eth"0', (KeyPath("lb", 1, "interface"),)))
    assert caught.value.key == "lb.interface"
    assert str(caught.value) == "lb.interface can't be written in keepalived.conf: it has a double quote (\")"


@pytest.mark.parametrize("language", ["haproxy", "keepalived", "shell", "yaml", "markdown", "code", "fenced"])
@pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x7f", "\udc80"])
def test_what_ends_a_line_is_refused_everywhere(language: str, character: str) -> None:
    with pytest.raises(RenderError, match=f"U\\+{ord(character):04X}"):
        quoting.LANGUAGES[language](f"a{character}b")


@pytest.mark.parametrize("value", ["1", "1; reboot", True, 1.5, None])
def test_only_a_number_is_a_number(value: object) -> None:
    with pytest.raises(RenderError):
        quoting.number(value)
