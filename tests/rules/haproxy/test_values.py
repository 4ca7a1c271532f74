"""Values that haproxy refuses, one by one, and values that look wrong and are taken."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.daemons import program
from tests.rules.haproxy.linting import DEFAULTS, backend, findings, of, refusals

# Each of these lines makes every haproxy from 2.6 to 3.4 refuse the file.
REFUSED = """\
timeout connect 1.5s
timeout connect 5S
timeout connect 30d
timeout connect 5 s
timeout connect
mode tls
mode tcp http
balance foo
balance hdr
balance hdr()
balance hash
balance url_param
balance log-hash
option
option tcp-check x
cookie
cookie A foo
http-check expect status 2xx
http-check expect status
http-check connect port 70000
log 127.0.0.1 local9
log 127.0.0.1
log 10.0.0.300 local0
log 127.0.0.1 local0 loud
stick-table type ip 30k
stick-table type ip
stick-table type foo size 1k
stick-table type ip size x
stick-table type ip size 1k expire x
stats foo
stats refresh x
stats uri
errorfile 400
errorfile x /dev/null
redirect foo bar
redirect location / code 200
disabled x
tcp-request foo
tcp-request inspect-delay x
capture foo
http-reuse foo
hash-type foo
maxconn
acl a src 300.1.1.1
acl a src 10.0.0.0/33
acl a dst_port abc
acl x
acl a/b src 10.0.0.1
default_backend
default_backend masters if TRUE
use_backend masters foo
server a 10.0.0.300:80
server a 10.0.0.1:70000
server a 10.0.0.1:http
server a 10.0.0.1:80-90
server a http://10.0.0.1:80
server a 10.0.0.1;80
server a 10.0.0.1:80:90
server a [::1:80
server a
server a/b 10.0.0.1:80
server a 10.0.0.1:80 inter 0
server a 10.0.0.1:80 inter x
server a 10.0.0.1:80 fall 0
server a 10.0.0.1:80 rise
server a 10.0.0.1:80 weight 257
server a 10.0.0.1:80 verify maybe
server a 10.0.0.1:80 ssl
server a 10.0.0.1 check
server a 10.0.0.1:80 observe layer5
default-server inter 1.5s
bind 10.0.0.300:80
bind 10.0.0.1
bind *:0
bind *:70000
bind *:90-80
bind *:http
bind udp@*:53
bind *:80 ssl
bind 10.0.0.0/24:80
bind ,*:80
bind
bind *:80 ssl crt
""".splitlines()

# haproxy 2.6.12 takes these, some of them with a warning; no version's manual says that they are wrong.
TAKEN = r"""
timeout connect 5sec
timeout connect 0
timeout connect 00005
balance
balance roundrobin extra
balance random(2)
balance hdr(Host)
balance rdp-cookie(x)
option redispatch 3
option httpchk GET / HTTP/1.1
cookie A insert indirect nocache maxidle 30m
http-check expect ! status 500
http-check expect rstatus ^2
http-check expect status 200-299,401
log stdout format raw local0
log /dev/log local0 notice
log 127.0.0.1:514 len 4096 local0 info
log global
no log
log ring@buffer local0
log "${LOG}" local0
stick-table type string len 32 size 100k expire 30m store conn_cur,conn_rate(10s)
stats refresh 10
stats enable
redirect code 301 location /
acl a src 10.0.0.0/255.0.0.0 ::1 localhost
acl a dst_port 80 443 8000:9000 ge 10
acl a src -f /etc/list
acl a src 010.0.0.1
server a $HOST:80
server a 10.0.0.1
server a ::1:80
server a 10.0.0.1:80x
server a 10.0.0.1:+10
server a unix@/run/x.sock check
server a 10.0.0.300:80 init-addr none
server a 10.0.0.1:80 weight abc
server a 10.0.0.1:80 check port 70000
server a 10.0.0.1:80 ssl verify none
server a 10.0.0.1:80 ssl ca-file /ca.pem
server a 10.0.0.1:80 no-ssl
server a 10.0.0.1 check port 80
server a 10.0.0.1:80 inter 2sx
server a some_name:80 check
server-template a 1-3 10.0.0.1:80
bind $VIP:80
bind :80,:81
bind *:80,
bind /run/x.sock mode 600
bind fd@3
bind abns@x
bind *:80 ssl crt /a.pem alpn h2,http/1.1
bind quic4@*:443 ssl crt /a.pem
bind 127.0.0.1:80x
bind [::]:80 v4v6
bind *:17000-17002
maxconn 4k
retries x
""".strip("\n").splitlines()


def with_line(line: str) -> str:
    return DEFAULTS + f"listen api\n    bind *:6443\n    server cp1 10.0.0.21:6443 check\n    {line}\nbackend masters\n"


@pytest.mark.parametrize("line", REFUSED)
def test_values_that_haproxy_refuses(line: str) -> None:
    assert refusals(with_line(line)) == ["HA034"]


@pytest.mark.parametrize("line", TAKEN)
def test_values_that_haproxy_takes(line: str) -> None:
    assert refusals(with_line(line)) == []


@pytest.mark.daemon("haproxy")
@pytest.mark.slow
def test_the_real_haproxy_refuses_them_too(tmp_path: Path) -> None:
    haproxy = program("haproxy")
    taken = []
    for line in REFUSED:
        path = tmp_path / "haproxy.cfg"
        path.write_text(with_line(line), encoding="utf-8")
        if subprocess.run([haproxy, "-c", "-f", path], capture_output=True, check=False).returncode != 1:
            taken.append(line)
    assert taken == []


def test_verification_is_asked_for_once_per_backend() -> None:
    lines = ("server a 10.0.0.1:6443 check check-ssl", "server b 10.0.0.2:6443 check check-ssl")
    (finding,) = of("HA034", backend(*lines))
    assert [place.line for place in finding.related] == [11]
    assert of("HA034", "global\n    ssl-server-verify none\n" + backend(*lines)) == []


def test_secrets_stay_out_of_messages() -> None:
    text = "global\n    stats socket /run/a.sock level root\n" + backend(
        "stats auth admin:hunter2 extra", "server a 10.0.0.1:80"
    )
    found = findings(text)
    assert found
    assert not any("hunter2" in finding.message + finding.help for finding in found)
