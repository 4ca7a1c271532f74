"""What a file, or a set of files, can repeat: each construct as a function of how often, giving path -> text.

The names that differ have a number in them, so that no cache helps; `BASE` is how often a construct is repeated at size 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isqrt

Files = dict[str, str]
Maker = Callable[[int], Files]

_HEAD = "global\n    maxconn 4000\n    log 127.0.0.1 local0\n"
_DEFAULTS = "defaults\n    mode http\n    timeout connect 5s\n    timeout client 1m\n    timeout server 1m\n"
_SERVER = "    server s1 10.0.0.1:6443 check\n"


def _haproxy(lines: Iterable[str], head: str = _HEAD + _DEFAULTS) -> Files:
    return {"lb1/haproxy.cfg": head + "".join(f"{line}\n" for line in lines)}


def _in_frontend(lines: Iterable[str], tail: str = "") -> Files:
    text = "".join(f"    {line}\n" for line in lines)
    return _haproxy([f"frontend f\n    bind :6443\n{text}    default_backend b\n{tail}backend b\n{_SERVER}"])


def _in_backend(lines: Iterable[str]) -> Files:
    text = "".join(f"    {line}\n" for line in lines)
    return _haproxy([f"frontend f\n    bind :6443\n    default_backend b\nbackend b\n{_SERVER}{text}"])


def _keepalived(lines: Iterable[str], inside: Iterable[str] = (), node: int = 1) -> Files:
    instance = _instance(node, inside)
    return {f"lb{node}/keepalived.conf": "".join(f"{line}\n" for line in lines) + instance}


def _instance(node: int, inside: Iterable[str] = (), name: str = "VI_1", vrid: int = 51) -> str:
    more = "".join(f"    {line}\n" for line in inside)
    return (
        f"vrrp_instance {name} {{\n    state {'MASTER' if node == 1 else 'BACKUP'}\n    interface eth0\n"
        f"    virtual_router_id {vrid}\n    priority {200 - node % 100}\n    advert_int 1\n{more}"
        "    virtual_ipaddress {\n        192.0.2.10/24\n    }\n}\n"
    )


def _pair(make: Callable[[int], Files]) -> Files:
    return {**make(1), **make(2)}


def address(number: int) -> str:
    """An address of 10.0.0.0/8 for a number."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def node(number: int) -> Files:
    """One of many load balancers of a cluster."""
    servers = "".join(f"    server cp{n} 192.0.2.{20 + n}:6443 check\n" for n in range(3))
    haproxy = (
        f"{_HEAD}{_DEFAULTS}frontend api\n    bind :6443\n    mode tcp\n    default_backend cp\nbackend cp\n{servers}"
    )
    peers = [f"unicast_src_ip {address(number)}", "unicast_peer {", f"    {address(number + 1)}", "}"]
    auth = ["authentication {", "    auth_type PASS", "    auth_pass s3cret", "}"]
    name = f"lb{number:05}"
    return {f"{name}/haproxy.cfg": haproxy, f"{name}/keepalived.conf": _instance(number, [*peers, *auth])}


def _nodes(n: int, files: Callable[[int], Files]) -> Files:
    found: Files = {}
    for number in range(1, n + 1):
        found.update(files(number))
    return found


def _many(n: int, text: Callable[[int], str]) -> list[str]:
    return [text(number) for number in range(n)]


HAPROXY: dict[str, Maker] = {
    "undefined backends": lambda n: _in_frontend(_many(n, lambda i: f"use_backend missing{i} if TRUE")),
    "backends": lambda n: _haproxy(_many(n, lambda i: f"backend b{i}\n{_SERVER}")),
    "defined and undefined backends": lambda n: _haproxy(
        [*_many(n, lambda i: f"frontend f{i}\n bind :{i % 60000 + 1}\n default_backend bx{i}\nbackend b{i}\n{_SERVER}")]
    ),
    "one frontend for each backend": lambda n: _haproxy(
        _many(
            n, lambda i: f"frontend f{i}\n bind {address(i)}:80\n default_backend b{i}\nbackend b{i}\n server s {address(i)}:1"
        )
    ),
    "frontends on one bind": lambda n: _haproxy(
        [*_many(n, lambda i: f"frontend f{i}\n    bind :6443\n    default_backend b"), f"backend b\n{_SERVER}"]
    ),
    "binds of one frontend": lambda n: _in_frontend(_many(n, lambda i: f"bind {address(i)}:6443")),
    "binds with unknown words": lambda n: _in_frontend(_many(n, lambda i: f"bind {address(i)}:6443 strange{i}")),
    "addresses in one bind": lambda n: _in_frontend([f"bind {','.join(f'{address(i)}:80' for i in range(n))}"]),
    "unknown server parameters": lambda n: _in_backend(_many(n, lambda i: f"server t{i} {address(i)}:6443 chekc{i} 5")),
    "unknown parameters of one server": lambda n: _in_backend(
        ["server t1 10.0.0.9:6443 " + " ".join(_many(n, lambda i: f"chekc{i}"))]
    ),
    "servers": lambda n: _in_backend(_many(n, lambda i: f"server t{i} {address(i)}:6443 check")),
    "equal servers": lambda n: _in_backend(_many(n, lambda i: f"server t{i} 192.0.2.1:6443 check")),
    "servers of one name": lambda n: _in_backend(_many(n, lambda i: f"server t {address(i)}:6443 check")),
    "equal lines of servers": lambda n: _in_backend(["server t 192.0.2.1:6443 check"] * n),
    "server names to look up": lambda n: _in_backend(_many(n, lambda i: f"server t{i} host{i}.example.com:6443 check")),
    "track chains": lambda n: _in_backend(
        ["server t0 10.0.0.2:6443 check", *_many(n, lambda i: f"server t{i + 1} {address(i)}:6443 track t{i}")]
    ),
    "track to other backends": lambda n: _haproxy(
        _many(n, lambda i: f"backend b{i}\n server s1 {address(i)}:6443 track b{(i + 1) % n}/s1")
    ),
    "track of undefined servers": lambda n: _in_backend(_many(n, lambda i: f"server t{i} {address(i)}:1 track none{i}")),
    "use-server of undefined servers": lambda n: _in_backend(_many(n, lambda i: f"use-server none{i} if TRUE")),
    "default-server lines": lambda n: _in_backend(
        _many(n, lambda i: f"default-server inter {i}ms\n    server t{i} {address(i)}:6443 check")
    ),
    "defaults": lambda n: _haproxy(_many(n, lambda i: f"defaults d{i}\n    mode http\n    timeout client {i}s")),
    "defaults with proxies": lambda n: _haproxy(
        _many(n, lambda i: f"defaults d{i}\n mode tcp\n timeout client 1s\nbackend b{i} from d{i}\n{_SERVER}")
    ),
    "defaults from defaults": lambda n: _haproxy(
        ["defaults d0", *_many(n, lambda i: f"defaults d{i + 1} from d{i}\n    mode http"), f"listen x\n{_SERVER}"]
    ),
    "undefined defaults": lambda n: _haproxy(_many(n, lambda i: f"backend b{i} from missing{i}\n{_SERVER}")),
    "backends of one name": lambda n: _haproxy([f"backend b\n{_SERVER}"] * n),
    "empty backends": lambda n: _haproxy(_many(n, lambda i: f"backend b{i}")),
    "listen sections": lambda n: _haproxy(_many(n, lambda i: f"listen l{i}\n bind :{i % 60000 + 1}\n{_SERVER}")),
    "globals": lambda n: _haproxy(_many(n, lambda i: f"global\n    maxconn {i}")),
    "acls": lambda n: _in_frontend(_many(n, lambda i: f"acl a{i} path_beg /{i}\n    use_backend b if a{i}")),
    "acls of one name": lambda n: _in_frontend(_many(n, lambda i: f"acl a path_beg /{i}\n    use_backend b if a")),
    "undefined acls": lambda n: _in_frontend(_many(n, lambda i: f"use_backend b if nothing{i}")),
    "unused acls": lambda n: _in_frontend(_many(n, lambda i: f"acl a{i} path_beg /{i}")),
    "acls below their use": lambda n: _in_frontend(
        [*_many(n, lambda i: f"use_backend b if a{i}"), *_many(n, lambda i: f"acl a{i} path_beg /{i}")]
    ),
    "terms of one condition": lambda n: _in_frontend(
        [f"acl a{i} path_beg /{i}" for i in range(n)] + ["use_backend b if " + " or ".join(_many(n, lambda i: f"a{i}"))]
    ),
    "anonymous acls": lambda n: _in_frontend(["use_backend b if " + " or ".join(_many(n, lambda i: f"{{ path /{i} }}"))]),
    "patterns of one acl": lambda n: _in_frontend(["acl a path " + " ".join(_many(n, lambda i: f"/{i}"))]),
    "rules": lambda n: _in_frontend(_many(n, lambda i: f"http-request set-header X-{i} %[src,lower]")),
    "rules after a final one": lambda n: _in_frontend(["http-request deny", *["http-request deny if TRUE"] * n]),
    "rules in the wrong order": lambda n: _in_frontend(
        _many(n, lambda i: f"use_backend b if {{ path /{i} }}\n    http-request deny if {{ path /{i} }}")
    ),
    "unknown fetches": lambda n: _in_frontend(_many(n, lambda i: f"http-request set-header X-A %[pth{i}]")),
    "unknown converters": lambda n: _in_frontend(_many(n, lambda i: f"http-request set-header X-A %[src,lowr{i}]")),
    "converters of one expression": lambda n: _in_frontend(["http-request set-header X-A %[src" + ",lower" * n + "]"]),
    "expressions in one word": lambda n: _in_frontend(["http-request set-header X-A " + "%[src]" * n]),
    "log formats": lambda n: _in_frontend(["log-format " + "%ci\\ " * n]),
    "unknown log aliases": lambda n: _in_frontend(["log-format " + "\\ ".join(_many(n, lambda i: f"%xy{i}"))]),
    "unknown keywords": lambda n: _in_frontend(_many(n, lambda i: f"tiemout{i} client 5s")),
    "equal unknown keywords": lambda n: _in_frontend(["tiemout client 5s"] * n),
    "unknown options": lambda n: _in_frontend(_many(n, lambda i: f"option htplog{i}")),
    "unknown timeouts": lambda n: _in_frontend(_many(n, lambda i: f"timeout clint{i} 5s")),
    "unknown actions": lambda n: _in_frontend(_many(n, lambda i: f"http-request dney{i}")),
    "misspelled sections": lambda n: _haproxy(_many(n, lambda i: f"backnd{i} b{i}\n    server s 10.0.0.1:1")),
    "bad values": lambda n: _in_frontend(_many(n, lambda i: f"timeout client {i}x")),
    "times without a unit": lambda n: _in_frontend(_many(n, lambda i: f"timeout client {i + 100}")),
    "http-check rules": lambda n: _in_backend(
        ["option httpchk", *_many(n, lambda i: f"http-check send uri /{i}\n    http-check expect status 200")]
    ),
    "undefined caches": lambda n: _in_frontend(_many(n, lambda i: f"http-request cache-use c{i}")),
    "caches": lambda n: _haproxy(
        [*_many(n, lambda i: f"cache c{i}\n    max-age 1"), "listen x", *_many(n, lambda i: f"  http-request cache-use d{i}")]
    ),
    "backends in calls": lambda n: _haproxy(
        [*_many(n, lambda i: f"backend b{i}\n{_SERVER}"), "frontend f", *_many(n, lambda i: f" acl a{i} nbsrv(b{i}) gt 1")]
    ),
    "resolvers": lambda n: _haproxy(
        [
            *_many(n, lambda i: f"resolvers r{i}\n nameserver n 192.0.2.1:53"),
            "backend b",
            *_many(n, lambda i: f" server s{i} a{i}.example.com:1 resolvers r{i} check"),
        ]
    ),
    "undefined resolvers": lambda n: _in_backend(_many(n, lambda i: f"server s{i} a.example.com:1 resolvers r{i}")),
    "users": lambda n: _haproxy(["userlist u", *_many(n, lambda i: f"    user u{i} insecure-password secret{i}")]),
    "peers": lambda n: _haproxy(["peers p", *_many(n, lambda i: f"    peer p{i} {address(i)}:1024")]),
    "stats auth": lambda n: _in_frontend(_many(n, lambda i: f"stats auth admin{i}:secret{i}")),
    "blank lines": lambda n: _haproxy([f"frontend f\n    bind :1\n{chr(10) * n * 4}    default_backend b\nbackend b\n{_SERVER}"]),
    "blank lines with spaces": lambda n: _in_frontend(["  "] * n * 4),
    "comments": lambda n: _in_frontend(_many(n, lambda i: f"# comment {i}")),
    ".if chains": lambda n: _haproxy(_many(n, lambda i: f".if defined(A{i})\nbackend b{i}\n{_SERVER}.endif")),
    ".elif chains": lambda n: _haproxy(
        [".if defined(A)", *_many(n, lambda i: f".elif defined(B{i})\nbackend b{i}\n{_SERVER}"), ".endif"]
    ),
    "nested .if": lambda n: _haproxy([*[".if defined(A)"] * n, f"backend b\n{_SERVER}", *[".endif"] * n]),
    "jinja lines": lambda n: _in_backend(
        _many(n, lambda i: f"{{% for host in groups['g{i}'] %}}\n    server {{{{ host }}}} {{{{ ip{i} }}}}:1\n{{% endfor %}}")
    ),
    "jinja in one line": lambda n: _in_backend(["server s " + "{{ a }}" * n]),
    "placeholders": lambda n: _in_backend(_many(n, lambda i: f"server s{i} ${{HOST{i}}}:6443 check")),
    "ignore comments": lambda n: _in_frontend(
        _many(n, lambda i: f"tiemout{i} client 5s # halb: ignore[HA001, HA032, unknown-keyword]")
    ),
    "ignore lists with unknown names": lambda n: _in_frontend(
        ["# halb: ignore[" + ", ".join(_many(n, lambda i: f"unknwn-keyword{i}")) + "]"]
    ),
    "ignore comments with unknown names": lambda n: _in_frontend(
        _many(n, lambda i: f"tiemout{i} client 5s # halb: ignore[unknwn-keyword{i}]")
    ),
    "ignore-file comments": lambda n: _haproxy(["# halb: ignore-file[HA001] " * n]),
    "problems on one line": lambda n: _in_frontend(["acl a path \\x" + "\\xZZ" * n]),
    "one long line": lambda n: _in_frontend(["monitor-uri " + "/a" * n * 8]),
    "one long quoted line": lambda n: _in_frontend(['monitor-uri "' + "a b " * n * 4 + '"']),
    "unclosed quotes": lambda n: _in_frontend(['monitor-uri "/a'] * n),
    "variables in one word": lambda n: _in_frontend(['monitor-uri "' + "$A" * n + '"']),
    "too many words": lambda n: _in_frontend([f"monitor-uri {'a ' * 70}"] * n),
    "odd characters": lambda n: _in_frontend(["monitor-uri\u00a0/a \u201cx\u201d"] * n),
    "carriage returns": lambda n: _in_frontend(["monitor-uri /a\r x"] * n),
    "surrogates": lambda n: _in_frontend(["monitor-uri /\udcff\ud800"] * n),
    "text outside of sections": lambda n: _haproxy(_many(n, lambda i: f"stray{i} words"), head=""),
}  # fmt: skip

KEEPALIVED: dict[str, Maker] = {
    "~SEQ lines": lambda n: _keepalived([], [f"~SEQ(A, 1, {n}) virtual_routes$A"] * 1),
    "many ~SEQ lines": lambda n: _keepalived(
        [], ["virtual_ipaddress_excluded {", *["~SEQ(A, 1, 99999999) 10.0.0.$A"] * n, "}"]
    ),
    "~SEQ of ~SEQ": lambda n: _keepalived([], [f"~SEQ(A, 1, 4000000) ~SEQ(B, 1, 4000000) ~SEQ(C, 1, {n}) 10.$A.$B.$C"] * n),
    "~LST values": lambda n: _keepalived([], ["~LST(A" + "".join(f", {i}" for i in range(min(n, 900))) + ") x$A"]),
    "~LST lines": lambda n: _keepalived([], _many(n, lambda i: f"~LST(A, {i}, b, c) x$A")),
    "definitions": lambda n: _keepalived(_many(n, lambda i: f"$A{i}=value{i}"), _many(n, lambda i: f"garp_master_delay $A{i}")),
    "undefined definitions": lambda n: _keepalived([], _many(n, lambda i: f"garp_master_delay ${{A{i}}}")),
    "definitions of definitions": lambda n: _keepalived(
        ["$A0=1", *_many(n, lambda i: f"$A{i + 1}=$A{i}")], [f"garp_master_delay $A{n}"]
    ),
    "definitions over several lines": lambda n: _keepalived(
        _many(n, lambda i: f"$A{i}= \\\n  garp_master_delay {i} \\\n  garp_master_repeat {i}"), _many(n, lambda i: f"$A{i}")
    ),
    "a definition of many lines": lambda n: _keepalived(
        ["$A= \\", *[f"    garp_master_delay {i} \\" for i in range(n)], "    garp_master_repeat 1"], ["$A"]
    ),
    "a definition of many lines, used often": lambda n: _keepalived(
        ["$A= \\", *[f"    garp_master_delay {i} \\" for i in range(n)], "    garp_master_repeat 1"], ["$A"] * n
    ),
    "references in one line": lambda n: _keepalived(["$A=1"], ["garp_master_delay " + "${A}" * n]),
    "@id lines": lambda n: _keepalived([], _many(n, lambda i: f"@lb{i} priority {i % 250}")),
    "@id instances": lambda n: _keepalived(_many(n, lambda i: f"@lb{i} $P={i % 250}"), ["@^lb1 state BACKUP"]),
    "VIPs": lambda n: _keepalived([], ["virtual_ipaddress {", *_many(n, lambda i: f"    {address(i)}/24 dev eth0"), "}"]),
    "VIPs on two nodes": lambda n: _pair(
        lambda node: _keepalived(
            [], ["virtual_ipaddress {", *_many(n, lambda i: f"    {address(i)}/24 dev eth0"), "}"], node
        )
    ),
    "other VIPs on two nodes": lambda n: _pair(
        lambda node: _keepalived(
            [], ["virtual_ipaddress {", *_many(n, lambda i: f"    {address(2 * i + node)}/24 dev eth0"), "}"], node
        )
    ),
    "equal VIPs": lambda n: _keepalived([], ["virtual_ipaddress {", *["    192.0.2.9/24 dev eth0"] * n, "}"]),
    "bad VIPs": lambda n: _keepalived([], ["virtual_ipaddress {", *_many(n, lambda i: f"    10.0.0.{i + 256}"), "}"]),
    "VIPs outside of the subnet": lambda n: _keepalived(
        [], ["unicast_src_ip 192.0.2.2", "virtual_ipaddress {", *_many(n, lambda i: f"    {address(i)}/32"), "}"]
    ),
    "peers of one instance": lambda n: _keepalived(
        [], ["unicast_src_ip 192.0.2.2", "unicast_peer {", *_many(n, lambda i: f"    {address(i)}"), "}"]
    ),
    "equal peers": lambda n: _keepalived([], ["unicast_src_ip 192.0.2.2", "unicast_peer {", *["    192.0.2.3"] * n, "}"]),
    "instances": lambda n: {
        "lb1/keepalived.conf": "".join(_many(n, lambda i: _instance(1, name=f"VI_{i}", vrid=i % 255 + 1)))
    },
    "instances of one name": lambda n: {"lb1/keepalived.conf": _instance(1) * n},
    "instances on two nodes": lambda n: _pair(
        lambda node: {
            f"lb{node}/keepalived.conf": "".join(
                _many(n, lambda i: _instance(node, name=f"VI_{i}", vrid=i % 255 + 1).replace("192.0.2.10", address(i)))
            )
        }
    ),
    "scripts": lambda n: _keepalived(
        _many(n, lambda i: f"vrrp_script chk{i} {{\n    script \"/usr/bin/pgrep x{i}\"\n    weight -2\n}}"),
        ["track_script {", *_many(n, lambda i: f"    chk{i}"), "}"],
    ),
    "undefined scripts": lambda n: _keepalived([], ["track_script {", *_many(n, lambda i: f"    chk{i}"), "}"]),
    "unused scripts": lambda n: _keepalived(
        _many(n, lambda i: f"vrrp_script chk{i} {{\n    script \"/usr/bin/pgrep x{i}\"\n}}")
    ),
    "scripts defined after use": lambda n: {
        "lb1/keepalived.conf": _instance(1, ["track_script {", *_many(n, lambda i: f"    chk{i}"), "}"])
        + "".join(_many(n, lambda i: f"vrrp_script chk{i} {{\n    script \"/usr/bin/pgrep x{i}\"\n}}\n"))
    },
    "scripts of one name": lambda n: _keepalived(
        ["vrrp_script chk {\n    script \"/usr/bin/pgrep x\"\n}"] * n, ["track_script {", "    chk", "}"]
    ),
    "one script tracked often": lambda n: _keepalived(
        ["vrrp_script chk {\n    script \"/usr/bin/pgrep x\"\n}"], ["track_script {", *["    chk weight 1"] * n, "}"]
    ),
    "a long script": lambda n: _keepalived(["vrrp_script chk {\n    script \"" + "/bin/true && " * n + "/bin/true\"\n}"]),
    "a script of many pipes": lambda n: _keepalived(
        ["vrrp_script chk {\n    script \"/bin/sh -c 'curl -k https://localhost:6443/ | grep ok" + " | cat" * n + "'\"\n}"],
        ["track_script {", "    chk", "}"],
    ),
    "interfaces tracked": lambda n: _keepalived([], ["track_interface {", *_many(n, lambda i: f"    eth{i}"), "}"]),
    "processes tracked": lambda n: _keepalived(
        _many(n, lambda i: f"vrrp_track_process p{i} {{\n    process x{i}\n}}"),
        ["track_process {", *_many(n, lambda i: f"    p{i}"), "}"],
    ),
    "sync groups": lambda n: {
        "lb1/keepalived.conf": "".join(
            _many(
                n,
                lambda i: f"vrrp_sync_group G{i} {{\n    group {{\n        VI_{i}\n    }}\n}}\n"
                + _instance(1, name=f"VI_{i}", vrid=i % 255 + 1),
            )
        )
    },
    "undefined members of a sync group": lambda n: _keepalived(
        ["vrrp_sync_group G {\n    group {", *_many(n, lambda i: f"        VI_x{i}"), "    }\n}"]
    ),
    "members of one sync group": lambda n: {
        "lb1/keepalived.conf": "vrrp_sync_group G {\n    group {\n"
        + "".join(_many(n, lambda i: f"        VI_{i}\n"))
        + "    }\n}\n"
        + "".join(_many(n, lambda i: _instance(1, name=f"VI_{i}", vrid=i % 255 + 1)))
    },
    "settings given twice": lambda n: _keepalived([], ["priority 100"] * n),
    "unknown keywords (keepalived)": lambda n: _keepalived([], _many(n, lambda i: f"priorty{i} 100")),
    "equal unknown keywords (keepalived)": lambda n: _keepalived([], ["priorty 100"] * n),
    "unknown blocks": lambda n: _keepalived([], _many(n, lambda i: f"strange{i} {{\n        priority 1\n    }}")),
    "unknown blocks at the top": lambda n: _keepalived(_many(n, lambda i: f"strange{i} {{\n    priority 1\n}}")),
    "keywords in the wrong block": lambda n: _keepalived(_many(n, lambda i: f"priority {i}")),
    "deep braces": lambda n: _keepalived(["a {"] * n + ["}"] * n),
    "unclosed braces": lambda n: _keepalived(["vrrp_script a {"] * n),
    "closing braces": lambda n: _keepalived(["}"] * n),
    "braces in one line": lambda n: _keepalived(["a { b } " * n]),
    "includes": lambda n: {
        "lb1/keepalived.conf": "".join(_many(n, lambda i: f"include conf.d/{i}.conf\n")) + _instance(1),
        **{f"lb1/conf.d/{i}.conf": f"vrrp_script chk{i} {{\n    script /bin/true\n}}\n" for i in range(n)},
    },
    "includes by a pattern": lambda n: {
        "lb1/keepalived.conf": "include conf.d/*.conf\n" + _instance(1),
        **{f"lb1/conf.d/{i}.conf": f"vrrp_script chk{i} {{\n    script /bin/true\n}}\n" for i in range(n)},
    },
    "missing includes": lambda n: _keepalived(_many(n, lambda i: f"includew conf.d/{i}.conf")),
    "virtual servers": lambda n: _keepalived(
        _many(n, lambda i: f"virtual_server {address(i)} 80 {{\n    lvs_sched rr\n    real_server {address(i)} 80 {{\n    }}\n}}")
    ),
    "passwords": lambda n: {
        "lb1/keepalived.conf": "".join(
            _many(
                n,
                lambda i: _instance(
                    1, [f"authentication {{\n auth_type PASS\n auth_pass secret{i}secret\n}}"], f"VI_{i}", i % 255 + 1
                ),
            )
        )
    },
    "passwords of one instance": lambda n: _keepalived(
        [], ["authentication {", "auth_type PASS", *_many(n, lambda i: f"auth_pass secret{i}secret"), "}"]
    ),
    "comments (keepalived)": lambda n: _keepalived(_many(n, lambda i: f"# comment {i}")),
    "blank lines (keepalived)": lambda n: _keepalived([""] * n * 4),
    "placeholders (keepalived)": lambda n: _keepalived([], _many(n, lambda i: f"priority <PRIORITY{i}>")),
    "jinja (keepalived)": lambda n: _keepalived(
        [], ["virtual_ipaddress {", *_many(n, lambda i: f"{{% if a{i} %}}\n{{{{ vip{i} }}}}\n{{% endif %}}"), "}"]
    ),
    "surrogates (keepalived)": lambda n: _keepalived([], ["notify_master /\udcff\ud800"] * n),
    "long lines (keepalived)": lambda n: _keepalived([], ["notify_master \"/bin/x " + "a" * n * 4 + '"']),
    "odd quotes": lambda n: _keepalived([], ["notify_master \u201c/bin/x\u201d"] * n),
    "unclosed quotes (keepalived)": lambda n: _keepalived([], ['notify_master "/bin/x'] * n),
    "routes": lambda n: _keepalived([], ["virtual_routes {", *_many(n, lambda i: f"    {address(i)}/32 via 10.0.0.1"), "}"]),
}  # fmt: skip

FLEETS: dict[str, Maker] = {
    "nodes": lambda n: _nodes(max(n // 8, 2), node),
    "nodes of one file": lambda n: _nodes(max(n // 8, 2), lambda i: {path: text for path, text in node(1).items() if False} or {
        path.replace("lb00001", f"lb{i:05}"): text for path, text in node(1).items()
    }),
    "nodes without keepalived": lambda n: _nodes(
        max(n // 8, 2), lambda i: {path: text for path, text in node(i).items() if "haproxy" in path}
    ),
    "nodes that are all peers": lambda n: _nodes(
        max(isqrt(n), 2),  # the peers of all nodes together are what grows
        lambda i: _keepalived(
            [], [f"unicast_src_ip {address(i)}", "unicast_peer {", *_many(isqrt(n), lambda k: f"    {address(k + 1)}"), "}"], i
        ),
    ),
    "nodes with a finding each": lambda n: _nodes(
        max(n // 8, 2), lambda i: _keepalived([], [f"priorty {i}", "auth_pass longpassword1"], i)
    ),
    "nodes with other routers": lambda n: _nodes(
        max(n // 8, 2),
        lambda i: {f"lb{i}/keepalived.conf": _instance(i, name=f"VI_{i}").replace("192.0.2.10", address(i))},
    ),
}  # fmt: skip

CONSTRUCTS: dict[str, Maker] = {**HAPROXY, **KEEPALIVED, **FLEETS}
BASE = 125
