"""A rule's folder is its scope, what its function is given; its prefix is what it is about. Which go together."""

from __future__ import annotations

import re

from rules.engine.registry import Rule, Scope, all_rules
from tests.tables import each

FOLDERS = {
    "PA": (Scope.PARSE,),
    "KA": (Scope.KEEPALIVED, Scope.PARSE, Scope.NODE),
    "HA": (Scope.HAPROXY, Scope.PARSE, Scope.HOST, Scope.CLUSTER),
    "XN0": (Scope.FLEET, Scope.GIVEN),
    "XN1": (Scope.FLEET,),
    "XN2": (Scope.NODE,),
    "DN": (Scope.DNS,),
    "HO": (Scope.HOST, Scope.MACHINE),
    "K8": (Scope.CLUSTER, Scope.KUBERNETES),
    "NT": (Scope.NATIVE,),
    "HL": (Scope.LINT,),
}
"""Prefix -> the folders below rules/checks that its rules may be in.

A rule about keepalived.conf is in `parse` when only the parser sees the mistake (braces, @id lines), and in `node` when
haproxy.cfg of the same node tells whether it is one; one about haproxy.cfg is in `host` when the servers'
answers do, and in `cluster` when halb.toml does.
"""


def prefix(rule: Rule) -> str:
    return next(prefix for prefix in FOLDERS if rule.code.startswith(prefix))


def test_every_rule_is_in_a_folder_for_its_prefix() -> None:
    each(((rule.code, rule) for rule in all_rules()), is_in_a_folder_for_its_prefix)


def is_in_a_folder_for_its_prefix(rule: Rule) -> None:
    assert re.fullmatch(r"(PA|KA|HA|XN[012]|DN|HO|NT|K8|HL)\d+", rule.code)
    assert len(rule.code) == 5
    assert rule.scope in FOLDERS[prefix(rule)]
    assert rule.check.__module__.startswith(f"rules.checks.{rule.scope.value}.")


def test_every_scope_has_a_prefix_of_its_own_or_shares_one() -> None:
    assert {scope for scopes in FOLDERS.values() for scope in scopes} == set(Scope)
