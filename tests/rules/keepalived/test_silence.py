"""What must not be judged: conditional lines, variables, templates, and echoes of another mistake."""

from __future__ import annotations

import pytest

from rules.engine.finding import Severity
from tests.rules.keepalived.linting import HEAD, findings, instance


def test_a_conditional_value_is_judged_only_where_it_applies() -> None:
    text = HEAD + instance("@lb1 priority 300", "@lb2 priority 90")
    assert findings(text, "KA048") == []
    assert [f.location.line for f in findings(text, "KA048", config_id="lb1")] == [13]
    assert findings(text, "KA048", config_id="lb2") == []


@pytest.mark.parametrize("line", ["priority $PRIORITY", "priority ${PRIORITY}", "priority <PRIORITY>", "state %STATE%"])
def test_a_placeholder_is_one_finding(line: str) -> None:
    found = findings(HEAD + instance(line))
    assert [f.code for f in found if f.severity > Severity.INFO] == ["KA004"]


def test_a_name_that_is_defined_under_a_condition_is_no_placeholder() -> None:
    text = "@lb1 $PRIORITY=110\n@lb2 $PRIORITY=90\n" + HEAD + instance("priority $PRIORITY")
    assert findings(text, "KA004") == []


def test_a_template_file_may_hold_placeholders() -> None:
    text = HEAD + instance("priority {{ priority }}")
    assert findings(text, "KA004", path="keepalived.conf.j2") == []
    assert len(findings(text, "KA004")) == 1


@pytest.mark.parametrize("password", ["$ecret", "pa$word", "xxxxxxxx", "a<b>c", "10%off%"])
def test_passwords_with_odd_characters_are_no_placeholders(password: str) -> None:
    text = HEAD + instance("authentication {", "    auth_type PASS", f"    auth_pass {password}", "}")
    assert findings(text, "KA004") == []


@pytest.mark.parametrize(
    "script",
    [
        "\"/bin/sh -c 'echo > /dev/tcp/127.0.0.1/6443'\"",
        "\"/bin/sh -c 'test $(pidof haproxy)'\"",
        "\"/bin/bash -c '[[ -n $HOME ]]'\"",
        '"</dev/tcp/127.0.0.1/6443"',
        "'pidof haproxy'",
    ],
)
def test_commands_may_hold_what_a_shell_reads(script: str) -> None:
    text = HEAD.replace('"/usr/local/bin/check"', script) + instance("priority 100")
    assert findings(text, "KA004", "KA041", "KA048") == []


def test_a_misspelt_block_does_not_make_its_content_missing() -> None:
    text = HEAD + instance("priority 100").replace("track_script", "track_scripts").replace(
        "virtual_ipaddress", "virtual_ip_address"
    )
    assert {f.code for f in findings(text)} == {"KA027"}


def test_an_unknown_block_is_judged_by_its_head_only() -> None:
    text = HEAD + "my_own_block {\n    priority 300\n    foo bar\n}\n" + instance("priority 100")
    assert [(f.code, f.location.line) for f in findings(text)] == [("KA027", 9)]


def test_newer_keywords_are_known_unless_a_version_is_set() -> None:
    text = HEAD + instance("priority 100", "timer_expired_backup 200")
    assert findings(text, "KA027") == []
    [found] = findings(text, "KA027", version="2.2.7")
    assert "2.2.8" in found.message


def test_fractions_depend_on_the_version() -> None:
    text = HEAD.replace("interval 2", "interval 0.5") + instance("priority 100")
    assert [f.severity.word for f in findings(text, "KA048")] == ["warning"]
    assert findings(text, "KA048", version="2.3.2") == []


def test_a_file_without_instances_is_fine() -> None:
    assert findings("global_defs {\n    router_id lb1\n}\n") == []
    assert findings("") == []


def test_a_weight_on_a_line_of_its_own_is_one_finding() -> None:
    text = HEAD + instance("priority 100").replace("        check\n", "        check\n        weight -20\n")
    assert [f.code for f in findings(text)] == ["KA047"]
