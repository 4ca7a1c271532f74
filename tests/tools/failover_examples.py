"""The fleets whose failover tables docs/failover.md shows; `tests/rules/failover` holds that they say what it says."""

from __future__ import annotations

from rules.engine.options import Options
from rules.engine.run import Run
from rules.failover.table.rows import FailoverTable
from rules.failover.table.table import failover_table
from rules.report.failover import render
from rules.report.style import Style

_CHECK = "/etc/keepalived/check_haproxy.sh"


def _conf(instance: str, lines: str, script: str = "") -> str:
    """A keepalived.conf with one instance for 192.168.2.140 and one script."""
    body = "".join(f"    {line}\n" for line in lines.split("\n"))
    return (
        f"vrrp_script check {{\n{script}}}\n\nvrrp_instance {instance} {{\n{body}"
        "    virtual_ipaddress {\n        192.168.2.140/24\n    }\n    track_script {\n        check\n    }\n}\n"
    )


def _script(command: str, *settings: str) -> str:
    return "".join(f"    {line}\n" for line in (f'script "{command}"', *settings))


_PGREP = ("interval 2", "rise 3", "fall 2")
_KUBEADM = _script(_CHECK, "interval 3", "weight -2", "fall 10", "rise 2")


def _unicast(own: int, peers: tuple[int, ...], priority: int, state: str = "BACKUP") -> str:
    listed = "".join(f"\n    192.168.2.{peer}" for peer in peers)
    return (
        f"state {state}\ninterface ens160\nvirtual_router_id 33\npriority {priority}\n"
        f"unicast_src_ip 192.168.2.{own}\nunicast_peer {{{listed}\n}}"
    )


def _multicast(priority: int, *more: str) -> str:
    lines = ("state BACKUP", "interface eth0", "virtual_router_id 51", f"priority {priority}", *more)
    return "\n".join(lines)


def _article() -> dict[str, str]:
    script = _script("pgrep haproxy", *_PGREP)
    return {
        "haproxy-lb1": _conf("vrrp33", _unicast(141, (142,), 120, "MASTER"), script),
        "haproxy-lb2": _conf("vrrp33", _unicast(142, (141,), 100), script),
    }


def _nopreempt() -> dict[str, str]:
    script = _script("pgrep haproxy", *_PGREP, "weight -50")
    return {f"lb{n}": _conf("VI_1", _multicast(p, "nopreempt"), script) for n, p in ((1, 110), (2, 100))}


def _third() -> dict[str, str]:
    script = _script("pgrep haproxy", *_PGREP)
    return {
        "lb1": _conf("vrrp33", _unicast(141, (142,), 120), script),
        "lb2": _conf("vrrp33", _unicast(142, (141,), 100), script),
        "lb3": _conf("vrrp33", _unicast(143, (141, 142), 90), script),
    }


EXAMPLES = {
    "article": _article(),
    "kubeadm": {f"lb{n}": _conf("VI_1", _multicast(p), _KUBEADM) for n, p in ((1, 101), (2, 100))},
    "ladder": {f"lb{n}": _conf("VI_1", _multicast(p), _KUBEADM) for n, p in ((1, 101), (2, 100), (3, 99))},
    "nopreempt": _nopreempt(),
    "third-node": _third(),
}
"""Name -> node -> its keepalived.conf."""


def table_of(nodes: dict[str, str]) -> FailoverTable:
    """The failover table of some keepalived.conf, by node."""
    files = {f"{name}/keepalived.conf": text for name, text in nodes.items()}
    return failover_table(Run(files, Options()).fleet)


def shown(name: str) -> str:
    """An example's table as `halb-lint --failover` prints it on 80 columns."""
    return render(table_of(EXAMPLES[name]), Style(width=80))
