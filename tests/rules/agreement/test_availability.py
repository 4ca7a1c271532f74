"""Each fetch in a condition of each kind of rule: where haproxy warns that it never matches, and halb-lint too."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.daemons import program
from tests.rules.haproxy.linting import of
from tests.tools.expressions import Line, right_call, whole_file
from tests.tools.keywords.haproxy_registered import SAMPLES, read_samples
from tests.tools.keywords.probe_haproxy import Haproxy

_RULES = {
    "f": (
        "http-request deny", "http-response deny", "http-after-response del-header x", "tcp-request connection reject",
        "tcp-request session reject", "tcp-request content reject", "use_backend b", "redirect location /",
    ),
    "b": (
        "http-request deny", "http-response deny", "tcp-request content reject", "tcp-response content reject",
        "use-server s", "stick on src", "stick store-response src",
    ),
}  # fmt: skip


def _lines(version: str) -> Iterator[Line]:
    inventory = read_samples(SAMPLES.read_text(encoding="utf-8"))
    for (name, said), there in inventory.blocks["fetches"].items():
        if version not in there or name.startswith("quic_"):
            continue
        call = right_call(name, said.partition(" ")[2])
        for section, rules in _RULES.items():
            yield from (Line(section, f"{rule} if {{ {call} -m found }}") for rule in rules)


@pytest.mark.slow
@pytest.mark.daemon("haproxy")
def test_every_fetch_in_every_rule(tmp_path: Path, figure: Figure) -> None:
    haproxy = program("haproxy")
    version = ".".join(Haproxy(haproxy).version().split(".")[:2])
    lines = list(dict.fromkeys(_lines(version)))
    text, numbers = whole_file(lines)
    path = tmp_path / "haproxy.cfg"
    path.write_text(text, encoding="utf-8")
    command = [str(haproxy), "-c", "-f", str(path)]
    ran = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", errors="replace")
    told = re.findall(r"haproxy\.cfg:(\d+)\] : [^\n]*never match", ran.stderr)
    warned = {numbers[int(number)] for number in told}
    said = {numbers[finding.location.line] for finding in of("HA065", text, version=version)}
    figure(
        f"conditions that never match: haproxy {version} warns of {len(warned)} of {len(lines)}, halb-lint {len(said)}"
    )
    assert len(warned) > 1000
    assert said == warned
