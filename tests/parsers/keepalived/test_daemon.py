"""The real keepalived, asked to test the same files: it must have read the values that our facts hold."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from parsers.facts.keepalived import keepalived_facts
from parsers.keepalived import IncludedFile, parse_keepalived
from tests.daemons import program

pytestmark = pytest.mark.daemon("keepalived")

HEAD = "global_defs {\n router_id lb1\n dynamic_interfaces\n enable_script_security\n script_user root\n}\n"
BODY = (
    " state BACKUP\n interface eth0\n virtual_router_id 51\n advert_int 1\n virtual_ipaddress {\n  192.0.2.1/24\n }\n"
)
_NUMBER = re.compile(r"number '(.*?)'(?: outside .*)?$", re.MULTILINE)


def ask(folder: Path, text: str) -> tuple[int, str]:
    """The exit status of `keepalived -t` for a text, and everything it said."""
    path = folder / "keepalived.conf"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    done = subprocess.run(
        [program("keepalived"), "-t", "-i", "lb1", "-f", path], capture_output=True, check=False, cwd=folder, timeout=30
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def wrap(lines: str) -> str:
    return f"{HEAD}vrrp_instance VI_1 {{\n{BODY}{lines}\n}}\n"


# Each gives `priority` a value outside the range, so that the daemon says which one it read.
PRIORITIES = [
    "priority 300",
    "priority 300#x",
    "priority 300!x",
    "priority 300;",
    "priority 300 // x",
    "priority\t300",
    'priority "300"',
    'priority "300 1"',
    "priority '300'",
    "priority 300\r",
    "priority 3\u00a000",
    "$P=300\npriority $P",
    "$P=300\npriority ${P}",
    "$P=3\npriority ${P}00",
    "$P=00\npriority 3$P",
    "$P=3\npriority $P.300",
    "$B=${A}00\n$A=3\npriority $B",
    "$A=3\n$A=300\npriority $A",
    '$A="300 1"\npriority $A',
    "$A=\\\npriority 300 \\\n\n$A",
    "$A=priority 300 \\\n priority 301\n$A",
    "~SEQ(N, 300, 302) priority $N",
    "~SEQ(N, 304, -2, 300) priority ${N}",
    "~SEQx(N, 0x1a, 0x1c) priority 3$N",
    "~LST(N, 300, 301) priority $N",
    "~LST({A, B}, {300, 1}, {400, 2}) priority ${A}${B}",
    "~SEQ(A,1,2) ~SEQ(B,1,2) priority 3${A}${B}",
    "@lb1 priority 300\n@lb2 priority 301",
    "@^lb1 priority 300\n@^lb2 priority 301",
    "@lb1 @lb1 priority 300",
    "$I=lb1\n@lb1 $P=300\n@lb2 $P=301\npriority $P",
    "priority ${_INSTANCE}",
    "priority 1\npriority 300",
    "priority -1",
    "priority 100.5",
    "priority 100x",
]


@pytest.mark.parametrize("lines", PRIORITIES)
def test_the_same_values_are_read(lines: str, tmp_path: Path) -> None:
    text = wrap(lines)
    _, said = ask(tmp_path, text)
    (instance,) = keepalived_facts(parse_keepalived(text, config_id="lb1")).instances
    values = [value.raw for value in instance.settings("priority")]
    wrong = [value for value in values if not (value.isdigit() and 1 <= int(value) <= 255)]
    assert set(_NUMBER.findall(said)) == set(wrong)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        (wrap(" priority 100"), True),
        (wrap(" authentication\n {\n auth_type PASS\n auth_pass x\n }"), True),
        (wrap(" track_interface { eth1 }"), True),
        (wrap(' auth_x "') + "", False),
        (wrap(" priority 100\n}"), False),
        (wrap(" priority 100 {"), False),
        (wrap(" {\n priority 100\n }"), False),
        (wrap(" authentication {\n auth_type PASS\n auth_pass x"), False),
        (wrap(" authentication {\n auth_type PASS\n auth_pass a{b}c\n }"), False),
        (wrap(" authentication {\n auth_type PASS\n auth_pass a}b\n }"), False),
        (wrap(" authentication\n auth_type PASS\n auth_pass x\n }"), False),
        (wrap(" track_script chk"), False),
        (wrap(" priority 100").removesuffix("}\n"), False),
        (wrap(" priority 100").removesuffix("}\n") + "vrrp_instance VI_2 {\n}\n", False),
        ("\ufeff" + wrap(" priority 100"), False),
        (wrap(" priori\0ty 100"), False),
        (wrap(" $P =3"), False),
        (wrap(" ~SEQ(N) priority 3"), False),
        (wrap(" # " + "x" * 1100), False),
    ],
)
def test_the_daemon_objects_where_we_have_a_problem(text: str, sound: bool, tmp_path: Path) -> None:
    status, said = ask(tmp_path, text)
    document = parse_keepalived(text, config_id="lb1")
    assert (status == 0) is sound, said
    assert (document.problems == []) is sound


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ('script "/no/x a b"', "'/no/x' 'a' 'b'"),
        ("script '/no/x a b'", "'/no/x' 'a' 'b'"),
        ("script /no/x a b", "'/no/x'"),
        (r"script /no/x\ y", "'/no/x' 'y'"),
        (r'script "/no/x \"a b\""', "'/no/x' 'a b'"),
    ],
)
def test_the_same_command_is_run(line: str, argv: str, tmp_path: Path) -> None:
    text = f"{HEAD}vrrp_script chk {{\n {line}\n user nobody-of-that-name\n}}\n" + wrap("").removeprefix(HEAD)
    _, said = ask(tmp_path, text)
    (script,) = keepalived_facts(parse_keepalived(text)).scripts
    assert " ".join(f"'{word}'" for word in script.argv) == argv
    assert f"script {argv}" in said


def test_included_files(tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    for name in "ab":
        path = tmp_path / "inc" / f"{name}.conf"
        path.write_text(f" priority 30{'ab'.index(name)}\n", encoding="utf-8")
        path.chmod(0o644)
    text = wrap(" include inc/*.conf\n include inc/gone.conf")
    status, said = ask(tmp_path, text)

    def reader(pattern: str, _base: str, _variant: str) -> list[IncludedFile]:
        found = sorted(tmp_path.glob(pattern))
        return [IncludedFile(str(path), path.read_text(encoding="utf-8")) for path in found] or [
            IncludedFile(pattern, None, "missing")
        ]

    document = parse_keepalived(text, include=reader)
    (instance,) = keepalived_facts(document).instances
    assert [value.raw for value in instance.settings("priority")] == ["300", "301"]
    assert set(_NUMBER.findall(said)) == {"300", "301"}
    assert [problem.kind for problem in document.problems] == ["include-missing"]
    assert "inc/gone.conf" in said
    assert status == 5
