"""The system of an imported load balancer: known where its own /etc says it, and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.programs import ROOT
from tests.wizard.render.systems import FAMILY, OS_RELEASES
from wizard.commands.opening import import_answers
from wizard.questions.answers import Place

PAIR = ROOT / "tests" / "cases" / "blog-pair"


def tree(folder: Path) -> Path:
    """The two load balancers' files in trees of their /etc."""
    for name in ("lb1", "lb2"):
        for daemon, file in (("haproxy", "haproxy.cfg"), ("keepalived", "keepalived.conf")):
            place = folder / name / "etc" / daemon
            place.mkdir(parents=True)
            shutil.copy(PAIR / name / file, place)
    return folder


def systems(folder: Path) -> tuple[list[str], list[str]]:
    """The `os` of both load balancers, and what is said of it."""
    found = import_answers([str(folder / "lb1"), str(folder / "lb2")])
    return [found.answers[Place("lb", number, "os")] for number in (0, 1)], [n for n in found.notes if "system" in n]


@pytest.mark.parametrize("family", sorted(set(FAMILY.values())))
def test_os_release_of_its_own_tree_says_it(tmp_path: Path, family: str) -> None:
    tree(tmp_path)
    (tmp_path / "lb2/usr/lib").mkdir(parents=True)
    for place in ("lb1/etc/os-release", "lb2/usr/lib/os-release"):
        (tmp_path / place).write_text(OS_RELEASES[family])
    found, said = systems(tmp_path)
    assert [FAMILY[system] for system in found] == [family, family]
    assert said[0] == f"note: lb1: its system is {found[0]}, as {tmp_path}/lb1/etc/os-release says"


def test_the_system_s_own_name_counts_before_those_that_it_is_like(tmp_path: Path) -> None:
    (tree(tmp_path) / "lb1/etc/os-release").write_text("ID_LIKE=debian\nID=ubuntu\n")
    assert systems(tmp_path)[0] == ["ubuntu", ""]


@pytest.mark.parametrize(("name", "system"), [("alpine-release", "alpine"), ("redhat-release", "rhel")])
def test_a_file_that_one_family_alone_has_says_it(tmp_path: Path, name: str, system: str) -> None:
    (tree(tmp_path) / "lb1/etc" / name).write_text("3.22.1\n")
    found, said = systems(tmp_path)
    assert found == [system, ""]
    assert "no file tells the system of lb2: it is taken for Debian" in said[1]


@pytest.mark.parametrize("text", ["ID=plan9\n", "", "# ID=rhel\n", "VERSION_ID=alpine\n", "\0" * 9])
def test_what_is_not_certain_stays_unset_and_is_said(tmp_path: Path, text: str) -> None:
    (tree(tmp_path) / "lb1/etc/os-release").write_text(text)
    (tmp_path / "lb2/etc/debian_version").write_text("12.5\n")
    found, said = systems(tmp_path)
    assert found == ["", ""]
    assert len(said) == 1
    assert "no file tells the system of lb1 and lb2" in said[0]


def test_a_flat_folder_has_no_etc_of_its_own(tmp_path: Path) -> None:
    for name in ("lb1", "lb2"):
        shutil.copytree(PAIR / name, tmp_path / "etc" / name)
    (tmp_path / "etc" / "os-release").write_text("ID=alpine\n")
    assert systems(tmp_path / "etc")[0] == ["", ""]
