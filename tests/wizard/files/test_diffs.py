"""Diffs of what would be written: right, and without secrets."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.report.diff import unified
from rules.report.masking import masked_lines
from tests.examples import times
from wizard.files import StoreError, diff

PASSWORDS = st.text("QJXZ#=&7", min_size=6, max_size=8)
CONF = "vrrp_instance VI {{\n  authentication {{\n    auth_type PASS\n    auth_pass {}\n  }}\n}}\n"


def test_new_changed_and_unchanged_files(tmp_path: Path) -> None:
    (tmp_path / "a.cfg").write_text("one\ntwo\n")
    (tmp_path / "b.cfg").write_text("same\n")
    files = {"a.cfg": ("one\nthree\n", 0o644), "b.cfg": ("same\n", 0o600), "c/d.cfg": ("new\n", 0o644)}
    assert diff(tmp_path, files) == {
        "a.cfg": "--- a/a.cfg\n+++ b/a.cfg\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n",
        "c/d.cfg": "--- /dev/null\n+++ b/c/d.cfg\n@@ -0,0 +1 @@\n+new\n",
    }
    assert {path.name for path in tmp_path.rglob("*")} == {"a.cfg", "b.cfg"}


def test_a_missing_line_end_is_told() -> None:
    assert unified("f", "a\nb", "a\nb\n").splitlines()[3:] == [" a", "-b", "\\ No newline at end of file", "+b"]
    assert unified("f", "b", "b\n").splitlines()[2] == "@@ -1 +1 @@"


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_it_is_the_unified_diff_that_everybody_knows(old: list[str], new: list[str]) -> None:
    before, after = ["".join(f"{line}\n" for line in lines) for lines in (old, new)]
    known = unified_diff(before.splitlines(True), after.splitlines(True), "a/f", "b/f")
    expected = "".join(known) or "--- a/f\n+++ b/f\n"
    assert unified("f", before, after) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("lb1/keepalived.conf", CONF),
        ("lb1/keepalived.conf", "auth_pass {}"),
        ("lb1/keepalived.conf", "! auth_pass {0} was the old one\n" + CONF.replace("{}", "{0}")),
        ("lb1/keepalived.conf", "vrrp_instance VI {{ auth_pass {}\n"),
        ("lb1/haproxy.cfg", "frontend f\n  stats auth admin:{}\n"),
        ("lb1/haproxy.cfg", "userlist u\n  user root insecure-password {}\n"),
        ("halb.toml", '[vrrp]\nauth_pass = "{}"  # yes\n'),
        ("halb.toml", "[vrrp]\n'auth_pass' = '''\n{}'''\n"),
        ("halb.toml", 'vrrp = {{ "auth\\u005fpass" = "{}", mode = "unicast" }}\n'),
        ("halb.toml", "vrrp.auth_pass = '{}'\n"),
        ("halb.toml", '[vrrp]\n# auth_pass = "{}"\n'),
        ("halb.toml", '\ufeff[vrrp]\r\nauth_pass = "{}"\r\n'),
        ("halb.toml", '[vrrp\nauth_pass = "{}"\n'),
    ],
)
@given(old=PASSWORDS, new=PASSWORDS)
@settings(max_examples=times(15))
def test_no_password_is_shown(path: str, text: str, old: str, new: str) -> None:
    shown = unified(path, text.format(old), text.format(new))
    assert old not in shown
    assert new not in shown
    if old != new:
        removed = [line for line in shown.splitlines()[2:] if line.startswith("-")]
        assert removed
        assert any("********" in line for line in removed)


def test_what_surrounds_a_password_stays() -> None:
    assert masked_lines("halb.toml", 'a = 1\nauth_pass = "x"\nb = 2\n') == [
        "a = 1",
        "auth_pass = ********",
        "b = 2",
        "",
    ]
    assert masked_lines("haproxy.cfg", "frontend f\n  stats auth admin:pw\n")[1].startswith("  stats auth ")


@given(st.sampled_from(["halb.toml", "haproxy.cfg", "keepalived.conf", "x"]), st.text(max_size=80))
def test_masking_keeps_the_number_of_lines(path: str, text: str) -> None:
    assert len(masked_lines(path, text)) == text.count("\n") + 1


def test_characters_that_a_terminal_obeys_are_shown(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x1b[2J\xff\r\n")
    shown = diff(tmp_path, {"a": ("b\n", 0o644)})["a"]
    assert shown.isprintable() or shown.replace("\n", "").isprintable()
    assert "\x1b" not in shown


def test_a_file_that_can_not_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(StoreError, match="is a folder, not a file"):
        diff(tmp_path, {"a": ("b\n", 0o644)})
