"""Short configurations and what five versions of the real `haproxy -c` said: what halb-lint says of the same files."""

from __future__ import annotations

import base64
import json
from typing import NamedTuple

import pytest

from parsers.source import Source
from rules.engine.finding import Finding, Severity
from tests.conftest import Figure
from tests.rules.haproxy.linting import findings
from tests.shared import shared

pytestmark = pytest.mark.corpus

# Findings that say that haproxy refuses the file.
_SAY_REFUSED = frozenset(
    ("HA001", "HA024", "HA028", "HA029", "HA030", "HA031", "HA034", "HA035", "HA041", "HA042", "HA044", "HA045")
)
_MACHINE = "depends on the machine, not on the text: {}"
_MISSED = {
    "errorfile-missing": _MACHINE.format("whether the error file is there"),
    "g-group-unknown": _MACHINE.format("whether the group is there"),
    "srv-checkssl-cafile-missing": _MACHINE.format("whether the CA file is there"),
}
_SAID = {
    "cr-tail-junk": "PA008 says that text behind a carriage return is ignored, as haproxy does without a word",
}


class Case(NamedTuple):
    name: str
    text: str
    statuses: set[int]
    silent: bool

    @property
    def refused(self) -> bool:
        """Refused by every version. Status 2 (nothing listens) is neither refused nor accepted here."""
        return self.statuses == {1}

    @property
    def accepted(self) -> bool:
        """Accepted by every version without a word."""
        return self.statuses == {0} and self.silent


def cases() -> list[Case]:
    path = shared() / "data" / "haproxy-cases.json"
    if not path.is_file():
        pytest.skip("the table of haproxy cases is not beside this checkout")
    result = []
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        data = base64.b64decode(case["base64"]) if "base64" in case else case["text"].encode("utf-8", "surrogateescape")
        answers = case["versions"].values()
        result.append(
            Case(
                case["name"],
                Source.from_bytes("haproxy.cfg", data).text,
                {answer["rc"] for answer in answers},
                not any(answer["messages"] for answer in answers),
            )
        )
    return result


def says_refused(finding: Finding) -> bool:
    if finding.code == "HA075":
        return finding.severity is Severity.ERROR
    return finding.code in _SAY_REFUSED or finding.code.startswith("PA")


def test_refused_files_have_an_error_or_a_warning(figure: Figure) -> None:
    refused = [case for case in cases() if case.refused]
    missed = [
        case.name
        for case in refused
        if not any(says_refused(f) and f.severity >= Severity.WARNING for f in findings(case.text))
    ]
    figure(f"haproxy cases refused by every version: {len(refused) - len(missed)} of {len(refused)} found")
    assert set(missed) == set(_MISSED)
    assert len(missed) <= 0.05 * len(refused)


def test_accepted_files_are_not_called_refused(figure: Figure) -> None:
    accepted = [case for case in cases() if case.accepted]
    wrong = [case.name for case in accepted if any(says_refused(f) for f in findings(case.text))]
    figure(f"haproxy cases accepted by every version: {len(accepted) - len(wrong)} of {len(accepted)} left alone")
    assert set(wrong) == set(_SAID)
    assert len(wrong) <= 0.01 * len(accepted)


def test_no_case_makes_a_rule_fail() -> None:
    for case in cases():
        findings(case.text)
