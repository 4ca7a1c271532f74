"""A mistake that the files of both load balancers have is one line of the list, and one reason overrides it in both."""

from __future__ import annotations

from rules import lint
from tests.wizard.questions.sessions import article
from wizard.questions.review import accepted, items
from wizard.questions.session import Judgement, judge

FILES = ["haproxy-lb1/etc/haproxy/haproxy.cfg", "haproxy-lb2/etc/haproxy/haproxy.cfg"]


def broken() -> Judgement:
    """The article's cluster with a mode that haproxy does not have, as a bad template would write."""
    outcome = judge(article())
    files = {
        path: text.replace("mode tcp", "mode https") if path in FILES else text for path, text in outcome.files.items()
    }
    report = lint({path: text for path, text in files.items() if path.endswith((".cfg", ".conf"))})
    return outcome._replace(files=files, report=report)


def test_the_list_names_both_nodes_once() -> None:
    found = [item for item in items(broken(), {}) if item.finding is not None and item.finding.code == "HA034"]
    assert found
    assert all("(haproxy-lb1, haproxy-lb2)" in item.text for item in found)


def test_a_reason_is_written_into_both_files() -> None:
    outcome = broken()
    overrides = accepted(outcome, {"HA034": "the template is being mended"})
    assert {one.path for one in overrides} == set(FILES)
    lines = {path: {one.line for one in overrides if one.path == path} for path in FILES}
    assert lines[FILES[0]] == lines[FILES[1]]
