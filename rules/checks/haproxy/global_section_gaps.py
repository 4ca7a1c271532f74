"""HA036: logs that go nowhere; HA074: a haproxy that stays root."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.tree import Directive

_FORMATS = ("tcplog", "httplog", "httpslog")
_STDOUT = ("stdout", "stderr", "fd@1", "fd@2")
_OF_A_SERVICE = ("daemon", "chroot", "pidfile")  # a global section of a few limits is most likely an excerpt


@rule("HA036", "log-without-target", Severity.INFO, Scope.HAPROXY)
def log_without_target(config: HaproxyConfig) -> Iterator[Hit]:
    """A section asks for logs (`log global`, `option tcplog`), and no `log` line says where they go.

    Why it hurts: nothing is written, not even that a server went DOWN. haproxy 2.6.12 accepts `log global` without a
    word where `global` has no `log`, and warns "log format ignored" for a format only (measured).

    How to fix: `log /dev/log local0` in `global`, and `log global` in `defaults`.

    Silent when: a `log` line of the section or of its `defaults` has a target, or not all files are known. It is said
    once per file.
    """
    if not config.complete or not config.global_.sections:
        return
    found: list[Directive] = []
    for proxy in config.frontends:
        targets = [line for line in proxy.logs if line.first_arg != "global"]
        asked = [line for line in proxy.logs if line.first_arg == "global"]
        if targets or proxy.disabled or (asked and config.global_.logs):
            continue
        formats = [value.directive for name, value in proxy.options.items() if name in _FORMATS and value.value]
        found += [line for line in (*asked, *formats) if line not in found and line.condition is None]
    if not found:
        return
    line = found[0]
    missing = "'global' has no 'log' line" if line.keyword == "log" else "no 'log' line says where to"
    advice = [] if config.global_.logs else ["'log /dev/log local0' to the global section"]
    advice += [] if line.keyword == "log" else ["'log global' to the section"]
    yield Hit(
        line.span,
        f"'{line.keyword} {line.args[0].value}' logs nothing: {missing}",
        help=f"add {', and '.join(advice)}",
        note="goes nowhere",
        fix=partial(_logs, config, found),
        related=[(other.span, "this too") for other in found[1:5]],
    )


def _logs(config: HaproxyConfig, found: list[Directive]) -> Fix:
    steps = [("below", line.span, "log global") for line in found if line.keyword != "log"]
    if not config.global_.logs:
        steps.insert(0, ("inside", config.global_.sections[0].header.span, "log /dev/log local0"))
    return Fix(f"add '{steps[0][2]}'", tuple(steps), safe=False)


@rule("HA074", "runs-as-root", Severity.INFO, Scope.HAPROXY)
def runs_as_root(config: HaproxyConfig) -> Iterator[Hit]:
    """`global` has no `user`, or no `group`: a haproxy that is started as root stays root, or keeps root's group.

    Why it hurts: whoever finds a hole in haproxy has the machine. systemd starts it as root, and it gives that up only
    if the file says so: without `user` the process is root's, with `user` alone it keeps group root (measured with
    2.6.12).

    How to fix: `user haproxy` and `group haproxy` in `global`, as in Debian's haproxy.cfg; `chroot /var/lib/haproxy`
    also hides the files of the machine.

    Silent when: `uid` and `gid` say the same; nothing in `global` shows that it is a service of the machine (`daemon`,
    `chroot`, `pidfile`); haproxy logs to its standard output, as in a container, whose user is another matter; or the
    section depends on a condition.
    """
    sections = config.global_.sections
    if not sections or not config.complete or any(line.first_arg in _STDOUT for line in config.global_.logs):
        return
    if any(line.condition is not None for line in config.global_.directives):
        return
    if not any(map(config.global_.has, _OF_A_SERVICE)):
        return
    user = any(map(config.global_.has, ("user", "uid")))
    group = any(map(config.global_.has, ("group", "gid")))
    if user and group:
        return
    if user:
        what, advice = "no 'group': haproxy keeps group root", "add 'group haproxy' to the global section"
    elif group:
        what, advice = "no 'user': haproxy stays root", "add 'user haproxy' to the global section"
    else:
        what = "no 'user' and no 'group': haproxy stays root"
        advice = "add 'user haproxy' and 'group haproxy' to the global section"
    lines = [line for line, there in (("user haproxy", user), ("group haproxy", group)) if not there]
    title = f"add {' and '.join(lines)} to global"
    yield Hit(
        sections[0].span,
        f"'global' has {what} if it is started as root",
        help=advice,
        note="root",
        fix=partial(Fix.add, "inside", sections[0].header.span, "\n".join(lines), title, safe=False),
    )
