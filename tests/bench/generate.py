"""Valid configurations of any size, the same for the same seed.

`haproxy -c` accepts every haproxy.cfg made here, and `keepalived -t` every keepalived.conf
(`dynamic_interfaces` lets it accept interfaces that this machine does not have).
"""

from __future__ import annotations

import random
from collections.abc import Iterator

CHECK = "/etc/keepalived/check-haproxy"
"""The program of the checks."""

_HAPROXY_HEAD = """\
global
    maxconn 4000
    log 127.0.0.1:514 local0

defaults base
    mode http
    log global
    option httplog
    timeout connect 5s
    timeout client 1m
    timeout server 1m

"""


def haproxy(lines: int, seed: int = 1) -> str:
    """A haproxy.cfg of about `lines` lines: frontends, backends, ACLs, quotes, escapes and comments."""
    rng = random.Random(seed)
    out = _HAPROXY_HEAD.splitlines()
    number = 0
    while len(out) < lines:
        number += 1
        out.extend(_frontend(rng, number))
        out.extend(_backend(rng, number))
    return "\n".join(out) + "\n"


def _frontend(rng: random.Random, number: int) -> Iterator[str]:
    yield f"frontend fe{number} from base"
    yield f"    bind 127.0.0.1:{1024 + number % 60000} name listener-{number}"
    yield f"    # service {number}: {rng.choice(['public', 'internal', 'not yet in use'])}"
    hosts = range(rng.randint(2, 6))
    for acl in hosts:
        host = f"app{rng.randint(1, 999)}.example.com"
        yield f"    acl host{acl} hdr(host) -i {host}   # the name of the application"
    yield r'    http-request set-header X-Request "id: %[rand(1000)] \"quoted\"" if host0'
    yield r"    log-format %ci:%cp\ [%t]\ %ft\ %b/%s\ %Tq/%Tw/%Tc/%Tr/%Tt\ %ST\ %B"
    yield f"    use_backend be{number} if {' || '.join(f'host{acl}' for acl in hosts)}"
    yield f"    default_backend be{number}"
    yield ""


def _backend(rng: random.Random, number: int) -> Iterator[str]:
    yield f"backend be{number} from base"
    yield f"    balance {rng.choice(['roundrobin', 'leastconn', 'source'])}"
    yield "    option httpchk GET /healthz"
    yield "    default-server inter 3s fall 3 rise 2"
    for server in range(rng.randint(3, 12)):
        address = f"10.{number % 250}.{server}.{rng.randint(1, 254)}"
        yield f"    server s{server} {address}:{rng.choice([80, 8080, 9000])} check weight {rng.randint(1, 100)}"
    yield ""


def timed(lines: int) -> str:
    """A haproxy.cfg in which every backend has times of its own, few of them different."""
    out = _HAPROXY_HEAD.splitlines()
    for number in range((lines - len(out)) // 6):
        out += [
            f"backend be{number} from base",
            f"    timeout connect {number % 9 + 1}s",
            f"    timeout server {number % 90 + 10}s",
            f"    timeout queue {number % 900 + 100}ms",
            f"    default-server inter {number % 5 + 1}s fall 3 rise 2",
            f"    server s1 10.0.{number >> 8 & 255}.{number & 255}:8080 check",
        ]
    return "\n".join(out) + "\n"


def keepalived(lines: int, seed: int = 1) -> str:
    """A keepalived.conf of about `lines` lines: scripts, up to 4000 VRRP instances, then virtual servers."""
    rng = random.Random(seed)
    out = [
        "global_defs {",
        "    dynamic_interfaces",
        "    enable_script_security",
        "    script_user root",
        "}",
        "",
    ]
    scripts = min(3, 1 + lines // 100)  # no more than instances follow, so that each is tracked
    for script in range(scripts):
        out += [
            f"vrrp_script check{script} {{",
            f'    script "{CHECK}"',
            "    interval 2",
            "    fall 2",
            "}",
            "",
        ]
    number = 0
    while len(out) < lines and number < 4000:
        out.extend(_instance(rng, number, number % scripts))
        number += 1
    while len(out) < lines:
        out.extend(_virtual_server(rng, number))
        number += 1
    return "\n".join(out) + "\n"


def _instance(rng: random.Random, number: int, script: int) -> Iterator[str]:
    interface = f"v{number // 250}"
    yield f"vrrp_instance VI_{number} {{"
    yield f"    state {rng.choice(['MASTER', 'BACKUP'])}  # as planned"
    yield f"    interface {interface}"
    yield f"    virtual_router_id {number % 250 + 1}"
    yield f"    priority {rng.randint(50, 200)}"
    yield "    advert_int 1"
    yield "    virtual_ipaddress {"
    for address in range(rng.randint(1, 3)):
        yield f"        10.{number // 250}.{number % 250}.{address + 1}/24 dev {interface}"
    yield "    }"
    yield "    track_script {"
    yield f"        check{script}"
    yield "    }"
    yield "}"
    yield ""


def _virtual_server(rng: random.Random, number: int) -> Iterator[str]:
    yield f"virtual_server 10.200.{number // 250 % 250}.{number % 250 + 1} {rng.randint(1, 65535)} {{"
    yield "    delay_loop 6"
    yield "    lvs_sched rr"
    yield "    lvs_method NAT"
    yield "    protocol TCP"
    for server in range(rng.randint(2, 5)):
        yield f"    real_server 10.201.{number % 250}.{server + 1} {rng.randint(1, 65535)} {{"
        yield "        weight 1"
        yield "        TCP_CHECK {"
        yield "            connect_timeout 3"
        yield "        }"
        yield "    }"
    yield "}"
    yield ""
