"""`server`, `server-template` and `default-server` lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.facts.haproxy.options import server_args
from parsers.grammar.common import read_int
from rules.support.haproxy.plain_lines import ipv4, plain_port, plain_server, words_of
from rules.support.haproxy.values.addresses import host_problem, port_problem
from rules.support.haproxy.values.faults import Fault, missing, time_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.facts.haproxy import Proxy, Server
    from parsers.haproxy import HaproxyLine, Section
    from parsers.tree import Word

_HEAD = {"server": 2, "server-template": 3, "default-server": 0}
_BAD_IN_NAME = r"[^A-Za-z0-9_.:-]"
_TIMES = frozenset(("inter", "fastinter", "downinter", "agent-inter", "slowstart"))
_CHOICES = {
    "verify": ("none", "required"),
    "observe": ("none", "layer4", "layer7"),
    "on-error": ("fastinter", "fail-check", "sudden-death", "mark-down"),
    "on-marked-down": ("shutdown-sessions",),
    "on-marked-up": ("shutdown-backup-sessions",),
    "ssl-min-ver": ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
    "ssl-max-ver": ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
}
# Options that haproxy refuses without their argument (measured with 2.6.12; `weight` and `maxconn` are not among them).
_NEEDED = frozenset((*_TIMES, *_CHOICES, "rise", "fall", "port", "cookie", "redir", "ca-file", "sni", "source"))

Problem = tuple[int, str]  # index of the word, and what is wrong with it


def unusual_lines(section: Section) -> list[HaproxyLine]:
    """The server lines of a section that need full parsing: most have a plain name, an IPv4 address with a port and
    options that were seen before.
    """
    index = section.index()
    lines = [line for line in section.all("server") if not _is_usual(line.line_text)] if "server" in index else []
    for keyword in ("server-template", "default-server"):
        lines += section.all(keyword) if keyword in index else ()
    return lines


def server_faults(lines: Iterable[HaproxyLine]) -> Iterator[tuple[HaproxyLine, Fault]]:
    """The faults of server lines, each line by itself."""
    for line in lines:
        if line.condition is None:
            yield from ((line, fault) for fault in _line(line, _HEAD[line.keyword]))


def _is_usual(text: str) -> bool:
    found = plain_server(text)
    if found is None or not found[3] or found[3][0] == "0" or int(found[3]) > 65535 or _problems_in(found[4]):
        return False
    if not found[1].isalnum() and re.search(_BAD_IN_NAME, found[1]):
        return False
    return ipv4()(found[2], 0, len(found[2]) - len(found[3]) - 1) is not None


@lru_cache(4096)
def _problems_in(text: str) -> tuple[Problem, ...]:
    return tuple(_problems(words_of(text)))


def _problems(words: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the arguments of the options."""
    args = server_args()
    at = 0
    while at < len(words):
        name = words[at]
        at += 1
        if not args.get(name, 0):
            continue
        if at >= len(words):
            if name in _NEEDED:
                yield at - 1, f"'{name}' is the last word of the line, but needs a value"
            return
        problem = _problem(name, words[at])
        if problem:
            yield at, f"'{name} {words[at]}': {problem}"
        at += 1


def _problem(name: str, value: str) -> str:
    if name in _TIMES:
        if name == "inter" and value == "0":
            return "the interval of health checks can't be 0"
        problem = time_problem(value)
        return f"'{value}' {problem}" if problem else ""
    if name in ("rise", "fall"):
        digits = re.match(r"[0-9]*", value)
        return "" if digits and digits.group().strip("0") else "haproxy expects a whole number of 1 or more"
    if name == "weight":
        number = read_int(value)
        return "" if number is None or 0 <= number <= 256 else "a weight is a number from 0 to 256"
    known = _CHOICES.get(name)
    return f"it must be {' or '.join(known)}" if known is not None and value not in known else ""


def _line(line: HaproxyLine, head: int) -> Iterator[Fault]:
    args = line.args
    if len(args) < head:
        what = "a name and an address" if head == 2 else "a prefix, a number and an address"
        example = (
            "server cp1 10.0.0.21:6443 check" if head == 2 else "server-template cp 3 control-plane.example:6443 check"
        )
        yield missing(line, what, example)
        return
    options = args[head:]
    if head and not args[head - 1].dynamic:
        yield from _address(args[head - 1], [word.value for word in options])
    if head and not args[0].dynamic and (bad := re.search(_BAD_IN_NAME, args[0].value)):
        message = f"character '{bad.group()}' is not allowed in the server name '{args[0].value}'"
        yield Fault(args[0].span, message, "use only letters, digits and . : _ -")
    if not any(word.dynamic for word in options):
        for index, message in _problems([word.value for word in options]):
            yield Fault(options[index].span, message, _advice(options, index))


def _advice(options: Sequence[Word], index: int) -> str:
    name = options[index - 1].value if index else options[index].value
    if options[index].value in _NEEDED and (index == len(options) - 1):
        name = options[index].value
    if name in _CHOICES:
        return f"write '{name} {_CHOICES[name][0]}'"
    if name in _TIMES:
        return f"write, for example, '{name} 2s'"
    return (
        f"write '{name}' with its value"
        if name in ("port", "cookie", "sni", "source", "redir", "ca-file")
        else f"write, for example, '{name} 3'"
    )


def _address(word: Word, options: list[str]) -> Iterator[Fault]:
    text = word.value
    problem = port_problem(text)
    # With these, a name need not resolve.
    if not problem and "resolvers" not in options and "init-addr" not in options:
        problem = host_problem(text)
    if problem:
        yield Fault(word.span, f"'{text}' is not a server address: {problem}", "write 'ADDRESS:PORT' or 'NAME:PORT'")


def checks_without_port(backend: Proxy) -> Iterator[Fault]:
    """Servers with a check but no port to send it to."""
    if any(
        word.value in ("port", "addr") for line in (*backend.http_checks, *backend.tcp_checks) for word in line.args
    ):
        return
    for server in backend.servers:
        if plain_port(server.directive.line_text):
            continue
        if server.parsed.kind != "ip" or server.parsed.port_start or not server.check or not server.certain:
            continue
        if server.address_word is None or server.parsed.bad_port or not server.options_certain:
            continue
        if not any(server.option(name) for name in ("port", "addr", "agent-port", "track")):
            message = (
                f"server '{server.name.raw}' has a check, but neither its address nor a 'port' option has the port to "
                "check"
            )
            yield Fault(server.address_span, message, f"write '{server.host.value}:PORT', or 'check port PORT'")


def unverified(backend: Proxy) -> Iterator[tuple[Fault, list[Server]]]:
    """TLS to servers with neither `verify none` nor a CA: one fault per backend, with the servers."""
    own = [*backend.all("http-check"), *backend.all("tcp-check")]
    connects = any(line.args and line.args[0].value == "connect" and _has(line, "ssl") for line in own)
    by_default = connects or _encrypts_by_default(backend)
    found = []
    for server in backend.servers:
        if not by_default and "ssl" not in server.directive.line_text:
            continue
        if not server.certain or not server.options_certain or server.option("ca-file") is not None:
            continue
        verify = server.option("verify")
        if (connects or server.ssl or server.check_ssl) and (verify is None or verify.value == "required"):
            found.append(server)
    if found:
        first = found[0]
        place = first.option("check-ssl") or first.option("ssl")
        message = (
            f"TLS to server '{first.name.raw}' of {backend.label} has neither 'verify none' nor a 'ca-file': haproxy "
            "has nothing to verify against and refuses the file"
        )
        advice = "add 'verify none', or 'ca-file /etc/kubernetes/pki/ca.crt' (the CA of the servers)"
        yield Fault(place.span if place else first.name.span, message, advice), found[1:]


def _encrypts_by_default(proxy: Proxy) -> bool:
    owner: Proxy | None = proxy
    while owner is not None:
        if any("ssl" in line.line_text for line in owner.default_servers):
            return True
        owner = owner.defaults
    return False


def _has(line: HaproxyLine, text: str) -> bool:
    return any(word.value == text for word in line.args)
