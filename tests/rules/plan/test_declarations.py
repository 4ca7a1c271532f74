"""The keys of halb.toml are declared once, and everything else follows: shown for each, and for one that is new."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.plan import KeyPath, parse_cluster
from rules.plan.complete import missing, plan_from, usual_value, values_of
from rules.plan.document import json_schema, page
from rules.plan.draft import Draft
from rules.plan.model import ControlPlaneNode, LoadBalancer, Vip
from rules.plan.record import Key
from rules.plan.schema import OF_PLAN, SCHEMA, every_key, key_at
from rules.plan.types.readers import text_of, written
from tests.examples import times
from tests.programs import ROOT
from tests.wizard.plans import ARTICLE, plans
from wizard.plan.file import write_plan
from wizard.plan.plan import Plan
from wizard.questions.answers import Answers, answers_of, from_toml, to_toml, typed, values_of_answers
from wizard.questions.steps import steps

KEYS = {f"{key.table}.{key.name}": key for key in every_key()}
_WORDS = st.lists(st.text("abcXYZ019*/.,;=[]{}'\" -", min_size=1, max_size=8), max_size=3).map(tuple)


def values(key: Key) -> st.SearchStrategy[Any]:
    """Values of a key, as its schema describes them and its own check takes them."""
    schema = key.type.schema
    if schema["type"] == "array":
        found: st.SearchStrategy[Any] = _WORDS.map(list)
    elif schema["type"] == "object":
        found = st.dictionaries(st.text("abc*/", min_size=1, max_size=5), _WORDS.map(list), max_size=2)
    elif "enum" in schema:
        found = st.sampled_from(schema["enum"])
    elif "const" in schema:
        found = st.just(schema["const"])
    elif schema["type"] == "boolean":
        found = st.booleans()
    elif schema["type"] == "string":
        found = st.sampled_from(
            [*key.examples, "a.b", "7ms", "2.9", "10.1.2.3", "10.1.2.3/24", "fd00::1", "fd00::1/64"]
        )
    else:
        found = st.integers(int(schema["minimum"]) or 1, int(schema["maximum"]))
    return found.filter(lambda value: readable(key, value)).map(key.read)


def readable(key: Key, value: Any) -> bool:
    try:
        key.read(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", KEYS)
@given(st.data())
@settings(max_examples=times(25))
def test_every_key_survives_the_way_through_a_file_and_a_form(name: str, data: st.DataObject) -> None:
    key = KEYS[name]
    value = data.draw(values(key))
    path = KeyPath(key.table, 0, key.name)
    base = {p: v for p, v in values_of(ARTICLE).items() if p.table != key.table or SCHEMA[key.table].many}
    more = {path: value} if (key.table, key.name) not in OF_PLAN else {}
    text = write_plan(ARTICLE, more=more) if more else ""
    if not more:
        answers = answers_of({p: written(v) for p, v in {**base, path: value}.items()})
        text = to_toml(answers)
        assert values_of_answers(from_toml(text)) == {**base, path: value}
    assert path in (values_of_answers(from_toml(text)))
    assert values_of_answers(from_toml(text))[path] == value
    assert key.read(typed(path, text_of(written(value)))) == value


@given(plans())
def test_a_plan_survives_the_way_through_values_answers_and_a_draft(plan: Plan) -> None:
    said = values_of(plan)
    answers = answers_of({path: written(value) for path, value in said.items()})
    assert values_of_answers(answers) == said
    assert plan_from(values_of_answers(from_toml(to_toml(answers)))) == plan
    assert list(missing(said)) == []
    draft = Draft(said)
    assert (draft.endpoint, draft.vrrp.mode, draft.haproxy.timeout_client) == (
        plan.endpoint, plan.vrrp.mode, plan.haproxy.timeout_client
    )  # fmt: skip
    assert [lb.address for lb in draft.load_balancers] == [lb.address for lb in plan.load_balancers]


@pytest.mark.parametrize("name", KEYS)
def test_every_key_has_what_a_form_and_a_page_show(name: str) -> None:
    key = KEYS[name]
    assert key.label
    assert key.what
    assert not key.what.endswith(".")
    assert len(key.help or key.what) <= 74, "a help line fits 80 columns"
    for example in key.examples:
        assert readable(key, typed(KeyPath(key.table, 0, key.name), example)), example
    if key.needed:
        assert key.examples, "what to write is said by an example"
    asked = [field for step in steps() for field in step.fields if (field.table, field.key) == (key.table, key.name)]
    assert asked or name == "cluster.schema"
    assert f"| `{key.name}` |" in page()
    assert json.loads(json_schema())["properties"][key.table]
    assert key.secret <= (key.default is None), "a secret has no default that could be shown"


def test_a_default_is_a_value_that_its_own_key_takes() -> None:
    for path, value in values_of(ARTICLE).items():
        usual = usual_value(path, values_of(ARTICLE))
        assert key_at(path).read(written(value)) == value
        assert usual is None or readable(key_at(path), written(usual))


@pytest.mark.parametrize(("view", "table"), [(ControlPlaneNode, "control_plane"), (LoadBalancer, "lb"), (Vip, "vip")])
def test_what_the_linter_looks_at_is_declared(view: Any, table: str) -> None:
    assert set(view._fields) <= set(SCHEMA[table].keys)


def test_the_schema_describes_what_is_written() -> None:
    schema = json.loads(json_schema())
    for name, table in SCHEMA.items():
        described = schema["properties"][name]
        described = described["items"] if table.many else described
        assert list(described["properties"]) == list(table.keys)


NEW_KEY = """
    socket_rcvbuf: int = key(
        "haproxy.socket-rcvbuf", whole_number(1, 9000), "a key that is only in this test", default=8000, secret=False
    )
"""
USE = """
import json
from pathlib import Path
from rules.plan import KeyPath, parse_cluster
from rules.plan.document import json_schema, page
from wizard.plan.file import write_plan
from wizard.plan.plan import plan_of
from wizard.questions.answers import from_toml, to_toml
from wizard.questions.session import judge, places, step_of
from wizard.render.files import render

text = Path("halb.toml").read_text()
path = KeyPath("haproxy", 0, "socket-rcvbuf")
plan = plan_of(parse_cluster(text, "halb.toml"))
assert plan.haproxy.socket_rcvbuf == 8000
answers = from_toml(text).put(path, "77")
outcome = judge(answers)
assert not outcome.faults and outcome.plan.haproxy.socket_rcvbuf == 77, outcome
assert from_toml(to_toml(answers)) == answers
written = write_plan(outcome.plan, text)
assert "\\n[haproxy]\\nsocket-rcvbuf = 77\\n" in written, written
assert parse_cluster(written, "x").values[path].value == 77
assert "    # buffer 77\\n" in outcome.files["haproxy-lb1/etc/haproxy/haproxy.cfg"]
assert step_of(path).key == "advanced" and path in places(step_of(path), answers)
assert judge(answers.put(path, "0")).faults == {path: "must be a whole number from 1 to 9000, not 0"}
assert "socket-rcvbuf" in page() and "socket-rcvbuf" in json_schema()
print("well")
"""


@pytest.mark.slow
def test_a_new_key_is_one_declaration_and_the_line_of_a_template(tmp_path: Path) -> None:
    for package in ("parsers", "rules", "wizard"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    declarations = tmp_path / "rules/plan/keys/haproxy.py"
    declarations.write_text(declarations.read_text() + NEW_KEY)
    template = tmp_path / "wizard/render/templates/haproxy.cfg.j2"
    line = "    # buffer {{ haproxy.socket_rcvbuf|haproxy }}\n    maxconn {{ haproxy.maxconn"
    template.write_text(template.read_text().replace("    maxconn {{ haproxy.maxconn", line))
    (tmp_path / "halb.toml").write_text(write_plan(ARTICLE))
    (tmp_path / "use.py").write_text(USE)
    done = subprocess.run([sys.executable, "use.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("well\n", "")


def test_an_error_carries_its_key_and_its_reason() -> None:
    from rules.plan import ClusterError

    with pytest.raises(ClusterError) as caught:
        parse_cluster("[[lb]]\nname = 'a'\n[[lb]]\nname = 'b'\npriority = 255\n", "halb.toml")
    assert caught.value.path == KeyPath("lb", 1, "priority")
    assert caught.value.reason.startswith("must be a whole number from 1 to 254, not 255")
    assert str(caught.value).startswith("halb.toml:5: [[lb]] b priority must be a whole number")
    assert Answers({KeyPath("lb", 1, "priority"): "255"})
