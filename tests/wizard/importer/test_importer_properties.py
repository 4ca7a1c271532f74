"""Nothing is lost: every line is accounted for, nothing raises, and halb's own files come back as the plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.engine.finding import NodeFiles
from rules.files.kinds import kind_of
from rules.plan.complete import plan_from, values_of
from rules.plan.draft import Draft
from rules.plan.model import KeyPath
from rules.plan.schema import key_at
from rules.plan.types.readers import written
from tests.examples import times
from tests.shared import shared
from tests.wizard.importer.pairs import HAPROXY, keepalived
from tests.wizard.plans import ARTICLE, plans
from wizard.importer import Imported, import_files
from wizard.plan.plan import Plan, check_plan
from wizard.questions.answers import answers_of
from wizard.questions.session import judge
from wizard.render.files import Rendered, render
from wizard.render.quoting import RenderError

pytestmark = pytest.mark.slow


def unaccounted(files: dict[str, str], found: Imported) -> list[tuple[str, int, str]]:
    """Lines with content that are neither used nor left over, found without a parser."""
    known = {*found.used, *((i.file, n) for i in found.leftovers for n in range(i.line, i.last + 1))}
    missing = []
    for path, text in files.items():
        comments = "#!" if path.endswith(".conf") else "#"
        for number, line in enumerate(text.split("\n"), 1):
            content = line.strip(" \t\r\f\v\ufeff{};")
            if content and content[0] not in comments and (path, number) not in known:
                missing.append((path, number, line))
    return missing


def _load(folder: Path) -> dict[str, str]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(p.relative_to(folder)): p.read_bytes().decode("utf-8", "surrogateescape") for p in paths}


@pytest.mark.corpus
def test_every_line_of_the_corpus_s_pairs_is_accounted_for() -> None:
    pairs = sorted((shared() / "corpus" / "pairs").iterdir())
    assert pairs
    for folder in pairs:
        files = _load(folder)
        found = import_files(files)
        assert len(found.draft.load_balancers) == len(list(folder.iterdir())), folder
        assert unaccounted(files, found) == [], folder


@pytest.mark.corpus
@pytest.mark.parametrize("kind", ["haproxy", "keepalived"])
def test_every_line_of_the_corpus_s_single_files_is_accounted_for(kind: str) -> None:
    singles = _load(shared() / "corpus" / "singles" / kind)
    assert singles
    for text in singles.values():
        name = "x.cfg" if kind == "haproxy" else "x.conf"
        files = {name: text}
        node = NodeFiles("lb1", *(((name,), ()) if kind == "haproxy" else ((), (name,))))
        if kind_of(name, text) == kind:
            assert unaccounted(files, import_files(files, [node])) == []


def _nodes(plan: Plan) -> list[NodeFiles]:
    return [
        NodeFiles(lb.name, (f"{lb.name}/etc/haproxy/haproxy.cfg",), (f"{lb.name}/etc/keepalived/keepalived.conf",))
        for lb in plan.load_balancers
    ]


def _back(plan: Plan, rendered: dict[str, Rendered]) -> Imported:
    return import_files({path: file.text for path, file in rendered.items()}, _nodes(plan))


def _completed(plan: Plan, found: Imported) -> Plan:
    """The imported plan, with what no file says: the keys that are declared so, and own addresses under multicast."""
    outside = [path for path in values_of(plan) if not key_at(path).in_files]
    if plan.vrrp.mode == "multicast":
        outside.append(KeyPath("cluster", 0, "layout"))
        outside += [KeyPath("lb", n, key) for n in range(len(plan.load_balancers)) for key in ("address", "address6")]
    # The draft may have load balancers of the same priority in another order than the plan.
    names = [lb.name for lb in plan.load_balancers]
    place = {number: names.index(lb.name) for number, lb in enumerate(found.draft.load_balancers)}
    values = {
        path._replace(number=place[path.number]) if path.table == "lb" else path: value
        for path, value in found.draft.values.items()
        if path.name not in ("lb.files", "lb.imported")
    }
    return plan_from({**values, **{path: v for path, v in values_of(plan).items() if path in outside}})


def test_the_article_s_rendered_files_come_back_as_the_plan_by_their_paths_alone() -> None:
    files = {path: file.text for path, file in render(ARTICLE).items() if path.endswith((".cfg", ".conf"))}
    found = import_files(files)
    assert _completed(ARTICLE, found) == ARTICLE
    assert (found.leftovers, found.conflicts) == ((), ())


@settings(max_examples=times(60))
@given(plans())
def test_rendered_files_come_back_as_the_plan_with_nothing_left_over(plan: Plan) -> None:
    assume(not check_plan(plan))
    try:
        rendered = render(plan)
    except RenderError:  # a clash that only the languages of the files have
        assume(False)
        raise
    found = _back(plan, rendered)
    assert _completed(plan, found) == plan
    assert (found.leftovers, found.conflicts, found.candidates) == ((), (), ())


@settings(max_examples=times(60))
@given(plans())
def test_a_plan_survives_being_values(plan: Plan) -> None:
    draft = Draft(values_of(plan))
    assert plan_from(draft.values) == plan
    assert plan.vrrp.auth_pass is None or "vrrp.auth_pass=********" in repr(draft)


@settings(max_examples=times(30))
@given(plans())
def test_a_plan_survives_answers_files_and_their_import(plan: Plan) -> None:
    outcome = judge(answers_of({path: written(value) for path, value in values_of(plan).items()}))
    assume(outcome.plan is not None)
    assert outcome.plan == plan
    files = {path: text for path, text in outcome.files.items() if path.endswith((".cfg", ".conf", ".yaml"))}
    assert _completed(plan, import_files(files, _nodes(plan))) == plan


_LINES = [*HAPROXY.splitlines(), *keepalived(11, 12).splitlines()]
_ODD = [
    "$X=5", "priority $X", "@lb1 priority 9", "include other.conf", "track_script {", "chk weight 5", "}", "{",
    ".if defined(X)", ".endif", "server a b:c", 'bind "', "listen x", "backend masters", "vrrp_instance B {",
    "virtual_ipaddress { 10.0.0.10/24 }", "10.0.0.10 dev", "unicast_src_ip ::1", "vrrp_sync_group g {", "group {",
    "API", "priority 0", "maxconn x", "timeout client", "mode http", "defaults", "server-template s 3 10.0.0.1:6443",
    "bind :6443,[::]:7443 ssl", "auth_pass", "native_ipv6", "{{ x }}", "{% if x %}", "\x00", "\ufeff",
    "use_backend masters",
]  # fmt: skip
_texts = st.lists(st.sampled_from([*_LINES, *_ODD]) | st.text(max_size=12), max_size=50).map("\n".join)


def _spliced(base: str, noise: str, at: int) -> str:
    lines = base.splitlines()
    return "\n".join([*lines[: at % len(lines)], *noise.split("\n"), *lines[at % len(lines) :]])


@settings(max_examples=times(150))
@given(_texts, _texts, st.integers(0, 40), st.booleans())
def test_no_text_raises_and_every_line_is_accounted_for(one: str, two: str, at: int, whole: bool) -> None:
    files = {
        "lb1/haproxy.cfg": one if whole else _spliced(HAPROXY, one, at),
        "lb1/keepalived.conf": two if whole else _spliced(keepalived(11, 12), two, at),
        "lb2/haproxy.cfg": HAPROXY,
        "lb2/keepalived.conf": keepalived(12, 11),
    }
    nodes = [NodeFiles(n, (f"{n}/haproxy.cfg",), (f"{n}/keepalived.conf",)) for n in ("lb1", "lb2")]
    found = import_files(files, nodes)
    assert unaccounted(files, found) == []


@settings(max_examples=times(100))
@given(st.text("abcdefgh0123456789!?#{}$", min_size=6, max_size=14), st.sampled_from(["PASS", "AH", "x"]))
def test_no_password_is_shown(password: str, kind: str) -> None:
    block = f"authentication {{\nauth_type {kind}\nauth_pass {password}Zq9\n}}"
    files = {
        "lb1/keepalived.conf": keepalived(11, 12, authentication=block),
        "lb2/keepalived.conf": keepalived(12, 11, authentication=block.replace("Zq9", "Zq8")),
    }
    shown = repr(import_files(files))
    assert "Zq9" not in shown
    assert password not in shown
