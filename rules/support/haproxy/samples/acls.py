"""Faults of an ACL expression: its fetch and converters, its options, its match method (haproxy 2.6.12)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.grammar.haproxy_samples import read_sample
from parsers.keywords.haproxy_samples import sample_table
from rules.support.haproxy.samples.arguments import entry_of
from rules.support.haproxy.samples.expressions import kinds_of, release_fault, sample_faults
from rules.support.haproxy.samples.kinds import OPTION, SampleFault
from rules.support.haproxy.samples.types import UNKNOWN, has_own_method, named, takes_method
from rules.text.suggestions import hint
from rules.text.wording import clipped, listed

if TYPE_CHECKING:
    from parsers.tree import Word

_WITH_WORD = frozenset(("-f", "-m", "-u"))


def acl_faults(words: Sequence[Word], version: str | None) -> Iterator[SampleFault]:
    """What is wrong with an expression and the options after it; the values are not looked at."""
    faults = list(sample_faults(words[0], version, acl=True))
    if faults:
        yield from faults
        return
    kinds, at = _kinds(words, version)
    method, loaded = _own_method(words[0], kinds), False
    while at < len(words) and words[at].value.startswith("-") and words[at].value != "--":
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else None
        if word.dynamic or (word.value in _WITH_WORD and following is not None and following.dynamic):
            return
        found = _option(word, version) or _with_word(word, following, loaded, kinds, version)
        if found is None and word.value == "-f" and not method:
            found = _needs_method(words[0], kinds)
        if found is not None:
            yield found
            return
        method = method or word.value == "-m"
        loaded |= word.value == "-f"
        at += 2 if word.value in _WITH_WORD else 1
    if not method:
        yield _needs_method(words[0], kinds)


def _kinds(words: Sequence[Word], version: str | None) -> tuple[frozenset[str], int]:
    """The types of the expression, and where it ends: words that name converters belong to it."""
    expression = read_sample(words[0].value)
    if expression is None or not expression.calls:
        return UNKNOWN, 1
    kinds, at = kinds_of(expression, version), 1
    if expression.calls[0].name in sample_table().acls.known:
        return kinds, at
    while at < len(words):
        more = read_sample(words[at].value)
        name = more.calls[0].name if more is not None and more.calls else ""
        if sample_table().converters.get(name) is None:
            return kinds, at
        kinds, at = UNKNOWN, at + 1
    return kinds, at


def _own_method(word: Word, kinds: frozenset[str]) -> bool:
    """Whether haproxy has a match method for it without `-m`; an expression that was not read has one."""
    expression = read_sample(word.value)
    if expression is None or not expression.calls:
        return True
    keyword = len(expression.calls) == 1 and expression.calls[0].name in sample_table().acls.known
    return (
        keyword
        or "same" in kinds
        or has_own_method(kinds)
        or entry_of(expression.calls[-1].name, len(expression.calls) == 1) is None
    )


def _needs_method(word: Word, kinds: frozenset[str]) -> SampleFault:
    given = "any type of value" if kinds & UNKNOWN else named(sorted(kinds))
    message = f"'{clipped(word.value)}' gives {given}: haproxy can not compare it without a match method"
    return SampleFault(
        OPTION, word.span, message, "write '-m str' (or another match method) after it", "no match method"
    )


def _with_word(
    word: Word, following: Word | None, loaded: bool, kinds: frozenset[str], version: str | None
) -> SampleFault | None:
    """What is wrong with `-m METHOD` and `-u NUMBER`."""
    if word.value == "-u":
        if following is not None and not re.fullmatch(r"\s*[+-]?\d+|", following.value):
            message = f"'-u' takes a number, not '{clipped(following.value)}'"
            return SampleFault(OPTION, following.span, message, "write a number after it, or remove '-u'", "no number")
        return None
    if word.value == "-f" and following is None:
        return SampleFault(OPTION, word.span, "'-f' needs a file", "write the name of a file after it", "no file")
    if word.value != "-m":
        return None
    found = _method(word, following, loaded, version)
    if found is not None or following is None:
        return found
    if sample_table().matches.get(following.value) is None or takes_method(kinds, following.value, version):
        return None
    message = f"the match method '{following.value}' can not be used here: the expression gives {named(sorted(kinds))}"
    fitting = [name for name in ("int", "bool", "ip", "str", "bin") if takes_method(kinds, name, version)]
    return SampleFault(OPTION, following.span, message, f"write {listed([*fitting, 'found'], 'or')}", "does not fit")


def _option(word: Word, version: str | None) -> SampleFault | None:
    flags = sample_table().flags
    entry = flags.get(word.value)
    if entry is not None:
        return release_fault(word.span, f"the ACL option '{word.value}'", entry, version)
    method = word.value[2:] if word.value.startswith("-m") else ""
    if method in sample_table().matches.known:
        advice = f"write '-m {method}'"
    elif word.value[1:2].isdecimal():
        advice = f"write '-- {clipped(word.value)}': only then can a value begin with '-'"
    else:
        advice = f"write '--' before it if it is a value; the options are {listed(list(flags.known))}"
    return SampleFault(OPTION, word.span, f"unknown ACL option '{clipped(word.value)}'", advice, "unknown")


def _method(word: Word, method: Word | None, loaded: bool, version: str | None) -> SampleFault | None:
    if loaded:
        message = "'-m' comes after '-f'; haproxy needs the match method before it reads the file"
        return SampleFault(OPTION, word.span, message, "move '-m' and its word before '-f'", "too late")
    matches = sample_table().matches
    known = listed(list(matches.known), "or")
    if method is None:
        return SampleFault(OPTION, word.span, "'-m' needs a match method", f"write {known} after it", "no method")
    entry = matches.get(method.value)
    if entry is not None:
        return release_fault(method.span, f"the match method '{method.value}'", entry, version)
    message = f"unknown match method '{clipped(method.value)}' after '-m'"
    return SampleFault(OPTION, method.span, message, hint(method.value, matches.known, f"write {known}"), "unknown")
