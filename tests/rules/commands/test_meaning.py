"""Commands: which program runs, what it tests, and whether it can succeed or fail at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.keepalived.scripts import script_words
from rules.support.commands.meaning import CommandMeaning, meaning_of
from rules.support.commands.programs import program_of
from rules.support.commands.shell import read_shell
from rules.support.commands.tree import (
    DEV_TCP,
    EITHER,
    FAILURE,
    PIDOF,
    SUCCESS,
    ProbeKind,
    SingleTest,
    outcomes,
    probes_of,
)


def meant(line: str, timeout: float | None = 2.0) -> CommandMeaning:
    return meaning_of(script_words(line) or [], timeout)


def probed(line: str) -> list[tuple[str, str, int | None]]:
    test = meant(line).test
    return [(str(p.kind), p.name, p.port) for p in probes_of(test)] if test is not None else []


HAPROXY = [("process", "haproxy", None)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/usr/bin/killall -0 haproxy", HAPROXY),
        ("killall -s 0 haproxy", HAPROXY),
        ("/usr/bin/pkill -0 -x haproxy", HAPROXY),
        ("/usr/bin/pgrep -u haproxy -x haproxy", HAPROXY),
        ("/usr/bin/pidof -s haproxy", HAPROXY),
        ("/usr/bin/systemctl is-active --quiet haproxy.service", HAPROXY),
        ("/sbin/service haproxy status", HAPROXY),
        ("/etc/init.d/haproxy status", HAPROXY),
        ("/usr/bin/sudo -n -u root killall -0 haproxy", HAPROXY),
        ("/usr/bin/env LANG=C nice -n 5 timeout -k 1 2 pgrep haproxy", HAPROXY),
        ("/usr/bin/sh -c 'ps aux | grep -v grep | grep -q [h]aproxy'", HAPROXY),
        ("/usr/bin/sh -c 'ss -ltnp | grep -q haproxy'", HAPROXY),
        ("/usr/bin/bash -ec \"pgrep -x haproxy >/dev/null 2>&1\"", HAPROXY),
        ("sh -c 'echo show | socat stdio /run/haproxy/admin.sock'", [("process", "/run/haproxy/admin.sock", None)]),
        ("/usr/bin/curl -sf -m 2 -o /dev/null http://127.0.0.1:8404/healthz", [("port", "", 8404)]),
        ("/usr/bin/curl -k https://LocalHost/readyz", [("port", "", 443)]),
        ("/usr/bin/curl -skf --max-time 2 https://[2001:db8::1]:6443/", [("port", "2001:db8::1", 6443)]),
        ("wget -q -T 1 -t 1 -O /dev/null 192.0.2.11:8404/", [("port", "192.0.2.11", 8404)]),
        ("/usr/bin/nc -z -w 2 127.0.0.1 6443", [("port", "", 6443)]),
        ("/usr/bin/bash -c '</dev/tcp/127.0.0.1/6443'", [("port", "", 6443)]),
        ("timeout 1 bash -c 'exec 3<>/dev/tcp/192.0.2.7/80'", [("port", "192.0.2.7", 80)]),
        ("sh -c 'ss -ltn | grep -q :6443'", [("port", "", 6443)]),
        ("/usr/bin/openssl s_client -connect 192.0.2.7:6443", [("port", "192.0.2.7", 6443)]),
        ("/usr/bin/bash -c 'ip addr | grep -q 192.0.2.100'", [("address", "192.0.2.100", None)]),
        ("/usr/bin/ping -c 1 -W 1 192.0.2.1", [("ping", "192.0.2.1", None)]),
        ("</run/haproxy.pid", [("file", "/run/haproxy.pid", None)]),
        ("/usr/bin/test -e /etc/keepalived/maintenance", [("file", "/etc/keepalived/maintenance", None)]),
        ("/usr/bin/[ ! -f /run/down ]", [("file", "/run/down", None)]),
        ("/usr/local/sbin/check_haproxy.sh 6443", [("script", "/usr/local/sbin/check_haproxy.sh", None)]),
        ("/usr/bin/bash -x /etc/keepalived/chk_haproxy", [("script", "/etc/keepalived/chk_haproxy", None)]),
        ("python3.11 /opt/haproxy-alive.py", [("script", "/opt/haproxy-alive.py", None)]),
        ("/usr/lib/nagios/check_procs -C haproxy", [("script", "/usr/lib/nagios/check_procs", None)]),
        ("/etc/keepalived/check_apiserver.sh", [("unknown", "/etc/keepalived/check_apiserver.sh", None)]),
        ("/etc/haproxy/check.sh", [("unknown", "/etc/haproxy/check.sh", None)]),
        ("/usr/bin/curl http://$HOST:6443/", [("unknown", "/usr/bin/curl", None)]),
        ("/usr/bin/haproxy -c -f /etc/haproxy/haproxy.cfg", [("something else", "haproxy", None)]),
        (
            "sh -c 'curl -sfk https://127.0.0.1:6443/readyz && pgrep -x haproxy'",
            [("port", "", 6443), *HAPROXY],
        ),
        ("sh -c 'bash -lc \"pgrep haproxy\"'", HAPROXY),
    ],
)  # fmt: skip
def test_what_a_command_tests(line: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert probed(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "/usr/bin/true",
        "/usr/bin/echo hello && false",
        "sh -c 'pgrep haproxy; exit 0'",
        "sh -c 'pgrep haproxy || true'",
        "sh -c 'ps -C haproxy | wc -l'",
        "sh -c 'pgrep haproxy | cat'",
        "/usr/bin/ps aux",
        "/usr/bin/ss -ltn",
        "sh -c '! false'",
        "sh -c ''",
        "/usr/bin/sleep 1",
    ],
)
def test_commands_that_never_fail(line: str) -> None:
    assert meant(line).never_fails
    assert not meant(line).never_succeeds


@pytest.mark.parametrize(
    "line",
    [
        "/bin/false",
        "/usr/bin/sleep 3",
        "/usr/bin/curl -sf http://127.0.0.1:1/ || exit 1",
        "/usr/bin/pgrep -x haproxy >/dev/null",
        "/usr/bin/killall -0 haproxy 2> /dev/null",
        "/usr/bin/ip -4 addr | /usr/bin/grep -q 192.0.2.100",
        "/usr/bin/test -e /etc/passwd; exit 0",
        "/usr/bin/kill -0 `cat /run/haproxy.pid`",
        "/usr/bin/test $(pgrep -c haproxy) -gt 0",
        "sh -c 'pgrep haproxy && false'",
        "sh -c 'pgrep haproxy; exit 1'",
    ],
)
def test_commands_that_never_succeed(line: str) -> None:
    assert meant(line).never_succeeds
    assert not meant(line).never_fails


@pytest.mark.parametrize(
    "line", ["if pgrep haproxy; then exit 0; fi", "! pgrep haproxy", "exit 1", "~/check.sh", "$HOME/check", "true; x"]
)
def test_what_names_no_program_is_removed(line: str) -> None:
    assert meant(line).removed
    assert meant(line).test is None


@pytest.mark.parametrize(
    ("line", "syntax"),
    [
        ("a && b", "&&"),
        ("a >/dev/null", ">/dev/null"),
        ("a 2>&1", "2>&1"),
        ("a; b", "a;"),
        ("a b; c", "b;"),
        ("a $USER", "$USER"),
        ("a ~/x", "~/x"),
        ("a `b`", "`b`"),
        # A word of its own for the program, not for a shell.
        ("curl 'http://h/?a=1&b=2'", ""),
        ("grep -Eq 'a|b' /run/x", ""),
        ("a 'x > y'", ""),
        ("awk '{print $1}' /run/x", ""),
        ("find /run -exec cat {} \\;", ";"),
        ("curl -w '%{http_code}' http://h/", ""),
        ("sh -c 'a && b'", ""),
        ("a price=5$", ""),
    ],
)
def test_syntax_that_only_a_shell_understands(line: str, syntax: str) -> None:
    assert meant(line).syntax == syntax


@pytest.mark.parametrize(
    ("line", "dead", "alive"),
    [
        ("sh -c 'curl http://h/ && pgrep haproxy'", FAILURE, EITHER),
        ("sh -c 'curl http://h/ || pgrep haproxy'", EITHER, SUCCESS),
        ("sh -c 'curl http://h/; pgrep haproxy'", FAILURE, SUCCESS),
        ("sh -c '! pgrep haproxy'", SUCCESS, FAILURE),
        ("sh -c 'pgrep haproxy || exit 1; exit 0'", FAILURE, SUCCESS),
        ("sh -c 'pgrep haproxy || exit 1; curl http://h/'", FAILURE, EITHER),
    ],
)
def test_joined_tests(line: str, dead: frozenset[bool], alive: frozenset[bool]) -> None:
    test = meant(line).test
    assert test is not None

    def answer(state: frozenset[bool]) -> frozenset[bool]:
        assert test is not None
        return outcomes(test, lambda probe: state if probe.kind is ProbeKind.PROCESS else EITHER)

    assert (answer(FAILURE), answer(SUCCESS)) == (dead, alive)


def test_who_signals() -> None:
    for line in ("killall -0 haproxy", "pkill -0 haproxy", "sh -c 'kill -0 $(cat /run/haproxy.pid)'"):
        test = meant(line).test
        assert test is not None
        assert all(probe.signals for probe in probes_of(test))


def test_whom_a_wrapper_makes_it_run_as() -> None:
    assert [program_of(line.split()).user for line in ("sudo a", "sudo -u u a", "su u -c a", "a")] == [  # type: ignore[union-attr]
        "root", "u", "u", "",
    ]  # fmt: skip


def test_pidof_by_a_shell_keeps_its_name() -> None:
    direct, shell = meant("/usr/bin/pidof haproxy").test, meant("sh -c '/usr/bin/pidof haproxy'").test
    assert isinstance(direct, SingleTest)
    assert shell is not None
    assert direct.fragile == PIDOF
    assert [probe.fragile for probe in probes_of(shell)] == [""]


@pytest.mark.parametrize(
    ("line", "fragile"),
    [
        ("</dev/tcp/127.0.0.1/80", DEV_TCP),
        ("sh -c '</dev/tcp/127.0.0.1/80'", DEV_TCP),
        ("bash -c '</dev/tcp/127.0.0.1/80'", ""),
        ("timeout 1 bash -c 'echo > /dev/tcp/127.0.0.1/80'", ""),
    ],
)
def test_connections_by_a_redirection(line: str, fragile: str) -> None:
    test = meant(line).test
    assert test is not None
    probes = [probe for probe in probes_of(test) if probe.kind is ProbeKind.PORT]
    assert [(probe.name, probe.port, probe.fragile) for probe in probes] == [("", 80, fragile)]


_PIECES = st.sampled_from(
    ("sh", "-c", "'", '"', "\\", "&&", "||", ";", "|", "$(", ")", "`", ">", "2>", "#", "{", "!", " ", "\n", "exit",
     "pgrep", "-x", "haproxy", "curl", "http://", "[::1]:6443", "/dev/tcp/a/1", "sudo", "-u", "timeout", "ip", "grep",
     "sleep", "9", "é", "\x00", "su", "kill", "-0", "test", "[", "]", "-s", "env", "A=1", "exec", "ps", "-C", "nc")
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=24).map("".join), st.lists(_PIECES, max_size=24).map(" ".join)))
def test_any_text_means_something(text: str) -> None:
    for argv in (script_words(text) or [], text.split(), ["sh", "-c", text], [text]):
        meaning = meaning_of(argv, 2.0)
        assert not (meaning.never_fails and meaning.never_succeeds)
    read_shell(text)


@pytest.mark.parametrize("piece", ["sudo ", "a && ", "$(", "'", "a=1 ", "(", "`", "a | ", ">", "\\", "> a ", "#"])
@pytest.mark.slow
def test_long_texts_take_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        meaning_of(["sh", "-c", text[: 1 << 16]], 2.0)
        read_shell(text)
        meaning_of(text.split(), 2.0)
        return time.process_time() - start

    assert seconds(400_000) < 4.0
