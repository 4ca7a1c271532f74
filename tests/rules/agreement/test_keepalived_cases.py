"""Several hundred short files and what `keepalived -t` of three releases said: what halb-lint says of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from parsers.keepalived import IncludedFile
from rules import lint
from rules.engine.finding import Finding, NodeFiles, Severity
from rules.engine.options import Options
from rules.engine.settings import RuleSettings
from rules.files.includes import DiskIncludes
from tests.conftest import Figure
from tests.shared import shared

pytestmark = pytest.mark.corpus

# Findings that say that keepalived reports or refuses the line. KA041 is none: it says that keepalived is silent.
_SAY_REFUSED = frozenset(("KA026", "KA027", "KA047", "KA048"))
_HOST = "depends on the host: {}"
_EXCEPTIONS = {
    "missing_if": _HOST.format("whether the interface is there"),
    "vip_dev_missing": _HOST.format("whether the interface is there"),
    "script_own_user_unknown": _HOST.format("whether the user is there"),
    "script_missing_nosec": _HOST.format("whether the script is there"),
    "linkbeat": "a deprecated keyword that works: never more than an info",
    "def_rand": "the value is a random number, which the linter does not throw",
    "script_killall": _HOST.format("whether killall is there"),
    "tf_init": _HOST.format("whether the folder of the file is there"),
}
# The files that the cases include; their names and contents are part of how the cases were made.
_INCLUDED = {"a.inc": "priority 300\n", "b.inc": "priority 301\n", "blk.inc": "vrrp_instance VI_2 {\n state BACKUP\n"}


class Case(NamedTuple):
    name: str
    text: str
    status: int
    messages: list[str]

    @property
    def accepted(self) -> bool:
        """Whether keepalived had nothing to say but that script security is off."""
        security = self.status == 6 and any("SECURITY VIOLATION" in message for message in self.messages)
        return self.status == 0 or security


RELEASES = ("2.2.7", "2.3.3", "2.3.4")


def cases(release: str = "2.2.7") -> list[Case]:
    """The cases with what this release said.

    The later ones were asked on another machine, without the included files, the scripts and the node's name: left out
    are the cases to which 2.2.7 said something else there.
    """
    known = _cases()
    if release == RELEASES[0]:
        return known
    path = shared() / "data" / "keepalived-cases-releases.json"
    if not path.is_file():
        pytest.skip("the answers of other releases are not beside this checkout")
    answers = json.loads(path.read_text(encoding="utf-8"))["cases"]
    found = []
    for case in known:
        told = {name: Case(case.name, case.text, a["rc"], a["messages"]) for name, a in answers[case.name].items()}
        if told[RELEASES[0]].accepted == case.accepted:
            found.append(told[release])
    return found


def _cases() -> list[Case]:
    path = shared() / "data" / "keepalived-cases.json"
    if not path.is_file():
        pytest.skip("the table of keepalived cases is not beside this checkout")
    table = json.loads(path.read_text(encoding="utf-8"))["cases"]
    # One case is a file that is not there.
    return [
        Case(case["name"], case["text"], case["rc"], case["messages"]) for case in table if case["name"] != "nofile"
    ]


class Includes:
    """The folder of the included files, under the two names that the cases call it by."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._disk = DiskIncludes()
        (folder / "inc" / "sub").mkdir(parents=True)
        for name, text in _INCLUDED.items():
            (folder / "inc" / name).write_text(text, encoding="utf-8")
        executable = folder / "inc" / "exe.inc"
        executable.write_text("priority 300\n", encoding="utf-8")
        executable.chmod(0o755)

    def __call__(self, pattern: str, base: str, variant: str) -> Sequence[IncludedFile] | str:
        return self._disk(pattern.removeprefix("/etc/keepalived/"), str(self._folder), variant)


def findings_on(case: Case, includes: Includes, release: str | None = None) -> list[Finding]:
    path = f"{case.name}.conf"
    options = Options(
        nodes=[NodeFiles("lb1", (), (path,))],
        # One case was run on a host with another name.
        config_ids={"lb1": "lb9" if case.name == "at_noid" else "lb1"},
        include=includes,
        settings=RuleSettings(keepalived_version=release),
    )
    report = lint({path: case.text}, options)
    assert not report.crashes
    return list(report.findings)


def says_refused(finding: Finding) -> bool:
    return finding.code in _SAY_REFUSED or finding.code.startswith("PA")


@pytest.mark.parametrize("release", [None, *RELEASES])
def test_what_keepalived_refuses_is_found(tmp_path: Path, figure: Figure, release: str | None) -> None:
    includes = Includes(tmp_path)
    refused = [case for case in cases(release or RELEASES[0]) if not case.accepted]
    missed = [
        case
        for case in refused
        if not any(finding.severity >= Severity.WARNING for finding in findings_on(case, includes, release))
    ]
    judged = [case for case in refused if not _EXCEPTIONS.get(case.name, "").startswith(_HOST[:10])]
    found = len([case for case in judged if case not in missed])
    said = f"keepalived {release or RELEASES[0]} refuses {len(refused)} cases, {len(refused) - len(missed)}"
    figure(
        f"{said} of them get a warning or error; "
        f"without those that depend on the host: {found} of {len(judged)} = {found / len(judged):.1%}"
    )
    for case in missed:
        figure(f"  missed: {case.name}: {_EXCEPTIONS.get(case.name, case.messages)}")
    assert {case.name for case in missed} <= set(_EXCEPTIONS)
    assert found >= 0.95 * len(judged)


@pytest.mark.parametrize("release", [None, *RELEASES])
def test_what_keepalived_accepts_is_not_called_refused(tmp_path: Path, figure: Figure, release: str | None) -> None:
    includes = Includes(tmp_path)
    accepted = [case for case in cases(release or RELEASES[0]) if case.accepted]
    wrong = {
        case.name: [
            f"{finding.code} {finding.message}"
            for finding in findings_on(case, includes, release)
            if says_refused(finding)
        ]
        for case in accepted
    }
    wrong = {name: texts for name, texts in wrong.items() if texts}
    said = f"keepalived {release or RELEASES[0]} accepts {len(accepted)} cases, {len(accepted) - len(wrong)}"
    figure(f"{said} of them are not called refused")
    for name, texts in wrong.items():
        figure(f"  wrongly called refused: {name}: {texts}")
    assert not wrong


def test_every_exception_is_still_one(tmp_path: Path) -> None:
    includes = Includes(tmp_path)
    by_name = {case.name: case for case in cases()}
    for name in _EXCEPTIONS:
        serious = [f for f in findings_on(by_name[name], includes) if f.severity >= Severity.WARNING]
        assert not serious, f"{name} is found now: take it off the list"
