"""A new halb.toml, written from a plan."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given

from rules.plan import parse_cluster
from rules.plan.schema import SCHEMA
from tests.programs import ROOT
from tests.wizard.plans import ARTICLE, HOSTILE_NAMES, plans
from wizard.plan.file import write_plan
from wizard.plan.plan import Plan, plan_of


def read(text: str) -> Plan:
    return plan_of(parse_cluster(text, "halb.toml"))


@given(plans())
def test_a_plan_that_is_written_reads_as_the_same_plan(plan: Plan) -> None:
    assert read(write_plan(plan)) == plan


def test_a_new_file_has_a_line_about_each_table_in_the_order_of_the_contract() -> None:
    text = write_plan(ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(timeout_client="2h")))
    headers = [line for line in text.splitlines() if line.startswith("[")]
    assert list(dict.fromkeys(headers)) == ["[cluster]", "[[control_plane]]", "[vip]", "[vrrp]", "[[lb]]", "[haproxy]"]
    for header in dict.fromkeys(headers):
        name = header.strip("[]")
        above = text[: text.index(f"{header}\n")].splitlines()[-1]
        assert above.startswith("# ")
        assert SCHEMA[name].what.lower() in above.lower()
    assert text.endswith('\n[haproxy]\ntimeout-client = "2h"\n')
    assert "schema = 1\n" in text
    assert 'files = ["haproxy-lb2/etc/haproxy/haproxy.cfg", "haproxy-lb2/etc/keepalived/keepalived.conf"]\n' in text


def test_choices_of_haproxy_that_are_the_usual_ones_are_not_written() -> None:
    assert "haproxy]" not in write_plan(ARTICLE)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_name_breaks_a_new_file(name: str) -> None:
    plan = ARTICLE._replace(name=name)
    assert read(write_plan(plan)) == plan


def test_the_linter_never_loads_the_writer() -> None:
    code = "import sys, rules.command.cli, wizard.plan.plan; "
    code += "print('rules.plan.toml.edit' in sys.modules, 'wizard.plan.file' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == "False False\n"
