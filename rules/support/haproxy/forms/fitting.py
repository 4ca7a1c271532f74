"""Whether a line fits one of the forms of its keyword."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules.support.haproxy.forms.faults import Fault, check_choice, missing
from rules.support.haproxy.forms.kinds import absent, check_argument
from rules.support.haproxy.forms.table import forms, forms_of, has_release, is_called, releases_of, some

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word
    from rules.support.haproxy.forms.table import Form

# Options that say nothing by themselves.
_BESIDE = (
    "!",
    "comment",
    "min-recv",
    "ok-status",
    "error-status",
    "tout-status",
    "on-success",
    "on-error",
    "status-code",
)
_CONDITION = ("if", "unless")


def form_faults(place: str, line: HaproxyLine, version: str | None = None) -> Iterator[Fault]:
    """What haproxy refuses in the arguments of a line: the first fault, if no release that may be meant takes it."""
    words = line.words[1:] if line.prefix else line.words
    if line.prefix or line.dynamic or any(not word.value for word in words):
        return
    found = list(forms_of(forms(place, line.keyword), words))
    fault = None
    for release in releases_of(version) if found else ():
        form = next((form for form in found if has_release(form.releases, release)), None)
        if form is None:
            continue  # the rules about keywords say that this release does not have it
        fault = next(_faults(form, line, words[len(form.head) :], release), None)
        if fault is None:
            return
    if fault is not None:
        yield fault


def _faults(form: Form, line: HaproxyLine, words: Sequence[Word], release: str) -> Iterator[Fault]:
    shown = " ".join(form.head)
    if form.never:
        word = line.words[len(form.head) - 1]
        where = f"in '{' '.join(form.head[:-1])}' rules" if len(form.head) > 1 else "here"
        yield Fault(word.span, f"'{word.value}' is not allowed {where}; haproxy refuses it", "remove the line")
    for name, word in zip(form.head, line.words, strict=False):
        if name.endswith("(*)"):
            from rules.support.haproxy.forms.calls import call_problem

            yield from call_problem(name, word, form.example)
    if form.condition:
        # haproxy takes the arguments that have to be there as they are, also one that is called 'if'.
        needed = sum(not argument.optional for argument in form.arguments)
        end = next((i for i, word in enumerate(words) if i >= needed and word.value in _CONDITION), len(words))
        if form.must and end == len(words):
            yield _missing(form, line, "a condition", shown)
        words = words[:end]
    yield from _argument_faults(form, line, words, release)


def _argument_faults(form: Form, line: HaproxyLine, words: Sequence[Word], release: str) -> Iterator[Fault]:
    shown = " ".join(form.head)
    at = 0
    for argument in form.arguments:
        if at < len(words):
            yield from check_argument(argument, words[at], shown, release)
            at += 1
            if argument.kind.endswith("expr"):
                at += _converters(words[at:])
        elif not argument.optional:
            yield _missing(form, line, argument.label, shown)
        if argument.repeated:
            for word in words[at:]:
                yield from check_argument(argument, word, shown, release)
            return
    if form.options is not None:
        yield from _option_faults(form, line, words[at:], release)


def _converters(words: Sequence[Word]) -> int:
    """The number of words that are converters: haproxy takes them as words of their own, too."""
    if not words:
        return 0
    from parsers.keywords.haproxy_samples import sample_table  # for the few lines that have more words

    known = sample_table().converters
    return next(
        (i for i, word in enumerate(words) if known.get(word.value.partition("(")[0].partition(",")[0]) is None),
        len(words),
    )


def _option_faults(form: Form, line: HaproxyLine, words: Sequence[Word], release: str) -> Iterator[Fault]:
    shown = " ".join(form.head)
    options = form.options or {}
    seen = not form.need
    at = 0
    while at < len(words):
        word = words[at]
        name = next((name for name in options if is_called(name.partition("@")[0], word.value)), None)
        if name is None:
            yield _unexpected(form, word, shown, release)
            return
        _, mark, releases = name.partition("@")
        if mark and not has_release(f"@{releases}", release):
            yield absent(word, f"'{word.value}' of '{shown}'", releases)
        seen = seen or name not in _BESIDE
        at += 1
        for argument in options[name]:
            if argument.label == "...":
                return
            if at < len(words):
                yield from check_argument(argument, words[at], word.value, release)
                at += 1
                if argument.kind.endswith("expr"):
                    at += _converters(words[at:])
            elif not argument.optional:
                yield _missing(form, line, f"{argument.label} after '{word.value}'", shown)
    if not seen:
        yield _missing(form, line, some([f"'{name}'" for name in _names(form, release)]), shown)


def _names(form: Form, release: str) -> list[str]:
    """The options that are worth to be named."""
    found = []
    for option in form.options or ():
        name, mark, releases = option.partition("@")
        if name not in _BESIDE and (not mark or has_release(f"@{releases}", release)):
            found.append(name.replace("(*)", "(...)"))
    return found


def _missing(form: Form, line: HaproxyLine, what: str, shown: str) -> Fault:
    fault = missing(line, what, form.example or shown)
    return fault._replace(message=f"'{shown}' needs {what}")


def _unexpected(form: Form, word: Word, shown: str, release: str) -> Fault:
    names = _names(form, release)
    if names:
        fault = next(check_choice(word, shown, names), None)
        if fault is not None:
            return fault
    advice = "remove it, or write 'if' before a condition" if form.condition else "remove it, or put a '#' before it"
    return Fault(word.span, f"unexpected '{word.value}' after '{shown}'", advice)
