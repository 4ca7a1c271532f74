"""HO008: SELinux keeps the daemons from what the files ask of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.machine import commands_run

if TYPE_CHECKING:
    from rules.live.views.machine import MachineView

_SCRIPT = "keepalived_unconfined_script_exec_t"
# Types of places for data and configuration, which no domain of a daemon may execute.
_DATA = frozenset(
    ("admin_home_t", "user_home_t", "user_tmp_t", "tmp_t", "default_t", "var_t", "var_lib_t", "etc_t", "unlabeled_t",
     "container_file_t", "mnt_t")
)  # fmt: skip
# Ports that haproxy may use without more: http_port_t and http_cache_port_t, as `semanage port -l` lists them.
_HTTP = frozenset((80, 81, 443, 488, 8008, 8009, 8080, 8118, 8123, 8443, 9000, *range(10001, 10011)))


@rule("HO008", "selinux-label", Severity.WARNING, Scope.MACHINE, needs=("selinux", "scripts", "sockets"))
def check(view: MachineView) -> Iterator[Hit]:
    """SELinux is enforced on this machine, and the label of a script or a port of haproxy is not allowed by its policy.

    Why it hurts: keepalived can't execute a script with the label of a home folder or of configuration ("Permission
    denied" in the audit log only), so the check fails and the VIP leaves. haproxy can't listen on, or connect to, port
    6443 unless the boolean haproxy_connect_any is on or the port is labelled.

    How to fix: `semanage fcontext -a -t keepalived_unconfined_script_exec_t SCRIPT` and `restorecon SCRIPT`; for
    haproxy `setsebool -P haproxy_connect_any on`.

    Silent when: SELinux is not enforced; haproxy listens on the port already; the label is not one of those from which
    keepalived can certainly execute nothing. By keepalived_selinux(8) and haproxy_selinux(8) of
    Fedora; not measured.
    """
    if not view.seen.selinux.enforcing:
        return
    labels = {script.path: script.label for script in view.seen.scripts}
    for used in commands_run(view.node):
        path = used.command.argv[0]
        parts = labels.get(path, "").split(":")
        if len(parts) > 2 and parts[2] in _DATA:
            yield Hit(
                used.span,
                f"{used.title}: SELinux is enforced, and '{path}' has the label '{parts[2]}': keepalived may not "
                "execute it",
                help=f"'semanage fcontext -a -t {_SCRIPT} {path}' and 'restorecon {path}'",
            )
    yield from _ports(view)


def _ports(view: MachineView) -> Iterator[Hit]:
    if view.seen.selinux.connect_any is not False:
        return
    running = {listener.port for listener in view.seen.listeners if listener.process == "haproxy"}
    for frontend in view.node.haproxy.frontends if view.node.haproxy else ():
        for bind in frontend.binds if not frontend.disabled else ():
            for address in bind.addresses:
                port = address.port_start
                if address.certain and port and port not in _HTTP and not running:
                    yield Hit(
                        address.span,
                        f"SELinux is enforced, and haproxy_connect_any is off: haproxy may not listen on port {port} "
                        "unless that port was labelled",
                        help="'setsebool -P haproxy_connect_any on', or 'semanage port -a -t http_port_t -p tcp "
                        f"{port}'",
                    )
                    return
