"""Pairs of load balancers as folders of files: a good one, and others with one mistake each; and clusters of all kinds
of plan.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_interface
from pathlib import Path

from rules.files import Inputs
from rules.plan import Cluster
from tests.wizard.plans import ARTICLE
from wizard.plan.file import write_plan
from wizard.plan.plan import Balancer, Plan
from wizard.rehearsal.planning import laid, planned, staged
from wizard.rehearsal.rehearse import Rehearsal
from wizard.rehearsal.running.systems import Programs
from wizard.rehearsal.staging.stage import Stage
from wizard.render.files import render

HAPROXY = """\
global
    maxconn 2000
    stats socket /run/haproxy/admin.sock mode 660

defaults
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    timeout check 2s
    option redispatch

frontend kube-apiserver
    bind *:6443
    default_backend kube-apiservers

backend kube-apiservers
    option httpchk GET /readyz
    http-check expect status 200
    default-server check check-ssl verify none inter 1s fall 2 rise 2
    server master1 192.0.2.21:6443
    server master2 192.0.2.22:6443
"""

KEEPALIVED = """\
global_defs {
    enable_script_security
    script_user root
    vrrp_garp_master_refresh 5
}

vrrp_script check_haproxy {
    script "/usr/bin/pgrep -x haproxy"
    interval 1
    fall 2
    rise 2
    weight 0
}

vrrp_instance kube {
    interface ens160
    virtual_router_id 51
    priority PRIORITY
    advert_int 1
    unicast_src_ip 192.0.2.OWN
    unicast_peer {
        192.0.2.OTHER
    }
    authentication {
        auth_type PASS
        auth_pass h1dd3n!
    }
    virtual_ipaddress {
        192.0.2.10/24
    }
    track_script {
        check_haproxy
    }
}
"""

Change = Callable[[str, str], str]
"""From a node's name and the text of one of its files to another text."""


def write_pair(folder: Path, change: Change = lambda _, text: text) -> list[str]:
    """Write the folders lb1 and lb2, changed; gives their paths."""
    for number, (name, other) in enumerate((("lb1", 12), ("lb2", 11))):
        conf = KEEPALIVED.replace("PRIORITY", str(110 - 10 * number))
        conf = conf.replace("OWN", str(11 + number)).replace("OTHER", str(other))
        for place, text in (("haproxy/haproxy.cfg", HAPROXY), ("keepalived/keepalived.conf", conf)):
            path = folder / name / "etc" / place
            path.parent.mkdir(parents=True)
            path.write_text(change(name, text), encoding="utf-8")
    return [str(folder / "lb1"), str(folder / "lb2")]


def replaced(old: str, new: str, only: str = "") -> Change:
    """A change that replaces some text, on one node only or on both; it has to be there."""

    def change(name: str, text: str) -> str:
        if only not in ("", name) or old not in text:
            return text
        return text.replace(old, new)

    return change


BROKEN: dict[str, Change] = {
    "the router IDs differ": replaced("virtual_router_id 51", "virtual_router_id 52", "lb2"),
    "the weight is too small": replaced("weight 0", "weight -5"),
    "a wrong peer": replaced("        192.0.2.12", "        192.0.2.13", "lb1"),
    "the check tests nothing": replaced("/usr/bin/pgrep -x haproxy", "/bin/true"),
    "a pipe in the script": replaced("/usr/bin/pgrep -x haproxy", "/usr/bin/pgrep -x haproxy | /bin/grep -q ."),
    "script security without a user": replaced("    script_user root\n", ""),
    "haproxy binds the VIP": replaced("bind *:6443", "bind 192.0.2.10:6443"),
    "two frontends on one port": replaced(
        "\nbackend kube-apiservers\n", "\nfrontend web\n    mode http\n    bind *:6443\n\nbackend kube-apiservers\n"
    ),
}

FIRST, SECOND = ARTICLE.load_balancers
_OPEN = ARTICLE.vrrp._replace(auth_pass=None)
PLANS: dict[str, Plan] = {
    "fast": ARTICLE._replace(vrrp=_OPEN._replace(takeover="fast", advert_int=0.2)),
    "three": ARTICLE._replace(
        load_balancers=(FIRST, SECOND, Balancer("haproxy-lb3", ip_address("192.168.2.143"), "ens160", 90))
    ),
    "stacked": ARTICLE._replace(
        layout="stacked",
        port=8443,
        load_balancers=tuple(
            Balancer(node.name, node.address, "ens160", priority)
            for node, priority in zip(ARTICLE.control_plane, (110, 100, 90), strict=True)
        ),
    ),
    "dual stack": ARTICLE._replace(
        vip6=ip_interface("fd00:2::140/64"),
        load_balancers=(
            FIRST._replace(address6=ip_address("fd00:2::141")),
            SECOND._replace(address6=ip_address("fd00:2::142")),
        ),
        vrrp=_OPEN,
    ),
    "IPv6": ARTICLE._replace(
        vip=ip_interface("fd00:2::140/64"),
        control_plane=tuple(
            node._replace(address=ip_address(f"fd00:2::15{number}"))
            for number, node in enumerate(ARTICLE.control_plane, 1)
        ),
        load_balancers=tuple(
            lb._replace(address=ip_address(f"fd00:2::14{number}"))
            for number, lb in enumerate(ARTICLE.load_balancers, 1)
        ),
        vrrp=_OPEN,
    ),
}


def rehearsal_of(plan: Plan, folder: Path, *events: str) -> Rehearsal:
    """The rehearsal of a plan's own files, which are written to a folder."""
    return planned(*_laid(plan, folder), Programs(), events)[0]


def stage_for(plan: Plan, folder: Path) -> Stage:
    """What would be played with a plan's own files, which are written to a folder; this machine need not be able to."""
    return staged(*_laid(plan, folder), Programs())[0]


def _laid(plan: Plan, folder: Path) -> tuple[Inputs, Cluster]:
    files = {path: (one.text, one.mode) for path, one in render(plan).items()}
    return laid(files | {"halb.toml": (write_plan(plan), 0o600)}, folder)
