"""HA060: a keyword of a later haproxy than the installed one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.absent import absent, is_newer
from rules.support.haproxy.forms.released import absent_words

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from rules.engine.settings import RuleSettings


@rule("HA060", "newer-keyword", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A keyword, option or action that came with a later haproxy than the one that reads the file.

    Why it hurts: the installed haproxy refuses the file; on a reload the old process continues with the old
    configuration, on a start there is none.

    How to fix: remove the word, or install the release that the message names and set `haproxy-version` to it.

    Silent when: `haproxy-version` is not set, for lines under a condition, and for words with a placeholder. A release
    between two that halb-lint knows is given the words of the later one.
    """
    version = settings.haproxy_version
    for word, what, entry, removal in absent(config, version) if version is not None else ():
        if is_newer(entry, version):
            message = f"{what} needs haproxy {entry.since}; this file is for {version}, which refuses it"
            advice = f"{removal}, or set 'haproxy-version' to {entry.since} if that is the installed version"
            yield Hit(word.span, message, help=advice, note=f"not in {version}")
    for fault in absent_words(config, version) if version is not None else ():
        if not fault.releases.startswith("-"):
            message = f"{fault.message}; this file is for {version}, which refuses it"
            yield Hit(fault.span, message, help=fault.help, note=f"not in {version}")
