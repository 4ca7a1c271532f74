"""What holds for any text: it comes back unchanged, places are true, and nothing raises."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import parse_haproxy
from parsers.facts.haproxy import haproxy_facts
from parsers.grammar.common import read_int, read_ip, read_time
from parsers.grammar.haproxy_addresses import read_address
from parsers.grammar.haproxy_conditions import evaluate
from parsers.haproxy.document import HaproxyDocument
from parsers.keywords.haproxy import haproxy_table
from parsers.source import Source
from tests.examples import times
from tests.parsers.haproxy.texts import ANY_TEXT, CONFIGS, read_all


def check_document(text: str) -> HaproxyDocument:
    document = parse_haproxy(text)
    assert str(document) == text
    for problem in document.problems:
        check_span(problem.span.start, problem.span.end, text)
        assert problem.message
    for span in [*document.secrets, *document.comments(), *document.scopes]:
        check_span(span.start, span.end, text)
    for span in document.comments():
        assert span.text.startswith("#")
        assert "\n" not in span.text
    position = 0
    for section in document.sections:
        for line in [section.header, *section.directives]:
            assert line.start >= position
            position = line.start
            check_words(line.words, text)
            assert line.file is section.file
            assert line.first_arg == (line.args[0].value if line.args else "")
        lines = [line for keyword in section.keywords for line in section.find_all(keyword)]
        assert sorted(lines, key=lambda line: line.start) == list(section.directives)
        assert all(line.keyword == keyword for keyword in section.keywords for line in section.find_all(keyword))
    return document


def check_span(start: int, end: int, text: str) -> None:
    assert 0 <= start <= end <= len(text)


def check_words(words: object, text: str) -> None:
    assert isinstance(words, list)
    before = 0
    for word in words:
        check_span(word.start, word.end, text)
        raw = text[word.start : word.end]
        assert raw
        assert "\n" not in raw
        assert word.start >= before or "${" in raw
        before = word.end
        if not set(raw) & set("\"'\\\ufeff"):
            assert raw == word.value


@given(ANY_TEXT)
@settings(max_examples=times(400))
def test_any_text(text: str) -> None:
    read_all(haproxy_facts([check_document(text)]))


@given(st.lists(CONFIGS, max_size=3))
def test_several_files(texts: list[str]) -> None:
    read_all(haproxy_facts([parse_haproxy(text, f"{number}.cfg") for number, text in enumerate(texts)]))


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    source = Source.from_bytes("haproxy.cfg", data)
    document = parse_haproxy(source.text)
    assert Source("haproxy.cfg", str(document)).to_bytes() == data


@given(st.text(max_size=60))
def test_readers_take_any_text(text: str) -> None:
    read_time(text)
    read_int(text)
    read_ip(text)
    address = read_address(text)
    assert address.port_start is None or address.port_start >= 0
    evaluate(text)
    haproxy_table().server_options.get(text)


@given(st.text(alphabet="01!&|() defx", max_size=30))
@settings(max_examples=times(300))
def test_conditions_agree_with_a_plain_evaluation(text: str) -> None:
    """Where Python can evaluate the translated expression, the outcome is the same."""
    found = evaluate(text)
    if found.error or found.outcome is None or not text.strip():
        return
    python = text.replace("&&", " and ").replace("||", " or ").replace("!", " not ").strip()
    for zeros in ("00", "01"):
        if zeros in text:  # not a Python number
            return
    assert bool(eval(python)) is found.outcome


@given(st.lists(st.sampled_from(["a", "bind", "é", "x:1", "%[src]", "$", "{", "}"]), min_size=1, max_size=60))
def test_plain_words_stand_as_they_are(parts: list[str]) -> None:
    document = parse_haproxy("listen x\n  " + " \t".join(["k", *parts]) + " # c\n")
    (line,) = document.sections[0].directives
    assert [word.span.text for word in line.words] == ["k", *parts]
    assert [word.value for word in line.words] == ["k", *parts]
