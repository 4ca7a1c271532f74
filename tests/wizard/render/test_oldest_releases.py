"""The oldest releases that a plan may name: what older ones are told, and that the files are right for them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from rules.plan import HAPROXY_RELEASE, KEEPALIVED_RELEASE
from tests.examples import times
from tests.wizard.plans import ARTICLE, plans
from tests.wizard.questions.sessions import article
from wizard.plan.file import write_plan
from wizard.plan.plan import Plan
from wizard.questions.answers import Place
from wizard.questions.session import judge
from wizard.render.files import lint_rendered, render

OLDEST = (HAPROXY_RELEASE, KEEPALIVED_RELEASE)
HAPROXY, KEEPALIVED = Place("haproxy", 0, "version"), Place("vrrp", 0, "version")


def for_oldest(plan: Plan) -> Plan:
    haproxy, keepalived = OLDEST
    return plan._replace(haproxy=plan.haproxy._replace(version=haproxy), vrrp=plan.vrrp._replace(version=keepalived))


def errors(plan: Plan, files: dict[str, str]) -> list[str]:
    report = lint_rendered(plan, {"halb.toml": write_plan(plan), **files})
    return [finding.message for finding in report.findings if finding.severity.word == "error"]


def texts(plan: Plan) -> dict[str, str]:
    return {path: file.text for path, file in render(plan).items()}


def test_the_oldest_releases_are_those_that_the_documentation_names() -> None:
    assert OLDEST == ("2.4", "2.0.11")


@pytest.mark.parametrize(
    ("place", "older", "daemon", "oldest"),
    [(HAPROXY, "2.2", "haproxy", "2.4"), (HAPROXY, "2.3.9", "haproxy", "2.4"),
     (KEEPALIVED, "2.0.10", "keepalived", "2.0.11"), (KEEPALIVED, "1.4", "keepalived", "2.0.11")],
)  # fmt: skip
def test_an_older_release_is_an_error_at_its_field_that_says_which_is_needed_and_why(
    place: Place, older: str, daemon: str, oldest: str
) -> None:
    found = judge(article().put(place, older))
    assert found.plan is None
    assert found.faults == {
        place: f"can't be '{older}': {daemon} takes the files that halb writes from {oldest} on; install that or a "
        "later one"
    }
    right = judge(article().put(place, oldest))
    assert right.faults == {}
    assert f"check_release {daemon} {oldest} " in right.files["haproxy-lb1/install.sh"]


@settings(max_examples=times(40))
@given(plans())
@pytest.mark.slow
def test_the_files_of_every_plan_are_right_for_the_oldest_releases(plan: Plan) -> None:
    oldest = for_oldest(plan)
    assert errors(oldest, texts(oldest)) == errors(plan, texts(plan))


def test_a_line_that_needs_a_newer_release_would_be_found() -> None:
    """The test above would pass with a linter that did not know the release. Of 2.4 it knows what 2.6 refuses."""
    plan = for_oldest(ARTICLE)
    files = texts(plan)
    assert errors(plan, files) == []
    haproxy, keepalived = "haproxy-lb1/etc/haproxy/haproxy.cfg", "haproxy-lb1/etc/keepalived/keepalived.conf"
    newer = "    option accept-unsafe-violations-in-http-response\n    default_backend"
    found = errors(plan, files | {haproxy: files[haproxy].replace("    default_backend", newer, 1)})
    assert any("needs haproxy 3.2; this file is for 2.4" in message for message in found)
    newer = "    unicast_fault_no_peer\n    virtual_router_id"
    found = errors(plan, files | {keepalived: files[keepalived].replace("    virtual_router_id", newer, 1)})
    assert any("needs keepalived 2.2.5; this file is for 2.0.11" in message for message in found)
