"""`server`, `server-template` and `default-server` lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.facts.haproxy.options import server_args
from parsers.facts.haproxy.server import option_words
from parsers.grammar.common import read_int
from rules.support.haproxy.forms.addresses import host_problem, is_plain, port_problem
from rules.support.haproxy.forms.faults import Fault, missing, time_problem
from rules.support.haproxy.forms.options import example_of, needs_value, option_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.facts.haproxy import Proxy, Server
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

_BAD_IN_NAME = re.compile(r"[^A-Za-z0-9_.:-]")
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

_UNUSED_DEFAULTS = frozenset(("resolvers", "id"))
_SERVER_LINES = ("server", "server-template", "default-server")

Problem = tuple[int, str]  # index of the word, and what is wrong with it


def server_faults(proxy: Proxy, version: str | None = None) -> Iterator[tuple[HaproxyLine, Fault]]:
    """The faults of the server lines of a section, each line by itself."""
    if proxy.section.index().keys().isdisjoint(_SERVER_LINES):
        return
    for server in proxy.servers:
        line = server.directive
        if line.condition is None:
            yield from ((line, fault) for fault in _server(server, version))
    for line in proxy.default_servers if proxy.is_backend else ():
        if line.condition is None:
            yield from ((line, fault) for fault in _default_server(line, version))


def _default_server(line: HaproxyLine, version: str | None) -> Iterator[Fault]:
    texts = option_words(line, "default-server")
    last = texts[-1] if texts else ""
    # haproxy takes the last word as it is where it does not use its argument.
    texts = texts[:-1] if last in _UNUSED_DEFAULTS else texts
    yield from _options(line.args, texts, version)


def _server(server: Server, version: str | None) -> Iterator[Fault]:
    line = server.directive
    address = server.address_text
    if not address and server.address_word is None:
        if server.template:
            what, example = "a prefix, a number and an address", "server-template cp 3 control-plane.example:6443 check"
        else:
            what, example = "a name and an address", "server cp1 10.0.0.21:6443 check"
        yield missing(line, what, example)
        return
    problem = _address_problem(address, server.option_words)
    if problem and (word := server.address_word) and not word.dynamic:
        message = f"'{address}' is not a server address: {problem}"
        yield Fault(word.span, message, "write 'ADDRESS:PORT' or 'NAME:PORT'")
    name = server.name_text
    bad = _BAD_IN_NAME.search(name)
    if bad and (word := server.name_word) and not word.dynamic:
        message = f"character '{bad.group()}' is not allowed in the server name '{name}'"
        yield Fault(word.span, message, "use only letters, digits and . : _ -")
    if server.template:
        yield from _number(line)
    if _problems(server.option_words, version):
        yield from _options(line.args[3 if server.template else 2 :], server.option_words, version)


def _number(line: HaproxyLine) -> Iterator[Fault]:
    """The number of servers of a template: `3` or `1-3`; haproxy reads the first digits."""
    word = line.args[1]
    found = re.match(r"([0-9]{1,9})[^-]*(?:-([0-9]{1,9}))?(-?)", word.value)
    if word.dynamic or (found is not None and not found[3] and int(found[2] or found[1]) >= max(int(found[1]), 1)):
        return
    yield Fault(word.span, f"'{word.value}' is not a number of servers", "write, for example, '3' or '1-3'")


def _options(words: Sequence[Word], texts: tuple[str, ...], version: str | None) -> Iterator[Fault]:
    if not any(word.dynamic for word in words):
        for index, message in _problems(texts, version):
            yield Fault(words[index].span, message, _advice(words, index))


def _address_problem(text: str, options: tuple[str, ...]) -> str:
    if is_plain(text):
        return ""
    problem = port_problem(text)
    # With these, a name need not resolve.
    if not problem and "resolvers" not in options and "init-addr" not in options:
        problem = host_problem(text)
    return problem


@lru_cache(4096)
def _problems(words: tuple[str, ...], version: str | None) -> tuple[Problem, ...]:
    """What is wrong with the arguments of the options."""
    return tuple(_read(words, version))


def _read(words: Sequence[str], version: str | None) -> Iterator[Problem]:
    args = server_args()
    at = 0
    while at < len(words):
        name = words[at]
        at += 1
        if not args.get(name, 0):
            continue
        if at >= len(words):
            if name in _NEEDED or needs_value("server", name):
                yield at - 1, f"'{name}' is the last word of the line, but needs a value"
            return
        problem = _problem(name, words[at], version)
        if problem:
            yield at, f"'{name} {words[at]}': {problem}"
        at += 1


def _problem(name: str, value: str, version: str | None) -> str:
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
    if known is None:
        return option_problem("server", name, value, version)
    return f"it must be {' or '.join(known)}" if value not in known else ""


def _advice(options: Sequence[Word], index: int) -> str:
    name = options[index - 1].value if index else options[index].value
    last = options[index].value
    if index == len(options) - 1 and (last in _NEEDED or needs_value("server", last)) and not _is_value(options, index):
        name = last
    if name not in _CHOICES and name not in _TIMES and example_of("server", name):
        return f"write, for example, '{example_of('server', name)}'"
    if name in _CHOICES:
        return f"write '{name} {_CHOICES[name][0]}'"
    if name in _TIMES:
        return f"write, for example, '{name} 2s'"
    return (
        f"write '{name}' with its value"
        if name in ("port", "cookie", "sni", "source", "redir", "ca-file")
        else f"write, for example, '{name} 3'"
    )


def _is_value(options: Sequence[Word], index: int) -> bool:
    """Whether the word is the argument of the option before it."""
    return index > 0 and server_args().get(options[index - 1].value, 0) != 0


def checks_without_port(backend: Proxy) -> Iterator[Fault]:
    """Servers with a check but no port to send it to."""
    if any(
        word.value in ("port", "addr") for line in (*backend.http_checks, *backend.tcp_checks) for word in line.args
    ):
        return
    for server in backend.servers:
        if server.port or not server.check or not server.certain or server.address_text.startswith("_"):
            continue
        if server.parsed.kind != "ip" or server.parsed.port_start:
            continue
        if server.address_word is None or server.parsed.bad_port or not server.options_certain:
            continue
        if not any(server.option(name) for name in ("port", "addr", "agent-port", "track")):
            message = (
                f"server '{server.name.raw}' has a check, but neither its address nor a 'port' option has the port to "
                "check"
            )
            yield Fault(server.address_span, message, _with_port(server.host.value, server.address_word))


def _with_port(host: object, word: Word) -> str:
    """How to write the port; a number behind the address is probably it."""
    behind = re.match(r"( +:?)(\d+)(?=\s)", word.source.text[word.end : word.end + 20])
    if behind is None:
        return f"write '{host}:PORT', or 'check port PORT'"
    return f"write '{host}:{behind[2]}' instead of '{host}{behind[0]}'"


def unverified(backend: Proxy) -> Iterator[tuple[Fault, list[Server]]]:
    """TLS to servers with neither `verify none` nor a CA: one fault per backend, with the servers."""
    own = [*backend.all("http-check"), *backend.all("tcp-check")]
    connects = any(line.args and line.args[0].value == "connect" and _has(line, "ssl") for line in own)
    found = []
    for server in backend.servers:
        if not (connects or server.ssl or server.check_ssl):
            continue
        if not server.certain or not server.options_certain or server.option("ca-file") is not None:
            continue
        verify = server.option("verify")
        if verify is None or verify.value == "required":
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


def _has(line: HaproxyLine, text: str) -> bool:
    return any(word.value == text for word in line.args)
