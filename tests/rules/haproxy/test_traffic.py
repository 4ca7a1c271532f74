"""What haproxy accepts and does otherwise than the file reads: the real one, asked, beside what halb says."""

from __future__ import annotations

import socket
import subprocess
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.daemons import program
from tests.net.waiting import until
from tests.rules.haproxy.linting import DEFAULTS, findings

pytestmark = [pytest.mark.daemon("haproxy")]


class Row(NamedTuple):
    """Lines of a frontend in mode http, a request, who answers it, and the code that says why ("": as one reads it)."""

    code: str
    answer: str
    lines: tuple[str, ...]
    path: str = "/"
    host: str = "kube.example.com"
    method: str = "GET"


TO_B = "use_backend B if {{ {} }}"
ROWS = [
    Row("HA040", "A", ("use_backend A", "use_backend B if { path /b }"), "/b"),
    Row("", "B", ("use_backend B if { path /b }", "use_backend A"), "/b"),
    Row("HA040", "A", ("acl b path_beg /b", "use_backend A if b", "use_backend B if b { path_end /c }"), "/b/c"),
    Row("HA040", "302", ("http-request redirect location /x", "use_backend B if { path /b }"), "/b"),
    Row("HA070", "B", ("use_backend B if { path_beg /b }", "http-request set-path /b", "default_backend A"), "/a"),
    Row("", "A", ("use_backend B if { path_beg /b }", "default_backend A"), "/a"),
    Row("HA070", "403", ("redirect location /x if { path /b }", "http-request deny if { path /b }"), "/b"),
    Row("HA071", "A", (TO_B.format("path_beg b"), "default_backend A"), "/b"),
    Row("HA071", "A", (TO_B.format("path /b?c=1"), "default_backend A"), "/b?c=1"),
    Row("", "B", (TO_B.format("path /b"), "default_backend A"), "/b?c=1"),
    Row("HA071", "A", (TO_B.format("method get"), "default_backend A")),
    Row("", "B", (TO_B.format("method GET"), "default_backend A")),
    Row("HA071", "A", (TO_B.format("hdr(host) -i http://kube.example.com"), "default_backend A")),
    Row("HA071", "A", (TO_B.format("hdr(host) -i *.example.com"), "default_backend A")),
    Row("", "B", (TO_B.format("hdr(host) -m end .example.com"), "default_backend A")),
    Row("HA071", "A", (TO_B.format("ssl_fc"), "default_backend A")),
    Row("HA071", "A", (TO_B.format("dst_port 6443"), "default_backend A")),
    Row("HA071", "A", ("acl b path /b", "use_backend B if b !b", "default_backend A"), "/b"),
    Row("HA018", "503", ()),
]  # fmt: skip
ANSWERS = "".join(
    f"backend {name}\n    http-request return status 200 content-type text/plain string {name}\n" for name in "AB"
)
SERVER = "    server cp1 192.0.2.21:6443 check verify none\n"
HTTP = DEFAULTS.replace("mode tcp", "mode http")


def section(name: str, bind: str, row: Row) -> str:
    return f"frontend {name}\n    bind {bind}\n" + "".join(f"    {line}\n" for line in row.lines)


def ask(path: Path, row: Row) -> str:
    """Who answers: A, B, or the status."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        connection.sendall(f"{row.method} {row.path} HTTP/1.0\r\nHost: {row.host}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
    status = answer.split()[1]
    return answer[-1] if status == "200" else status


def test_who_answers(tmp_path: Path) -> None:
    said = []
    for row in ROWS:
        codes = {finding.code for finding in findings(HTTP + section("f", "*:8080", row) + ANSWERS)}
        said.append((row, codes & {"HA018", "HA040", "HA070", "HA071"}))
    assert [row for row, found in said if found != ({row.code} if row.code else set())] == []
    sockets = [tmp_path / str(number) for number in range(len(ROWS))]
    sections = [section(f"f{number}", f"unix@{sockets[number]}", row) for number, row in enumerate(ROWS)]
    file = tmp_path / "haproxy.cfg"
    file.write_text(HTTP + "".join(sections) + ANSWERS)
    with subprocess.Popen([program("haproxy"), "-db", "-f", str(file)], stderr=subprocess.DEVNULL) as haproxy:
        try:
            until(lambda: all(path.exists() for path in sockets), lambda: "haproxy does not listen")
            asked = [(row, ask(path, row)) for row, path in zip(ROWS, sockets, strict=True)]
        finally:
            haproxy.kill()
    assert [(row, answer) for row, answer in asked if answer != row.answer] == []


def test_the_order_of_http_checks(tmp_path: Path) -> None:
    steps = {"c": "connect ssl", "s": "send meth GET uri /readyz", "e": "expect status 200"}
    file = tmp_path / "haproxy.cfg"
    for order in (order for length in (1, 2, 3) for order in product(steps, repeat=length)):
        lines = "".join(f"    http-check {steps[step]}\n" for step in order)
        text = f"{DEFAULTS}listen api\n    bind *:6443\n    option httpchk\n{lines}{SERVER}"
        file.write_text(text)
        done = subprocess.run([program("haproxy"), "-c", "-f", str(file)], capture_output=True, check=False)
        assert any(finding.code == "HA048" for finding in findings(text)) == (done.returncode == 1), lines
