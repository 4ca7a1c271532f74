"""What holds for any text at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.facts.keepalived import keepalived_facts
from parsers.keepalived import IncludedFile, KeepalivedDocument, parse_keepalived
from parsers.source import Source
from tests.examples import times

PIECES = [
    "vrrp_instance",
    "A",
    "vrrp_script",
    "chk",
    "vrrp_sync_group",
    "global_defs",
    "track_file",
    "authentication",
    "auth_type",
    "auth_pass",
    "PASS",
    "virtual_ipaddress",
    "10.0.0.1/24",
    "dev",
    "eth0",
    "unicast_peer",
    "track_script",
    "weight",
    "-20",
    "priority",
    "100",
    "state",
    "MASTER",
    "foo",
    "script",
    "{",
    "{",
    "}",
    "}",
    '"',
    "'",
    "#",
    "!",
    "\\",
    "=",
    "$A",
    "${A}",
    "$A=x",
    "$A=y\\",
    "${_RANDOM",
    "${x:-y}",
    "@a",
    "@^a",
    "@b@",
    "~SEQ(A,1,3)",
    "~LST({A,B},{1})",
    "include",
    "includea",
    "{{",
    "}}",
    "{%",
    "%}",
]
BLANKS = [" ", "\t", "\n", "\n", "\r\n", "\r", "\x0b", "", "\u00a0", "\0", "\ufeff", "\u2028", "\udc80"]
CONFIGS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BLANKS)), max_size=60).map(
    lambda parts: "".join(piece + blank for piece, blank in parts)
)
TEXTS = st.one_of(st.text(alphabet=st.characters()), CONFIGS)


def check(document: KeepalivedDocument, text: str) -> None:
    assert str(document) == text
    for line in document.walk():
        assert line.keyword == (line.words[0].value if line.words else "")
        for word in line.words:
            place = word.span
            assert 0 <= place.start <= place.end <= len(place.source.text)
            if not (word.dynamic or word.quoted or "$" in place.text):
                assert place.text == word.value
    for problem in document.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(problem.span.source.text)
        assert problem.message
    for secret in document.secrets:
        assert 0 <= secret.start <= secret.end <= len(secret.source.text)


@settings(max_examples=times(300))
@given(TEXTS, st.sampled_from([None, "a"]))
def test_any_text_round_trips(text: str, config_id: str | None) -> None:
    check(parse_keepalived(text, config_id=config_id), text)


@settings(max_examples=times(100))
@given(st.binary())
def test_any_bytes_round_trip(data: bytes) -> None:
    source = Source.from_bytes("x.conf", data)
    document = parse_keepalived(source.text)
    assert Source("x.conf", str(document)).to_bytes() == data


@settings(max_examples=times(150))
@given(CONFIGS, CONFIGS)
def test_any_include(text: str, included: str) -> None:
    document = parse_keepalived(text, include=lambda pattern, _base, _variant: [IncludedFile(pattern, included)])
    check(document, text)


@settings(max_examples=times(200))
@given(CONFIGS)
def test_facts_of_any_text(text: str) -> None:
    facts = keepalived_facts(parse_keepalived(text))
    for named in [
        *facts.instances,
        *facts.scripts,
        *facts.processes,
        *facts.track_files,
        *facts.bfds,
        *facts.sync_groups,
    ]:
        for name in dir(named):
            if not name.startswith("_"):
                getattr(named, name)
    for instance in facts.instances:
        assert instance.effective_priority is None or 1 <= instance.effective_priority <= 255
        assert instance.initial_state in ("MASTER", "BACKUP")
        for tracker in instance.trackers:
            facts.tracker_weight(tracker)


@settings(max_examples=times(150))
@given(CONFIGS)
def test_the_tree_is_consistent(text: str) -> None:
    document = parse_keepalived(text)
    for child in document.children:
        assert child.parent is None
    for line in document.walk():
        for child in line.children or ():
            assert child.parent is line
