"""Any str at all, lone surrogates included: bytes that are not UTF-8, and what only a program can have in a text."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.edits import Edit, apply_edits
from parsers.source import Source, bytes_of
from rules import Options, Run
from rules.report import concise, failover, full, github, printable
from rules.report import json as json_format
from rules.report.diff import unified
from rules.report.style import Style
from tests.examples import times
from tests.rules.agreement.reading import read_pair
from tests.rules.engine.cases import CASES
from tests.wizard.plans import ARTICLE
from wizard.commands.importing import notes_of
from wizard.importer import import_files
from wizard.plan.draft_text import draft_text
from wizard.plan.plan import Plan, check_plan
from wizard.render.files import RenderError, render

pytestmark = pytest.mark.slow

FLEETS = [{path: text for path, text in read_pair(folder).items() if path != "expected.txt"} for folder in CASES]
SURROGATES = st.sampled_from(["\udcff", "\udc80", "\ud800", "\udbff", "\udfff", "\udc00", "\ud83d", "a\udcffb\ud800"])
TEXTS = st.text(
    alphabet=st.one_of(st.characters(), st.characters(categories=["Cs"]), st.sampled_from(" \n\"'#{}$%[]()"))
)


@st.composite
def fleets(draw: st.DrawFn) -> dict[str, str]:
    """Real files with surrogates in some places: within words, instead of them, and instead of stretches."""
    fleet = dict(draw(st.sampled_from(FLEETS)))
    for path in draw(st.lists(st.sampled_from(sorted(fleet)), min_size=1, max_size=3)):
        for _ in range(draw(st.integers(1, 4))):
            text = fleet[path]
            start = draw(st.integers(0, len(text)))
            end = draw(st.integers(start, min(len(text), start + draw(st.sampled_from([0, 0, 1, 12])))))
            fleet[path] = text[:start] + draw(st.one_of(SURROGATES, TEXTS)) + text[end:]
    return fleet


def everything(files: dict[str, str]) -> None:
    """All that halb does with texts in memory; each output can be written as UTF-8."""
    run = Run(files, Options())
    report = run.report()
    assert report.crashes == ()
    style, table = Style(), run.failover()
    outputs = [form.render(report, style) for form in (full, concise, github)]
    outputs += [json_format.render(report, style, table), failover.render(table, style)]
    imported = import_files(files)
    text, left_out = draft_text(imported.draft, Path())
    outputs += [text, *(printable(line) for line in (*left_out, *notes_of(imported)))]
    for path, content in files.items():
        outputs += [unified(path, content, content.replace("1", "2")), unified(path, None, content)]
    for output in outputs:
        output.encode()


@settings(max_examples=times(60))
@given(fleets())
def test_damaged_files(fleet: dict[str, str]) -> None:
    everything(fleet)


@settings(max_examples=times(60))
@given(TEXTS, TEXTS)
def test_any_str_as_either_file(haproxy: str, keepalived: str) -> None:
    files = {"lb1/haproxy.cfg": haproxy, "lb1/keepalived.conf": keepalived, "lb2/keepalived.conf": haproxy}
    everything(files)


@pytest.mark.parametrize("word", ["s\udcffcret12", "\ud800secret", "\udcff\ud800\udfff" * 3])
def test_a_password(word: str) -> None:
    fleet = next(fleet for fleet in FLEETS if any("auth_pass " in text for text in fleet.values()))
    everything(
        {
            path: re.sub("(auth_pass|priority|interface|state|router_id) .*", rf"\1 {word}", text)
            for path, text in fleet.items()
        }
    )


@settings(max_examples=times(100))
@given(TEXTS)
def test_bytes_of_any_str(text: str) -> None:
    data = bytes_of(text)
    assert Source.from_bytes("x", data).to_bytes() == data
    assert len(data) >= len(text)
    assert Source("x", text).to_bytes() == data


@settings(max_examples=times(100))
@given(TEXTS, TEXTS, st.data())
def test_edits_of_any_str(text: str, other: str, data: st.DataObject) -> None:
    source = Source("x", text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert apply_edits(source, [Edit(source.span(start, end), other)]) == text[:start] + other + text[end:]


@settings(max_examples=times(60))
@given(st.one_of(SURROGATES, TEXTS), st.sampled_from(["name", "endpoint", "auth_pass", "lb", "interface", "api"]))
def test_a_plan_with_any_value_is_refused_or_written(word: str, key: str) -> None:
    plan = _plan(word, key)
    if list(check_plan(plan)):
        with pytest.raises(RenderError):
            render(plan)
        return
    with contextlib.suppress(RenderError):  # a value that a language has no way to write
        files = {path: rendered.text for path, rendered in render(plan).items()}
        for text in files.values():
            text.encode()
        everything({path: text for path, text in files.items() if path.endswith((".cfg", ".conf"))})


def _plan(word: str, key: str) -> Plan:
    """The article's plan with a word as one of its values."""
    if key in ("name", "endpoint"):
        return ARTICLE._replace(**{key: word})
    if key == "auth_pass":
        return ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(auth_pass=word))
    if key == "api":
        return ARTICLE._replace(
            control_plane=(ARTICLE.control_plane[0]._replace(name=word), *ARTICLE.control_plane[1:])
        )
    field = "name" if key == "lb" else key
    first = ARTICLE.load_balancers[0]._replace(**{field: word})
    return ARTICLE._replace(load_balancers=(first, *ARTICLE.load_balancers[1:]))
