"""Whether a packet filter certainly drops what other nodes send: nftables' rules followed in three values. Pure.

Rules that can't be told (marks, limits, extensions) may match or not; a packet is dropped only if it is on every way.
The semantics are those of nft(8): each chain at a hook has its say, and a drop is final.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rules.live.machine.observed import Rulesets
from rules.live.views.filter_terms import Packet, Terms
from rules.live.views.iptables import read_iptables

ACCEPT, DROP, RETURN, NEXT = "accept", "drop", "return", "next"
_ANY = frozenset((ACCEPT, DROP, NEXT))
_DEEPEST = 16  # jumps; the kernel's own limit
_HOOKS = ("prerouting", "input")
_WITHOUT_EFFECT = frozenset(
    ("counter", "log", "mangle", "set", "map", "notrack", "ct helper", "ct timeout", "ct expectation", "comment")
)
_FINAL: Mapping[str, frozenset[str]] = {
    "accept": frozenset((ACCEPT,)),
    "drop": frozenset((DROP,)),
    "reject": frozenset((DROP,)),
    "return": frozenset((RETURN,)),
    "continue": frozenset((NEXT,)),
    "queue": frozenset((ACCEPT, DROP)),
}
_LOGGING = ("LOG", "NFLOG")

_Key = tuple[str, str, str]
"""Family, table and chain."""


def dropped(rulesets: Rulesets, packet: Packet) -> str:
    """The chain that certainly drops the packet on its way in, as `inet filter input`; "" for none.

    Both lists may show the same rules, one of them more plainly, so each is followed by itself.
    """
    saved = rulesets.iptables.get(packet.source.version, "")
    found = _Ruleset(rulesets.nftables, packet).verdict()
    return found or _Ruleset(read_iptables(saved, packet.source.version), packet).verdict()


def _named(rows: Iterable[Mapping[str, Any]], what: str) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        found = row.get(what)
        if isinstance(found, Mapping):
            yield found


class _Ruleset:
    """All tables, and one packet on its way through them."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], packet: Packet) -> None:
        rows = list(rows)
        self._chains = list(_named(rows, "chain"))
        self._declared = {_key(chain, str(chain.get("name"))) for chain in self._chains}
        self._rules: dict[_Key, list[Mapping[str, Any]]] = {}
        for rule in _named(rows, "rule"):
            self._rules.setdefault(_key(rule, str(rule.get("chain"))), []).append(rule)
        sets = {_key(one, str(one.get("name"))): one for kind in ("set", "map") for one in _named(rows, kind)}
        self._packet = packet
        self._sets = sets
        self._outcomes: dict[_Key, frozenset[str]] = {}

    def verdict(self) -> str:
        """The first chain at a hook that drops the packet, in the kernel's order; "" for none."""
        family = "ip" if self._packet.source.version == 4 else "ip6"
        bases = [
            chain
            for chain in self._chains
            if chain.get("hook") in _HOOKS and chain.get("type") == "filter" and chain.get("family") in (family, "inet")
        ]
        bases.sort(key=lambda chain: (_HOOKS.index(chain["hook"]), _priority(chain)))
        for chain in bases:
            name = str(chain.get("name"))
            found = self._chain(_key(chain, name), 0)
            policy = DROP if chain.get("policy") == "drop" else ACCEPT
            if {policy if outcome == RETURN else outcome for outcome in found} == {DROP}:
                return f"{chain.get('family')} {chain.get('table')} {name}"
        return ""

    def _chain(self, key: _Key, depth: int) -> frozenset[str]:
        """How the packet may leave a chain: accepted, dropped, or back to where it came from."""
        if depth > _DEEPEST:
            return frozenset((ACCEPT, DROP, RETURN))
        if key not in self._outcomes:
            self._outcomes[key] = self._walk(key, depth)
        return self._outcomes[key]

    def _walk(self, key: _Key, depth: int) -> frozenset[str]:
        terms = Terms(
            self._packet, {name: one for (*table, name), one in self._sets.items() if tuple(table) == key[:2]}
        )
        found: set[str] = set()
        for rule in self._rules.get(key, ()):
            met, outcomes = self._rule(rule, key, terms, depth)
            if met is False:
                continue
            found |= outcomes - {NEXT}
            if met and NEXT not in outcomes:
                return frozenset(found)
        return frozenset(found | {RETURN})

    def _rule(self, rule: Mapping[str, Any], key: _Key, terms: Terms, depth: int) -> tuple[bool | None, frozenset[str]]:
        """Whether the packet meets the rule's conditions (None: perhaps), and what the rule does then."""
        met: bool | None = True
        expressions = rule.get("expr")
        for expression in expressions if isinstance(expressions, list) else ():
            if not isinstance(expression, Mapping) or len(expression) != 1:
                met = None
                continue
            ((word, content),) = expression.items()
            if word == "match":
                here = terms.matches(content)
                if here is False:
                    return False, frozenset()
                met = met if here else None
            elif word not in _WITHOUT_EFFECT:
                outcomes = self._statement(word, content, key, terms, depth)
                if outcomes is not None:
                    return met, outcomes
                met = None
        return met, frozenset((NEXT,))

    def _statement(self, word: str, content: Any, key: _Key, terms: Terms, depth: int) -> frozenset[str] | None:
        """What a statement may do with the packet; None for a condition that can't be told."""
        if word in _FINAL:
            return _FINAL[word]
        if word in ("jump", "goto") and isinstance(content, Mapping):
            target = (*key[:2], str(content.get("target")))
            if target not in self._declared:  # what iptables does with a target of an extension
                return _ANY
            found = self._chain(target, depth + 1)
            return frozenset(NEXT if one == RETURN and word == "jump" else one for one in found)
        if word == "vmap" and isinstance(content, Mapping):
            return self._by_map(content, key, terms, depth)
        if word == "xt" and isinstance(content, Mapping) and content.get("type") == "target":
            name = content.get("name")
            return frozenset((NEXT,)) if name in _LOGGING else frozenset((DROP,)) if name == "REJECT" else _ANY
        return None

    def _by_map(self, content: Mapping[str, Any], key: _Key, terms: Terms, depth: int) -> frozenset[str]:
        found: set[str] = set()
        for wanted, verdict in terms.entries(content.get("data")):
            here = terms.matches({"op": "==", "left": content.get("key"), "right": wanted})
            if here is False:
                continue
            what = [
                self._statement(word, inner, key, terms, depth) or _ANY
                for word, inner in (verdict.items() if isinstance(verdict, Mapping) else ())
            ]
            found |= frozenset().union(*what) if what else _ANY
            if here:
                return frozenset(found)
        return frozenset(found | {NEXT})


def _key(row: Mapping[str, Any], name: str) -> _Key:
    return str(row.get("family")), str(row.get("table")), name


def _priority(chain: Mapping[str, Any]) -> float:
    found = chain.get("prio")
    return found if isinstance(found, int) else 0
