"""What keepalived's include lines find on the disk, and what a rule then does not count as missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import run

MAIN = """\
include {pattern}
vrrp_instance API {{
    interface eth0
    virtual_router_id 33
    priority 100
    track_script {{
        chk_api
    }}
    virtual_ipaddress {{
        192.0.2.10
    }}
}}
"""
CHECK = 'vrrp_script chk_api {\n    script "/usr/bin/pgrep -x haproxy"\n    user root\n}\n'


def codes(folder: Path, pattern: str) -> list[str]:
    """The codes of the errors and warnings of a keepalived.conf that includes the pattern."""
    (folder / "keepalived.conf").write_text(MAIN.format(pattern=pattern))
    done = run("--no-config", "--format", "concise", "keepalived.conf", cwd=folder)
    return [line.split()[1] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "pattern", ["conf.d/*.conf", "conf.d/*.cnf", "/nowhere/conf.d/*.conf", "{checks,other}/*.conf", "conf.?/a.conf"]
)
def test_a_pattern_without_a_match_makes_unknown_what_it_may_define(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "readme").write_text("nothing\n")
    assert codes(tmp_path, pattern) == []


def test_a_folder_that_is_empty_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / ".gitkeep").write_text("")
    assert codes(tmp_path, "conf.d/*.conf") == ["KA005"]


@pytest.mark.parametrize("pattern", ["conf.d/*.conf", "conf.d/check.conf", "{conf.d,other}/c*.conf"])
def test_a_folder_with_the_definition(tmp_path: Path, pattern: str) -> None:
    for folder in ("conf.d", "other"):
        (tmp_path / folder).mkdir()
    (tmp_path / "conf.d" / "check.conf").write_text(CHECK)
    assert codes(tmp_path, pattern) == []


@pytest.mark.parametrize("make", ["folder", "execute bit", "nothing"])
def test_an_unreadable_include_makes_unknown_what_it_may_define(tmp_path: Path, make: str) -> None:
    file = tmp_path / "check.conf"
    if make == "folder":
        file.mkdir()
    elif make == "execute bit":
        file.write_text(CHECK)
        file.chmod(0o755)
    assert codes(tmp_path, "check.conf") == ["KA044"]


def test_a_strict_include_without_a_match_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keepalived.conf").write_text(MAIN.format(pattern="x").replace("include ", "includew conf.d/*."))
    done = run("--no-config", "--format", "concise", "keepalived.conf", cwd=tmp_path)
    assert "KA044" in done.stdout


@pytest.mark.parametrize("base", ["", "lb1/", "copies/lb1/"])
@pytest.mark.parametrize("absolute", [False, True])
def test_an_absolute_path_in_a_copy_means_the_copy(tmp_path: Path, base: str, absolute: bool) -> None:
    folder = tmp_path / base / "etc" / "keepalived"
    (folder / "conf.d").mkdir(parents=True)
    (folder / "conf.d" / "check.conf").write_text(CHECK)
    (folder / "keepalived.conf").write_text(MAIN.format(pattern="/etc/keepalived/conf.d/*.conf"))
    path = folder / "keepalived.conf" if absolute else f"{base}etc/keepalived/keepalived.conf"
    done = run("--no-config", "--format", "concise", str(path), cwd=tmp_path)
    assert done.stdout == ""
    (folder / "conf.d" / "check.conf").write_text(CHECK.replace("chk_api", "chk_web"))
    done = run("--no-config", "--format", "concise", str(path), cwd=tmp_path)
    assert {line.split()[1] for line in done.stdout.splitlines()} == {"KA005"}


def test_another_folder_is_not_taken_for_a_copy(tmp_path: Path) -> None:
    assert codes(tmp_path, "/etc/haproxy-nowhere/check.conf") == ["KA044"]
