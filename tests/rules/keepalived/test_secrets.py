"""Whatever is wrong with a password, no message shows it or a part of it."""

from __future__ import annotations

import pytest

from tests.rules.keepalived.linting import HEAD, findings, instance

_PARTS = ("Hunter", "swordfish", "rosebud")


@pytest.mark.parametrize(
    "line",
    [
        "auth_pass Hunterswordfish",
        "auth_pass Hunter swordfish rosebud",
        "auth_pass 'Hunter swordfish'",
        'auth_pass "Hunter swordfish',
        "auth_pass Hunter{swordfish}rosebud",
        "auth_pass <Hunter>swordfish",
        "auth_pass Hunter // swordfish",
        "auth_pass ${Hunter}",
        "auth_pass $HUNTER_swordfish",
        "auth_pass Hunter#swordfish",
        "auth_pass Hunter priority swordfish",
    ],
)
def test_no_part_of_a_password_is_shown(line: str) -> None:
    text = HEAD + instance("authentication {", "    auth_type PASS", f"    {line}", "}")
    for finding in findings(text):
        places = (finding.location, *finding.related)
        shown = " ".join([finding.message, finding.help, *(place.note for place in places)])
        assert not [part for part in _PARTS if part in shown], shown


def test_a_variable_does_not_show_its_password() -> None:
    text = "$SECRET=Hunterswordfish\n" + HEAD
    text += instance("authentication {", "    auth_type PASS", "    auth_pass $SECRET", "}")
    found = findings(text)
    assert [finding.code for finding in found if finding.code == "KA015"] == ["KA015"]
    assert not [finding for finding in found if "Hunter" in finding.message + finding.help]
