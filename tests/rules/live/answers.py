"""A small cluster's plan, answers of its network in short, and what the rules on hosts say about both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rules import lint
from rules.engine.finding import Finding
from rules.engine.options import Options
from rules.live.observations import Observations, Probe
from rules.plan import parse_cluster
from tests.rules.live.notation import read_observations

NAME = "kube.example.com"
OK = f"HTTP 200 names {NAME},192.0.2.10"
OWN_CODES = ("K8003", "HO002", "HO010", "HO011", "HO016")


def plan(phase: str | None = "cutover", nodes: int = 2, lbs: int = 2, vip: str = 'address = "192.0.2.10/24"') -> str:
    tables = [f'[cluster]\nendpoint = "{NAME}"', f"[vip]\n{vip}"]
    if phase:
        tables[0] += f'\nphase = "{phase}"'
    tables += [f'[[lb]]\nname = "lb{n}"\naddress = "192.0.2.1{n}"' for n in range(1, lbs + 1)]
    tables += [f'[[control_plane]]\nname = "cp{n}"\naddress = "192.0.2.2{n}"' for n in range(1, nodes + 1)]
    return "\n\n".join(tables) + "\n"


def answers(*lines: str) -> Observations:
    """`10 HTTP 200 ...` is what answered at 192.0.2.10 port 6443; other lines are as in the notation."""
    texts = [f"probe 192.0.2.{line.replace(' ', ':6443: ', 1)}" if line[0].isdigit() else line for line in lines]
    return read_observations("\n".join(texts), NAME)


def found(text: str, observed: Observations, files: dict[str, str] | None = None) -> list[Finding]:
    report = lint(files or {}, Options(cluster=parse_cluster(text, "halb.toml"), observed=observed))
    assert not report.crashes
    return [finding for finding in report.findings if finding.code in OWN_CODES]


def codes(findings: Sequence[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def only(findings: Sequence[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def line_of(text: str, word: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if word in line)


def changed(observed: Observations, address: str, change: Callable[[Probe], Probe]) -> Observations:
    probes = tuple(change(probe) if str(probe.address) == address else probe for probe in observed.probes)
    assert probes != observed.probes
    return observed._replace(probes=probes)


LB_DOWN = ("11 connection refused", "12 connection refused")
NODES = (f"21 {OK} print a", f"22 {OK} print b")
UNBORN = ("21 connection refused", "22 connection refused")
STRANGER = "10 HTTP 404 names nas.example.com issuer CN=nas key ff"
