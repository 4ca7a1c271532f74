"""Which words of a line are sample expressions and log formats. Measured with haproxy 2.6.12, 3.0.11 and 3.2.26."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rules.support.haproxy.samples.kinds import LOG_FORMAT, SAMPLE, SamplePlace

if TYPE_CHECKING:
    from parsers.tree import Word

# Actions of rules: with an expression as the next word, and with log formats so many words later.
_SAMPLE_CALLS = ("set-var(", "do-resolve(")
_SAMPLE_ACTIONS = frozenset(
    ("capture", "set-src", "set-src-port", "set-dst", "set-dst-port", "set-priority-class", "set-priority-offset")
)
_COUNTING = "track-sc"  # and the counter's number
# Actions that take a number (a time) or an expression, so many words later.
_NUMBER_ACTIONS = {
    "sc-set-gpt0": 1, "sc-set-gpt": 1, "sc-add-gpc": 1, "set-timeout": 2, "set-retries": 1, "pause": 1,
    "set-mark": 1, "set-tos": 1, "set-fc-mark": 1, "set-bc-mark": 1, "set-fc-tos": 1, "set-bc-tos": 1,
}  # fmt: skip
_NUMBER = r"[+-]?(?:0[xX][0-9A-Fa-f]+|[0-9]+(?:us|ms|[smhdkKMgG])?)\Z"
_FORMAT_ACTIONS = {
    "set-header": (2,), "add-header": (2,), "early-hint": (2,), "replace-header": (3,), "replace-value": (3,),
    "replace-path": (2,), "replace-pathq": (2,), "replace-uri": (2,), "set-method": (1,), "set-path": (1,),
    "set-pathq": (1,), "set-query": (1,), "set-uri": (1,),
}  # fmt: skip
_FORMAT_CALLS = {"set-var-fmt": (1,), "add-acl": (1,), "del-acl": (1,), "del-map": (1,), "set-map": (1, 2)}
_ANSWERS = frozenset(("return", "deny", "tarpit"))
_REDIRECTS = frozenset(("location", "prefix", "scheme"))
_SERVER_OPTIONS = ("sni", "pool-conn-name")


def places_in(keyword: str, args: Sequence[Word]) -> Iterator[SamplePlace]:
    """The expressions among the words behind a keyword; those of a condition are not among them."""
    reader = _READERS.get(keyword)
    return reader(args) if reader is not None else iter(())


def _format(args: Sequence[Word]) -> Iterator[SamplePlace]:
    yield from _formats(args, (0,))


def _formats(args: Sequence[Word], places: Sequence[int]) -> Iterator[SamplePlace]:
    for at in places:
        if at < len(args) and "%" in args[at].value:
            yield SamplePlace(LOG_FORMAT, (args[at],))


def _target(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """A name that may be built at run time."""
    if args and "%[" in args[0].value:
        yield SamplePlace(LOG_FORMAT, (args[0],))


def _second(args: Sequence[Word], at: int = 1, *, table: bool = False) -> Iterator[SamplePlace]:
    if len(args) > at:
        yield SamplePlace(SAMPLE, (args[at],), table=table)


def _balance(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if args and args[0].value == "hash":
        yield from _second(args)


def _stick(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if args and args[0].value in ("on", "match", "store", "store-request", "store-response"):
        yield from _second(args, table=True)


def _server(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """The name that is sent to servers with TLS, and the name of idle connections."""
    yield from _defaults(args[2:])


def _defaults(args: Sequence[Word]) -> Iterator[SamplePlace]:
    from parsers.facts.haproxy.options import parts_of_words

    for name, _, _, _, start, _, dynamic, missing in parts_of_words(args, 0, server=True):
        if name in _SERVER_OPTIONS and not (dynamic or missing):
            yield from (SamplePlace(SAMPLE, (word,)) for word in args if word.start == start)


def _redirect(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if len(args) > 1 and args[0].value in _REDIRECTS:
        yield from _formats(args, (1,))


def _http(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if not args:
        return
    action = args[0].value
    name, bracket, _ = action.partition("(")
    at = _NUMBER_ACTIONS.get(name)
    counts = action.startswith(_COUNTING) and action.removeprefix(_COUNTING).isdecimal()
    if counts or action in _SAMPLE_ACTIONS or action.startswith(_SAMPLE_CALLS):
        yield from _second(args, table=counts)
    elif at is not None:
        if len(args) > at and not re.match(_NUMBER, args[at].value):
            yield SamplePlace(SAMPLE, (args[at],), anywhere=name in ("set-timeout", "pause"))
    elif action == "redirect":
        yield from _redirect(args[1:])
    elif action == "set-bandwidth-limit":
        yield from _limits(args)
    elif action in _ANSWERS:
        yield from _answer(args[1:])
    else:
        yield from _formats(args, _FORMAT_CALLS.get(name, ()) if bracket else _FORMAT_ACTIONS.get(action, ()))


def _limits(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """`set-bandwidth-limit NAME limit EXPRESSION period EXPRESSION`, each of which may be a number."""
    for at in range(2, len(args) - 1, 2):
        if args[at].value in ("limit", "period") and not re.match(_NUMBER, args[at + 1].value):
            yield from _second(args, at + 1)


def _answer(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """`lf-string FORMAT` and `hdr NAME FORMAT`."""
    at = 0
    while at < len(args):
        option = args[at].value
        if option == "lf-string":
            yield from _formats(args, (at + 1,))
        elif option == "hdr":
            yield from _formats(args, (at + 2,))
        at += 3 if option == "hdr" else 1 if option == "default-errorfiles" else 2


def _tcp(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if args and args[0].value in ("connection", "session", "content"):
        yield from _http(args[1:])


def _check(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """`set-var(NAME) EXPRESSION`, and the formats of requests."""
    if not args:
        return
    word = args[0].value
    if word.startswith("set-var("):
        yield from _second(args)
    elif word.startswith("set-var-fmt(") or word in ("send-lf", "send-binary-lf"):
        yield from _formats(args, (1,))
    elif word == "send":
        yield from _check_request(args[1:])
    elif word == "expect":
        yield from _expectation(args[1:])


def _expectation(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """The options of `expect`, before or behind what is expected; a text that is expected may look like one."""
    at = 0
    while at < len(args):
        option = args[at].value
        if option in ("on-success", "on-error"):
            yield from _formats(args, (at + 1,))
        elif option == "status-code":
            yield from _second(args, at + 1)
        elif option in ("hdr", "fhdr"):
            return  # several words, some of them optional
        at += 1 if option == "!" else 2


def _check_request(args: Sequence[Word]) -> Iterator[SamplePlace]:
    at = 0
    while at < len(args):
        option = args[at].value
        if option in ("uri-lf", "body-lf"):
            yield from _formats(args, (at + 1,))
        elif option == "hdr":
            yield from _formats(args, (at + 2,))
        at += 3 if option == "hdr" else 2


def _steps(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """`on STEP format FORMAT sd FORMAT` of a log profile."""
    for at in range(1, len(args) - 1):
        if args[at].value in ("format", "sd"):
            yield from _formats(args, (at + 1,))


_READERS: dict[str, Callable[[Sequence[Word]], Iterator[SamplePlace]]] = {
    "balance": _balance,
    "stick": _stick,
    "use_backend": _target,
    "use-server": _target,
    "server": _server,
    "server-template": _server,
    "default-server": _defaults,
    "http-error": _answer,
    "on": _steps,
    **dict.fromkeys(("log-format", "log-format-sd", "error-log-format", "unique-id-format"), _format),
    **dict.fromkeys(("tcp-request", "tcp-response"), _tcp),
    **dict.fromkeys(("http-request", "http-response", "http-after-response"), _http),
    **dict.fromkeys(("http-check", "tcp-check"), _check),
}
