"""What helps suggest as a check of haproxy: a request that this haproxy.cfg answers at 127.0.0.1."""

from __future__ import annotations

import shlex
import socket
import subprocess
import time
from pathlib import Path

import pytest

from parsers import parse_haproxy
from parsers.facts.haproxy import HaproxyConfig, haproxy_facts
from rules.support.haproxy.requests import own_answer, request_to
from tests.daemons import program

API = "frontend api\n    mode tcp\n    bind {}\n    default_backend masters\nbackend masters\n    mode tcp\n{}"
SERVER = "    server m1 192.0.2.21:6443\n"
CURL = "/usr/bin/curl -{} -m 2 -o /dev/null {}"


def facts(text: str) -> HaproxyConfig:
    return haproxy_facts([parse_haproxy(text)])


def asked(text: str) -> str:
    return request_to(facts(text))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (API.format("*:6443", SERVER), CURL.format("sfk", "https://127.0.0.1:6443/readyz")),
        (API.format(":::8443 v4v6", SERVER), CURL.format("sfk", "https://127.0.0.1:8443/readyz")),
        (API.format("192.0.2.10:6443,localhost:7443", SERVER), CURL.format("sfk", "https://127.0.0.1:7443/readyz")),
        (API.format("127.0.0.1:6443-6450", SERVER), CURL.format("sfk", "https://127.0.0.1:6443/readyz")),
    ],
)
def test_the_api_is_asked_through_haproxy(text: str, command: str) -> None:
    assert asked(text) == command


@pytest.mark.parametrize(
    "bind", ["192.0.2.10:6443", "[2001:db8::10]:6443", "*:6443 accept-proxy", "/run/api", "$V:6443"]
)
def test_no_port_that_does_not_answer_there(bind: str) -> None:
    assert asked(API.format(bind, SERVER)) == ""


@pytest.mark.parametrize(
    ("bind", "command"),
    [
        ("127.0.0.1:8405", CURL.format("sf", "http://127.0.0.1:8405/alive")),
        ("*:9000 ssl crt /etc/haproxy/a.pem", CURL.format("sfk", "https://127.0.0.1:9000/alive")),
    ],
)
def test_a_monitor_uri_comes_first(bind: str, command: str) -> None:
    monitor = f"frontend health\n    mode http\n    bind {bind}\n    monitor-uri /alive\n"
    assert asked(API.format("*:6443", SERVER) + monitor) == command
    assert own_answer(facts(monitor)) == ("", command)


def test_mode_tcp_has_no_monitor_uri() -> None:
    assert asked("frontend health\n    mode tcp\n    bind *:8405\n    monitor-uri /alive\n") == ""


def test_any_answer_of_a_web_frontend_will_do() -> None:
    assert asked("frontend web\n    mode http\n    bind *:80\n") == CURL.format("s", "http://127.0.0.1:80/")


def test_a_new_frontend_gets_a_free_port() -> None:
    frontend, command = own_answer(facts("frontend web\n    mode http\n    bind *:8405-8406\n"))
    assert "'bind 127.0.0.1:8407'" in frontend
    assert command == CURL.format("sf", "http://127.0.0.1:8407/healthz")


def free_port() -> int:
    with socket.socket() as any_:
        any_.bind(("127.0.0.1", 0))
        return int(any_.getsockname()[1])


@pytest.mark.daemon("haproxy", "curl")
@pytest.mark.parametrize("said", ["monitor-uri /alive", "monitor-uri /healthz", ""])
def test_haproxy_answers_what_is_asked_until_it_is_gone(said: str, tmp_path: Path) -> None:
    path = tmp_path / "haproxy.cfg"
    timeouts = "".join(f"    timeout {name} 2s\n" for name in ("connect", "client", "server"))
    path.write_text(
        f"defaults\n    mode http\n{timeouts}frontend health\n    bind 127.0.0.1:{free_port()}\n    {said}\n"
    )
    command = shlex.split(asked(path.read_text()).replace("/usr/bin/curl", str(program("curl"))))
    haproxy = subprocess.Popen([program("haproxy"), "-db", "-f", path], stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + 20
        while (status := subprocess.call(command)) and time.monotonic() < ends:
            time.sleep(0.1)
        assert status == 0
    finally:
        haproxy.kill()
        haproxy.wait()
    assert subprocess.call(command) != 0
