"""HA025, HA073, HA037: whoever reaches a port can see servers or switch them off; passwords that everybody knows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import Bind, BindAddress, HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from parsers.source import Span

_GUARDS = ("http-request", "tcp-request")


@rule("HA025", "stats-admin-for-everybody", Severity.WARNING, Scope.HAPROXY, words=("stats",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A statistics page with `stats admin` and no password, or a `stats socket` of level admin, on a public address.

    Why it hurts: whoever reaches the port can switch off each API server: the page has a form for it, and the
    socket takes `disable server` from anybody (measured with haproxy 2.6.12). `haproxy -c` reports nothing.

    How to fix: bind 127.0.0.1, or a UNIX socket; or `stats auth USER:PASSWORD` with the page, or no `stats admin`.

    Silent when: the page has `stats auth` or rules that may ask who it is (`http-request`, `tcp-request`), its own
    or inherited, the address is the loopback one, or something depends on a variable or a condition.
    """
    for proxy in config.frontends:
        line = _admin(proxy)
        address = next((a for bind in proxy.binds if bind.certain for a in bind.addresses if _is_public(a)), None)
        if line is not None and address is not None:
            yield Hit(
                line.span,
                f"everybody who reaches '{address.raw}' can switch off servers: {proxy.label} has 'stats admin' "
                "without a password",
                help="remove the line, or add 'stats auth USER:PASSWORD'",
                note="no password",
                fix=partial(Fix.remove, line.span, safe=False),
                related=[(address.span, "reached from here")],
            )
    for socket in config.global_.stats_sockets:
        level = socket.option("level")
        if level is None or not level.certain or level.raw != "admin" or not socket.certain:
            continue
        for address in socket.addresses:
            if _is_public(address):
                yield Hit(
                    address.span,
                    f"everybody who reaches '{address.raw}' can switch off servers: the 'stats socket' has level admin",
                    help=f"write '127.0.0.1:{address.port_start}', or a path such as '/run/haproxy/admin.sock'",
                    note="open to everybody",
                    fix=partial(Fix.write, address.span, f"127.0.0.1:{address.port_start}", safe=False),
                )


def _admin(proxy: Proxy) -> HaproxyLine | None:
    """The `stats admin` line of a page that asks nobody for a password."""
    if not _asks_nobody(proxy):
        return None
    return next((line for line in proxy.all("stats") if line.first_arg == "admin" and _always(line)), None)


def _asks_nobody(proxy: Proxy) -> bool:
    """Whether the statistics of a proxy, if it has any, are shown to everybody, and this is certain."""
    if proxy.effective_mode != "http" or not proxy.certain or proxy.disabled:
        return False
    sections: list[Proxy] = [proxy]
    while sections[-1].defaults is not None:
        sections.append(sections[-1].defaults)
    lines = [line for section in sections for line in section.all("stats")]
    if any(section.has(keyword) for section in sections for keyword in _GUARDS):
        return False
    return not any(line.condition is not None or line.dynamic or line.first_arg == "auth" for line in lines)


def _always(line: HaproxyLine) -> bool:
    """Whether the condition of a `stats admin` line holds for everybody."""
    return [word.value for word in line.args[1:]] in (["if", "TRUE"], ["unless", "FALSE"])


def _is_public(address: BindAddress) -> bool:
    if not address.certain or address.kind != "ip" or address.port_start is None:
        return False
    return address.is_wildcard or (address.address is not None and not address.address.is_loopback)


# Passwords that are tried first; so is the user's own name.
_KNOWN = frozenset(
    ("admin", "password", "passwd", "pass", "123456", "12345678", "1234", "12345", "haproxy", "root", "stats", "test",
     "secret", "changeme", "guest", "user", "letmein", "qwerty", "admin123", "p@ssw0rd", "password123", "monitor")
)  # fmt: skip


@rule("HA073", "stats-open", Severity.INFO, Scope.HAPROXY, words=("stats",))
def stats_open(config: HaproxyConfig) -> Iterator[Hit]:
    """A statistics page without a password on a public address, or a `stats socket` that everybody may write to.

    Why it hurts: the page names every server, its address and its state to whoever reaches the port. A socket on a TCP
    port has no password at all, and `mode 666` opens it to every user and every container that shares the folder:
    with `level admin` they can switch off the API servers (measured with 2.6.12: user nobody could `disable server`),
    which is a warning.

    How to fix: `stats auth USER:PASSWORD`, or bind 127.0.0.1; `mode 660` with `group`.

    Silent when: the page has `stats auth` or rules that may ask who it is (`http-request`, `tcp-request`), its own
    or inherited, the address is the loopback one, or something depends on a variable or a condition. Who can also
    switch off servers is `stats-admin-for-everybody`'s.
    """
    for proxy in config.frontends:
        lines = [line for line in proxy.all("stats") if line.first_arg != "socket"]
        if not lines or not _asks_nobody(proxy) or _admin(proxy) is not None:
            continue
        address = next((a for bind in proxy.binds if bind.certain for a in bind.addresses if _is_public(a)), None)
        if address is not None:
            yield Hit(
                lines[0].span,
                f"everybody who reaches '{address.raw}' sees the servers: {proxy.label} has statistics without a "
                "password",
                help="add 'stats auth USER:PASSWORD', or bind 127.0.0.1",
                note="no password",
                related=[(address.span, "reached from here")],
            )
    for socket in config.global_.stats_sockets:
        if socket.certain:
            yield from _open_socket(socket)


def _open_socket(socket: Bind) -> Iterator[Hit]:
    level, mode = socket.option("level"), socket.option("mode")
    admin = level is not None and level.raw == "admin"
    public = next((address for address in socket.addresses if _is_public(address)), None)
    if public is not None and not admin and (level is None or level.certain):
        yield Hit(
            public.span,
            f"everybody who reaches '{public.raw}' can ask haproxy for its sessions and servers: a 'stats socket' has "
            "no password",
            help=f"write '127.0.0.1:{public.port_start}', or a path such as '/run/haproxy/admin.sock'",
            note="open to everybody",
            fix=partial(Fix.write, public.span, f"127.0.0.1:{public.port_start}", safe=False),
        )
    elif mode is not None and mode.certain and mode.raw[-1:] in ("2", "3", "6", "7") and mode.raw.isdecimal():
        yield Hit(
            mode.span,
            f"'mode {mode.raw}' lets every user of the machine write to the 'stats socket'"
            + (", and switch off servers" if admin else ""),
            help=f"write '{mode.raw[:-1]}0'",
            note="everybody",
            fix=partial(Fix.write, mode.span, f"{mode.raw[:-1]}0", safe=False),
            severity=Severity.WARNING if admin else None,
        )


@rule("HA037", "default-credentials", Severity.WARNING, Scope.HAPROXY, words=("stats", "insecure-password"))
def default_credentials(config: HaproxyConfig) -> Iterator[Hit]:
    """A password of `stats auth` or of a userlist is one that everybody tries first, such as admin:admin.

    Why it hurts: it is as good as none. Guides print it, and scanners begin with it.

    How to fix: another password; in a userlist, `password` with the output of `mkpasswd -m sha-512`.

    Silent when: the page listens on the loopback address only, the password is a hash, or depends on a variable or a
    condition. The password itself is never printed.
    """
    for proxy in (*config.defaults, *config.proxies):
        for line in proxy.all("stats"):
            args = line.args
            if len(args) > 1 and args[0].value == "auth" and line.condition is None and not args[1].dynamic:
                user, _, password = args[1].value.partition(":")
                if _is_known(user, password) and (not proxy.binds or any(_is_public(a) for a in _addresses(proxy))):
                    yield _known(args[1].span, "stats auth", user, "write 'USER:PASSWORD' with another password")
    for section in config.sections:
        for line in section.all("user") if section.keyword == "userlist" else ():
            args = line.args
            if len(args) < 3 or args[1].value != "insecure-password" or line.dynamic or line.condition is not None:
                continue
            if _is_known(args[0].value, args[2].value):
                yield _known(args[2].span, "user", args[0].value, "write another password")


def _addresses(proxy: Proxy) -> list[BindAddress]:
    return [address for bind in proxy.binds for address in bind.addresses]


def _is_known(user: str, password: str) -> bool:
    return bool(password) and (password.lower() in _KNOWN or password == user)


def _known(span: Span, keyword: str, user: str, advice: str) -> Hit:
    return Hit(
        span,
        f"the password of '{user}' ('{keyword}') is one that everybody tries first",
        help=advice,
        note="well known",
    )
