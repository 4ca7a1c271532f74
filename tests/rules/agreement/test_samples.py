"""Lines made of the inventory of samples: what the real `haproxy -c` and halb-lint say of each."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.daemons import program
from tests.rules.haproxy.linting import findings
from tests.tools.keywords.haproxy_registered import SAMPLES, Inventory, read_samples
from tests.tools.keywords.probe_haproxy import Haproxy

_CODES = {"HA041", "HA042", "HA043", "HA044", "HA045"}
_HEAD = """\
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
userlist u
    user me insecure-password secret
frontend f
    bind 127.0.0.1:18999
    default_backend b
"""
_TAIL = """
backend b
    stick-table type ip size 1k store gpc0,conn_cnt
    server s 127.0.0.1:1
"""
_FIRST = _HEAD.count("\n") + 1
_PART = 40  # haproxy stops at 50 errors
_VALUES = {
    "integer": "1", "server": "b/s", "backend": "b", "frontend": "f", "table": "b", "user list": "u",
    "IPv4 mask": "24", "IPv6 mask": "64", "IPv4 address": "192.0.2.1", "IPv6 address": "2001:db8::1",
    "Protocol buffers field number": "1",
}  # fmt: skip
_OPTIONS = (
    "",
    " -i",
    " -m str",
    " -m beg",
    " -m begin",
    " -x",
    " -n -i",
    " -m",
    " --",
    " -1",
    " -mbeg",
    " -f /dev/null -m str",
)
_FORMATS = (
    "%ci", "%{+Q}r", "%{+Q", "%{+Q}", "%[src", "%[src]", "%[src,lower]x", "%[src )", "100%%", "100%", "%3", "%zz",
    "%!x", "%(a)ci", "%{+X}o%ci:%cp", "%{Q}[src]", "%[]", "%[hdr_dom(host)]", "%%ci%", "%[src,]", "%CI",
)  # fmt: skip


def _call(name: str, said: str) -> tuple[str, int]:
    """The name with all arguments that it can have, and how many these are."""
    signature = re.match(r"\((.*?)\)", said)
    types = [t for t in re.split(r"[\[\],]+", signature[1]) if t] if signature else []
    return (f"{name}({','.join(_VALUES.get(t, 'a') for t in types)})" if types else name), len(types)


def _spellings(name: str, said: str) -> Iterator[str]:
    call, arguments = _call(name, said)
    yield call
    yield name
    yield call.replace(name, f"{name}z", 1)
    yield call.replace(name, name.swapcase(), 1)
    yield f"{call},lowr"
    yield f"{call},lower"
    yield f"{call})"
    yield f"{call} "
    yield f"{name}(" + ",".join(["1"] * (arguments + 1)) + ")"
    yield f"{name}()"
    yield f"{name}(1"
    yield f"{call}lower"


def _lines(inventory: Inventory) -> list[str]:
    """ACLs first: haproxy reads on behind one that it refuses, and not behind a rule."""
    fetches, converters = inventory.blocks["fetches"], inventory.blocks["converters"]
    acls = [text for (name, said) in fetches for text in _spellings(name, said.partition(" ")[2])]
    acls += [f"str(a),{text}" for (name, said) in converters for text in _spellings(name, said)]
    lines = [f"acl x {text} -m found" for text in acls]
    lines += [f"acl x {name}(a){tail}" for name, _ in inventory.blocks["acls"] for tail in ("", ",lower", "z a", " -x")]
    lines += [f"acl x path{options} a" for options in _OPTIONS]
    lines += [f"http-request deny if {{ path{options} a }}" for options in _OPTIONS]
    lines += [f'http-request set-header x "{text}"' for text in _FORMATS]
    calls = [_call(name, said.partition(" ")[2])[0] for name, said in fetches]
    lines += [f"{rules} set-header x %[{call}]" for call in calls for rules in ("http-request", "http-response")]
    lines += [f"tcp-request {rules} set-var(sess.x) {call}" for call in calls for rules in ("connection", "content")]
    return list(dict.fromkeys(lines))


def _refused(binary: Path, lines: Sequence[str], folder: Path) -> set[int]:
    """The numbers of the lines that haproxy refuses."""
    found: set[int] = set()
    path = folder / "haproxy.cfg"
    start = 0
    while start < len(lines):
        part = lines[start : start + _PART]
        path.write_text(_HEAD + "".join(f"    {line}\n" for line in part) + _TAIL)
        ran = subprocess.run(
            [binary, "-c", "-f", path], capture_output=True, timeout=30, check=False, encoding="utf-8", errors="replace"
        )
        told = re.findall(r"\[ALERT\].*arsing \[[^\]]*:(\d+)\]", ran.stderr)
        numbers = sorted({start + int(number) - _FIRST for number in told if int(number) >= _FIRST})
        rules = [number for number in numbers if not lines[number].startswith("acl")]
        found.update(numbers)
        start = rules[0] + 1 if rules else start + len(part)
    return found


@pytest.mark.slow
@pytest.mark.daemon("haproxy")
def test_lines_of_every_fetch_and_converter(tmp_path: Path, figure: Figure) -> None:
    haproxy = Haproxy(program("haproxy"))
    inventory = read_samples(SAMPLES.read_text(encoding="utf-8"))
    column = ".".join(haproxy.version().split(".")[:2])
    if column not in inventory.versions:
        pytest.skip(f"the inventory of samples has no column for haproxy {column}")
    lines = _lines(inventory)
    refused = _refused(program("haproxy"), lines, tmp_path)
    text = _HEAD + "".join(f"    {line}\n" for line in lines) + _TAIL
    said = {f.location.line - _FIRST for f in findings(text, version=column) if f.code in _CODES}
    seen = len(refused & said)
    figure(f"lines with expressions: haproxy {column} refuses {len(refused)} of {len(lines)}, halb-lint {seen} of them")
    assert [lines[number] for number in sorted(said - refused)] == []
    assert seen >= 0.8 * len(refused)
