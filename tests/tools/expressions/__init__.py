"""Lines with sample expressions, right and wrong, made of the inventory: what three releases of haproxy say of them.

`python -m tests.tools.expressions` asks the haproxy of this machine and those of the roots (`make releases`) and writes
`answers.txt`: a row for each name, with a digit for each line that is made of it, in the order of `lines_of`. The digit
is the sum of 1 (2.6 refuses the line), 2 (3.0 does) and 4 (3.2 does). Lines of no name stand there as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.tools.keywords.haproxy_registered import SAMPLES, read_samples

ANSWERS, CASES = (Path(__file__).parent / name for name in ("answers.txt", "cases.txt"))
RELEASES = {"2.6": 1, "3.0": 2, "3.2": 4}


class Line(NamedTuple):
    """A line, and its section: `f` and `b` are a frontend and a backend in mode http, `t` and `c` in mode tcp."""

    section: str
    text: str


_HEAD = """\
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
userlist u
    user me insecure-password secret
"""
_SECTIONS = {
    "f": "frontend f\n    bind 127.0.0.1:18999\n    default_backend b\n",
    "t": "frontend t\n    mode tcp\n    bind 127.0.0.1:18998\n    default_backend c\n",
    "b": "backend b\n    stick-table type ip size 1k store gpc0,conn_cnt\n    server s 127.0.0.1:1\n",
    "c": "backend c\n    mode tcp\n    server s 127.0.0.1:1\n",
}


def whole_file(lines: Sequence[Line]) -> tuple[str, dict[int, Line]]:
    """A file with these lines, and the number of each; of `balance` lines, only the last one of a backend counts."""
    text = _HEAD
    numbers: dict[int, Line] = {}
    for line in lines:
        if line.text.startswith("balance"):
            text += f"backend b{len(numbers)}\n"
            numbers[text.count("\n") + 1] = line
            text += f"    {line.text}\n"
    for section, head in _SECTIONS.items():
        text += head
        number = text.count("\n") + 1
        for line in lines:
            if line.section == section and not line.text.startswith("balance"):
                numbers[number] = line
                number += 1
                text += f"    {line.text}\n"
    return text, numbers


_VALUES = {
    "integer": "1", "server": "b/s", "backend": "b", "frontend": "f", "table": "b", "user list": "u",
    "IPv4 mask": "24", "IPv6 mask": "64", "IPv4 address": "192.0.2.1", "IPv6 address": "2001:db8::1",
    "Protocol buffers field number": "1",
}  # fmt: skip
_WRONG = {"integer": ("x", "1x", "0", "-1", ""), "string": ("",), "regex": ("(", "")}
# What may be written is more special than the type says.
_RIGHT = {
    "accept_date": "s", "acl": "TRUE", "add": "1", "add_item": "/", "aes_gcm_dec": "128,YQ==,YQ==,txn.t",
    "aes_gcm_enc": "128,YQ==,YQ==,txn.t", "and": "1", "be2dec": ":,2", "be2hex": ":,2", "bin": "61", "bool": "true",
    "bytes": "1,2", "concat": "/,txn.a,/", "date": "0,ms", "debug": "a", "digest": "sha256", "distcc_body": "ARGC",
    "distcc_param": "ARGC", "div": "2", "fc_pp_tlv": "AUTHORITY", "fc_rtt": "ms", "fc_rttvar": "us", "bc_rtt": "ms",
    "bc_rttvar": "us", "field": "1,/", "fix_tag_value": "MsgType", "has_ctl": "http",
    "hmac": "sha256,YQ==", "http_date": "1,ms",
    "json": "utf8", "json_query": "$.a,int", "jwt_header_query": "$.a,int", "jwt_payload_query": "$.a,int",
    "jwt_verify": "HS256,txn.k", "language": "en;fr,en", "le2dec": ":,2", "meth": "GET", "mod": "2",
    "mqtt_field_value": "connect,flags", "mul": "2", "or": "1", "param": "&,a", "payload_lv": "0,2",
    "protobuf": "1,bool", "query": "with_qm", "regsub": "a,b,g", "request_date": "ms", "req.payload_lv": "0,2,4",
    "res.payload_lv": "0,2,4", "secure_memcmp": "txn.a", "set-var": "txn.a", "sha2": "256", "strcmp": "txn.a",
    "sub": "1", "ungrpc": "1,bool", "unset-var": "txn.a", "url_enc": "query", "url_param": "a,&", "uuid": "4",
    "var": "txn.a", "when": "error", "word": "1,/", "xor": "1",
    **{f"ssl_{side}_{kind}_dn": "CN,1,rfc2253" for side in "cfs" for kind in "irs"},
    **{f"internal.htx_blk.{what}": "head" for what in ("data", "hdrname", "hdrval", "size", "start_line", "type")},
}  # fmt: skip
_METHODS = ("bool", "int 1", "ip 192.0.2.1", "bin 61", "len 3", "str a", "reg a")
_CONVERTERS = ("lower", "neg", "hex", "ipmask(24)", "lowr")
_INPUTS = ("str(a)", "int(1)", "src", "bin(61)", "bool(1)", "method", "var(txn.a)")
_RULES = (
    ("f", "http-request set-header x %[{}]"), ("f", "http-response set-header x %[{}]"),
    ("f", "tcp-request connection set-var(sess.x) {}"), ("f", "tcp-request session set-var(sess.x) {}"),
    ("f", "tcp-request content set-var(sess.x) {}"), ("f", "http-request capture {} len 10"),
    ("f", "http-request set-src {}"), ("f", "http-request track-sc0 {} table b"), ("f", "use_backend %[{}]"),
    ("f", "http-request return status 200 content-type a lf-string %[{}]"),
    ("t", "tcp-request content capture {} len 9"), ("b", "http-request set-var(txn.x) {}"),
    ("b", "http-after-response set-header x %[{}]"),
    ("b", "tcp-response content set-var(sess.x) {}"), ("b", "stick on {}"), ("b", "stick store-response {}"),
    ("b", "balance hash {}"), ("b", "use-server %[{}]"), ("b", "http-check set-var(check.x) {}"),
)  # fmt: skip


def _types(said: str) -> list[str]:
    signature = re.match(r"\((.*?)\)", said)
    return [name for name in re.split(r"[\[\],]+", signature[1]) if name] if signature else []


def right_call(name: str, said: str) -> str:
    """A call of a fetch or converter that is right, from what the inventory says of it."""
    return _calls(name, said)[0]


def _calls(name: str, said: str) -> tuple[str, list[str]]:
    """A right call with all arguments, and wrong ones."""
    kinds = _types(said)
    if not kinds:
        return name, [f"{name}()", f"{name}(1)"]
    plain = [_VALUES.get(kind, "a") for kind in kinds]
    if name.startswith("map"):
        plain[0], plain[1:] = "/dev/null", ["192.0.2.1"] if name.endswith("_ip") else plain[1:]
    usual = _RIGHT[name].split(",") if name in _RIGHT else plain
    wrong = [
        name,
        f"{name}()",
        f"{name}(1",
        f"{name}({','.join(plain)})",
        f"{name}({','.join(['1'] * (len(kinds) + 1))})",
    ]
    for place, kind in enumerate(kinds):
        base = usual if place < len(usual) else plain
        for value in _WRONG.get(kind, ("nosuch", "")):
            wrong.append(f"{name}({','.join([*base[:place], value, *base[place + 1 :]])})")
    return f"{name}({','.join(usual)})", wrong


def lines_of(block: str, name: str, said: str) -> list[Line]:
    """The lines that are made of one name of the inventory."""
    return list(dict.fromkeys(_made(block, name, said)))


def _made(block: str, name: str, said: str) -> Iterator[Line]:
    if block == "acls":
        for call in (name, f"{name}(a)", f"{name}z(a)"):
            yield from (
                Line("f", f"acl x {call} {tail}") for tail in ("--", "-m found", "-x a", *(f"-m {m}" for m in _METHODS))
            )
        yield from (Line("f", f"acl x {name},{converter} -m found") for converter in _CONVERTERS)
        yield Line("f", f"http-request set-header x %[{name}]")
        return
    said = said.partition(" ")[2] if block == "fetches" else said
    call, wrong = _calls(name, said)
    before = "" if block == "fetches" else "str(a),"
    yield from (Line("f", f"acl x {before}{one} -m found") for one in (call, *wrong))
    for spelled in (
        call.replace(name, f"{name}z", 1),
        call.replace(name, name.swapcase(), 1),
        f"{call})",
        f"{call}lower",
    ):
        yield Line("f", f"acl x {before}{spelled} -m found")
    yield from (Line("f", f"acl x {before}{call} -m {method}") for method in _METHODS)
    yield Line("f", f"acl x {before}{call} --")
    yield from (Line("f", f"acl x {before}{call},{converter} -m found") for converter in _CONVERTERS)
    if block == "converters":
        yield from (Line("f", f"acl x {fetch},{call} -m found") for fetch in _INPUTS)
        yield Line("f", f"http-request set-header x %[{before}{call}]")
    else:
        yield from (Line(section, rule.format(call)) for section, rule in _RULES)


def groups() -> Iterator[tuple[str, str, list[Line]]]:
    """The names with their blocks and lines; a name that releases take differently has all of these lines."""
    inventory = read_samples(SAMPLES.read_text(encoding="utf-8"))
    for block in ("fetches", "converters", "acls"):
        found: dict[str, dict[Line, None]] = {}
        for name, said in inventory.blocks[block]:
            found.setdefault(name, {}).update(dict.fromkeys(lines_of(block, name, said)))
        yield from ((block, name, list(lines)) for name, lines in sorted(found.items()))


def answers() -> dict[Line, int]:
    """Each line with the sum of the releases that refuse it."""
    said: dict[tuple[str, str], str] = {}
    found: dict[Line, int] = {}
    for row in ANSWERS.read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            block, name, digits = row.split("\t")
            if block in _SECTIONS:
                found[Line(block, name)] = int(digits)
            else:
                said[block, name] = digits
    for block, name, lines in groups():
        digits = said[block, name]
        assert len(digits) == len(lines), name
        found.update({line: int(digit) for line, digit in zip(lines, digits, strict=True)})
    return found


def cases() -> list[Line]:
    """The lines of no name."""
    rows = [row for row in CASES.read_text(encoding="utf-8").splitlines() if row and row[0] != "#"]
    return [Line(*row.split("\t")) for row in rows]
