"""HA042: an option or match method of an ACL that haproxy does not know."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.samples.faults import faults_of
from rules.support.haproxy.samples.kinds import OPTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.facts.haproxy import HaproxyConfig
    from rules.engine.settings import RuleSettings


@rule("HA042", "unknown-acl-option", Severity.ERROR, Scope.HAPROXY, words=("acl", "{"))
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """An option of an ACL, or a match method after `-m`, that haproxy does not know or can not use there.

    Why it hurts: haproxy refuses the file. What begins with `-` right after the expression is an option; a value that
    begins with `-` needs `--` before it. `-m` must come before `-f`. Texts, numbers, booleans and addresses have a
    match method of their own; a variable and binary data need `-m`, and it has to be one that they can be turned into:
    binary data can't be a number.

    How to fix: the help names the match method that was most likely meant, or the place of `--`.

    Silent when: the word has a variable or a placeholder, or the line is under a condition. What a file after `-f`
    holds is not looked at.
    """
    for fault in faults_of(config, OPTION, settings.haproxy_version):
        fix = partial(Fix.told, fault.span, fault.help)
        yield Hit(fault.span, fault.message, help=fault.help, note=fault.note, fix=fix)
