"""Linting one keepalived.conf, and a valid one to put mistakes into."""

from __future__ import annotations

from rules import lint
from rules.engine.finding import Finding, NodeFiles
from rules.engine.options import Options
from rules.engine.settings import RuleSettings

PATH = "keepalived.conf"

HEAD = """\
global_defs {
    enable_script_security
    script_user root
}
vrrp_script check {
    script "/usr/local/bin/check"
    interval 2
}
"""


def instance(*lines: str, name: str = "API", vrid: int = 33, vip: str = "10.0.0.10/24") -> str:
    """A vrrp_instance that is fine, with further lines."""
    own = "".join(f"    {line}\n" for line in lines)
    return (
        f"vrrp_instance {name} {{\n    state BACKUP\n    interface eth0\n    virtual_router_id {vrid}\n"
        f"{own}    virtual_ipaddress {{\n        {vip}\n    }}\n    track_script {{\n        check\n    }}\n}}\n"
    )


def findings(
    text: str, *codes: str, path: str = PATH, config_id: str = "", version: str | None = None
) -> list[Finding]:
    """The findings of these rules (all without one) on a file."""
    options = Options(
        nodes=[NodeFiles("node", (), (path,))],
        config_ids={"node": config_id} if config_id else {},
        settings=RuleSettings(keepalived_version=version),
    )
    report = lint({path: text}, options)
    assert not report.crashes
    return [finding for finding in report.findings if not codes or finding.code in codes]
