"""Inputs made to hurt: each costs time in proportion to its size, and none raises."""

from __future__ import annotations

import time

import pytest

from parsers import parse_haproxy
from parsers.facts.haproxy import Proxy, haproxy_facts

pytestmark = pytest.mark.slow

LENGTH = 500_000

HOSTILE = {
    "one long line of words": "listen x\n " + "a " * (LENGTH // 2) + "\n",
    "one long word": "listen x\n " + "a" * LENGTH + "\n",
    "one long word, no newline": "listen x\n " + "a" * LENGTH,
    "unclosed weak quote": 'listen x\n a "' + "b " * (LENGTH // 2) + "\n",
    "unclosed strong quote": "listen x\n a '" + "b " * (LENGTH // 2) + "\n",
    "escapes": "listen x\n a" + "\\ " * 100_000 + "\n",
    "hexadecimal escapes": "listen x\n a" + "\\x41" * 100_000 + "\n",
    "bad escapes": "listen x\n a" + "\\xZZ" * 25_000 + "\n",
    "adjacent quotes": "listen x\n a" + "''" * 50_000 + "\n",
    "adjacent weak quotes": "listen x\n a" + '"b"' * 50_000 + "\n",
    "alternating quotes": "listen x\n a" + "'\"'\"" * 25_000 + "\n",
    "hashes": "listen x\n " + "#" * 250_000 + "\n",
    "dollars": 'listen x\n a "' + "$" * 75_000 + '"\n',
    "variables": 'listen x\n a "' + "${X-}" * 25_000 + '"\n',
    "open braces": 'listen x\n a "' + "${X-" * 25_000 + '"\n',
    "blanks": "listen x\n" + " \t" * (LENGTH // 2) + "\n",
    "carriage returns": "listen x\n" + "\r" * LENGTH + "\n",
    "carriage returns behind words": "listen x\n" + " a\r" * 75_000 + "\n",
    "empty lines": "\n" * 125_000,
    "sections": "backend a\n" * 25_000,
    "broken sections": "frontend a/b c\n" * 12_500,
    "strays": "a b\n" * 25_000,
    "NULs": "\0" * LENGTH,
    "NUL lines": "a\0b\n" * 25_000,
    "nested conditions": ".if defined(X)\n" * 12_500,
    "else after else": ".if defined(X)\n" + ".else\n" * 12_500,
    "lone endif": ".endif\n" * 12_500,
    "deep parentheses": ".if " + "(" * 50_000 + "1" + ")" * 50_000 + "\n.endif\n",
    "unclosed parentheses": ".if " + "(" * 125_000 + "\n.endif\n",
    "unclosed predicate": ".if " + "defined(" * 25_000 + "\n.endif\n",
    "negations": ".if " + "!" * 125_000 + "1\n.endif\n",
    "scopes": "[" * 250_000 + "\n",
    "templates": "listen x\n" + "{% for x %}\n" * 12_500,
    "template marks": "listen x\n a " + "{{ " * 75_000 + "\n",
    "placeholders": "listen x\n" + " bind __A__:1 # x\n" * 7_500,
    "names": "backend " + "a" * LENGTH + "\n",
    "servers": "backend x\n" + " server s 10.0.0.1:6443 check\n" * 7_500,
    "one server": "backend x\n server s " + "1" * LENGTH + " check\n",
    "default-servers": "backend x\n" + " default-server inter 1s\n server s 10.0.0.1:1\n" * 2_500,
    "defaults from defaults": "defaults d0\n" + "".join(f"defaults d{n} from d{n - 1}\n" for n in range(1, 300)),
    "stats auth": "listen x\n" + " stats auth" * 25_000 + "\n",
    "user words": "userlist u\n" + " user" * 75_000 + "\n",
    "bind list": "listen x\n bind " + "a:1," * 25_000 + "\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text(name: str) -> None:
    text = HOSTILE[name]
    start = time.process_time()
    document = parse_haproxy(text)
    config = haproxy_facts([document])
    for proxy in config.proxies:
        assert proxy.effective_mode in ("tcp", None)
        assert proxy.timeouts == {}
        for server in proxy.servers:
            assert server.check is not None or not server.options_certain
        for bind in proxy.binds:
            assert len(bind.addresses) >= 1
    assert document.secrets is not None
    spent = time.process_time() - start
    assert str(document) == text
    assert spent < 10, f"{spent:.1f} s"


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "listen x\n a" + "\\ " * n + "\n",
        lambda n: 'listen x\n a "' + "$" * n + "\n",
        lambda n: 'listen x\n a "' + "${X-" * n + '"\n',
        lambda n: "listen x\n a" + "'x'" * n + "\n",
        lambda n: ".if defined(X)\n" * (n // 10),
        lambda n: "frontend a/b c\n" * (n // 10),
        lambda n: ".if " + "(" * n + "\n.endif\n",
        lambda n: "listen x\n" + " user x password" * (n // 10) + "\n",
    ],
)
def test_cost_is_linear(make) -> None:  # type: ignore[no-untyped-def]
    def cost(text: str) -> float:
        best = 9.0
        for _ in range(2):
            start = time.process_time()
            assert parse_haproxy(text).secrets is not None
            best = min(best, time.process_time() - start)
        return best

    small, large = make(10_000), make(80_000)
    assert cost(large) < 8 * 4 * cost(small) + 0.2


def test_long_chain_of_defaults_is_given_up_not_followed() -> None:
    lines = ["defaults d0", " mode http", " timeout client 1s", " option redispatch", " default-server check"]

    def proxy(depth: int) -> Proxy:
        more = [f"defaults d{number} from d{number - 1}" for number in range(1, depth)]
        text = "\n".join([*lines, *more, "listen x", " server s 1.1.1.1:1", ""])
        return haproxy_facts([parse_haproxy(text)]).proxies[0]

    near = proxy(30)
    assert near.effective_mode == "http"
    assert near.timeout("client") is not None
    assert near.servers[0].check is True
    far = proxy(3000)
    assert far.effective_mode is None
    assert not far.certain
    assert (far.timeouts, far.options, far.logs, far.acls, far.effective_check, far.disabled) == (
        {},
        {},
        [],
        {},
        None,
        False,
    )
