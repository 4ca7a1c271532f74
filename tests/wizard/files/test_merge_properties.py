"""What holds for any file: nothing of others is lost or changes, and merging again changes nothing."""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parsers.source import Source
from tests.examples import times
from tests.parsers.haproxy.texts import ANY_TEXT
from tests.shared import real_files, shared
from tests.wizard.importer.merging import BODIES, NEWER, OURS, RENDERED, effective, facts, kinds
from wizard.merge import Merged, merge_haproxy

pytestmark = pytest.mark.slow

BLANKS = st.sampled_from(["", "\n", "\n\n", "# a comment\n", "\n# above\n", "# below\n\n", " \t\n", "#\udcff é\n"])
STATEMENTS = st.sampled_from(
    [
        "mode tcp", "mode http", "timeout client 5s", "\ttimeout server 50000", "timeout connect 1s # why", "retries 2",
        "option tcplog", "no option tcplog", "option httpchk GET /", "balance source", "log global", "no log",
        "maxconn 7",
        "default-server inter 9s check", "bind :8443", "bind 10.0.0.9:443", "server a 10.0.0.1:80",
        "server b 10.0.0.2:80 check", "default_backend x", "use_backend y if { path /a }", "acl z src 10.0.0.0/8",
        "# in between", "", 'bind "$VIP:443"', "default_backend kube-apiservers", "disabled",
    ]
)  # fmt: skip
HEADERS = st.sampled_from(
    [
        "frontend x", "backend x", "listen y", "frontend y from a", "backend z from b", "defaults", "defaults a",
        "defaults b from a", "global", "listen x from a", "resolvers r", "frontend f from k8s-tcp", "userlist u",
        "defaults from local-http",
    ]
)  # fmt: skip


class Part(NamedTuple):
    """A stretch of a file; `ours` is the header when it is a section of halb's."""

    text: str
    ours: str = ""


@st.composite
def sections(draw: st.DrawFn) -> Part:
    """A section of others, with what stands behind it."""
    lines = draw(st.lists(STATEMENTS, max_size=5))
    return Part("".join(f"{line}\n" for line in (draw(HEADERS), *lines)) + draw(BLANKS))


@st.composite
def files(draw: st.DrawFn) -> list[Part]:
    """Sections of others, with some of halb's (as an older version wrote them) in their order between."""
    parts = [Part(draw(BLANKS)), *draw(st.lists(sections(), max_size=6))]
    start = 1
    for header in draw(st.lists(st.sampled_from(OURS), unique=True).map(lambda found: sorted(found, key=OURS.index))):
        at = draw(st.integers(start, len(parts)))
        parts[at:at] = [Part(BODIES[header], header), Part(draw(BLANKS))]
        start = at + 2
    return parts


def checked(existing: str, rendered: str, take_over: list[str] | None = None) -> Merged:
    """Merge, with what has to hold of every merge."""
    merged = merge_haproxy(existing, rendered, take_over=take_over or [])
    if merged.problems:
        assert merged.text == existing
        assert merged.changes == ()
        assert all(problem.message and 0 <= problem.span.start <= len(existing) for problem in merged.problems)
        return merged
    again = merge_haproxy(merged.text, rendered, take_over=take_over or [])
    assert again.problems == ()
    assert again.text == merged.text
    assert kinds(again) == dict.fromkeys(OURS, "kept")
    if not take_over:
        assert effective(facts(merged.text)) == effective(facts(existing))
    return merged


@given(files(), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=times(150))
def test_others_stay_to_the_character_and_mean_the_same(parts: list[Part], line_end: str, unfinished: bool) -> None:
    existing = "".join(part.text for part in parts).replace("\n", line_end)
    if unfinished:
        existing = existing.removesuffix(line_end)
    merged = checked(existing, NEWER)
    present = {part.ours for part in parts}
    dependent = {"k8s-tcp": OURS[1:3], "local-http": OURS[4:]}
    # A section whose `defaults` is gone moves to the end, and what stands around it is another test's.
    if merged.problems or any(f"defaults {n}" not in present and present & set(d) for n, d in dependent.items()):
        return
    newer = dict(zip(OURS, _bodies(NEWER), strict=True))
    expected = "".join(newer[part.ours] if part.ours else part.text for part in parts).replace("\n", line_end)
    if unfinished and parts and not parts[-1].ours:
        expected = expected.removesuffix(line_end)
    start = merged.text[: len(expected)]
    assert start == expected
    rest = merged.text[len(expected) :].replace("\r\n", "\n")
    for header, body in newer.items():
        assert (header not in present) == (body in rest)
    lost = rest
    for body in newer.values():
        lost = lost.replace(body, "")
    if any(line.split() and not line.startswith("#") for line in existing.split("\n")):
        assert not lost.strip()


def _bodies(rendered: str) -> list[str]:
    return ["\n".join(line for line in part.split("\n") if line) + "\n" for part in rendered.split("\n\n")[1:]]


@given(files(), st.randoms(use_true_random=False))
@settings(max_examples=times(100))
def test_parts_in_any_order_lose_no_line_of_others(parts: list[Part], shuffle: random.Random) -> None:
    """Sections of halb's may stand before the `defaults` they name: they move, and only they."""
    shuffle.shuffle(parts)
    existing = "".join(part.text for part in parts)
    merged = checked(existing, NEWER)
    if merged.problems:
        return
    foreign = [line for part in parts if not part.ours for line in part.text.split("\n") if _counts(line)]
    found = iter(merged.text.split("\n"))
    assert all(line in found for line in foreign)  # each of them, in this order


def _counts(line: str) -> bool:
    """Comments above a section that moves go with it."""
    return bool(line.strip()) and not line.startswith("#")


@given(files(), st.lists(st.sampled_from(["x", "frontend x", "listen y", "defaults a", "b", "nobody"]), max_size=3))
@settings(max_examples=times(100))
def test_taking_over_removes_what_was_named_and_nothing_else(parts: list[Part], names: list[str]) -> None:
    existing = "".join(part.text for part in parts)
    merged = checked(existing, RENDERED, names)
    assume(not merged.problems)

    def named(keyword: str, name: str) -> bool:
        return name in names or f"{keyword} {name}" in names

    def rest(text: str) -> list[list[str]]:
        return [
            [line.line_text.rstrip("\r\n") for line in (section.header, *section.directives)]
            for section in facts(text).sections
            if (name := section.name.value if section.name else "") or section.keyword != "global"
            if f"{section.keyword} {name}" not in OURS
        ]

    gone = [s for s in facts(existing).sections if s.name and named(s.keyword, s.name.value)]
    left = [lines for lines in rest(existing) if not named(*_words(lines[0]))]
    assert rest(merged.text) == left
    assert sum(change.kind == "removed" for change in merged.changes) == len(gone)


def _words(header: str) -> tuple[str, str]:
    keyword, *names = header.split()
    return keyword, names[0] if names and names[0] != "from" else ""


@given(ANY_TEXT, st.sampled_from(["", *BODIES.values()]), ANY_TEXT)
@settings(max_examples=times(300))
def test_any_text_is_merged_or_refused(before: str, body: str, after: str) -> None:
    existing = f"{before}\n{body}{after}"
    merged = checked(existing, NEWER)
    if not merged.problems and not body and not any(header in existing for header in OURS):
        assert merged.text.startswith(existing)


@pytest.mark.corpus
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_real_files_keep_their_text_and_their_meaning(line_end: str) -> None:
    count = refused = 0
    for file in real_files("haproxy"):
        existing = Source.from_bytes(file.name, file.path.read_bytes()).text
        if line_end == "\r\n":
            existing = existing.replace("\r\n", "\n").replace("\n", line_end)
        count += 1
        merged = checked(existing, RENDERED)
        if merged.problems:
            refused += 1
            assert {problem.kind for problem in merged.problems} <= {"same-port", "same-name"}, file.name
            names = {" ".join(_words(p.span.source.text[p.span.start :])) for p in merged.problems}
            assert all(names), file.name
            continue
        assert merged.text.startswith(existing)
        newer = checked(merged.text, NEWER)
        assert newer.text.startswith(existing)
        assert checked(newer.text, RENDERED).text == merged.text
    assert count > 25
    assert 0 < refused < count / 4


@pytest.mark.corpus
def test_the_configuration_of_debian_and_the_one_of_the_article() -> None:
    seed = shared() / "seed"
    debian = (seed / "debian-default-haproxy.cfg").read_text(encoding="utf-8")
    assert checked(debian, RENDERED).text.startswith(debian)
    for node in ("haproxy-lb1", "haproxy-lb2"):
        article = (seed / node / "haproxy.cfg").read_text(encoding="utf-8")
        merged = checked(article, RENDERED)
        assert [problem.span.line for problem in merged.problems] == [37]
        both = ["frontend k8s-managers.kacangisnuts.com", "backend k8s-managers"]
        merged = checked(article, RENDERED, both)
        assert merged.text == debian + "\n" + "\n".join(BODIES.values())
