"""KA041: words that keepalived silently ignores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from parsers.keepalived.scripts import Command, command_of
from parsers.keywords.keepalived import keepalived_table
from parsers.source import Span
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.commands import whole_command
from rules.support.keepalived.entries import looks_like_address
from rules.support.keepalived.lines import places, tracking
from rules.support.keepalived.placeholders import placeholder
from rules.support.spans import Spans

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Peer, VirtualAddress
    from parsers.keywords.keepalived import KeepalivedKeyword
    from parsers.tree import Directive, Word
    from rules.support.keepalived.lines import LinePlace

_NAMED = ("vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file", "bfd_instance")
_OFF = frozenset(("off", "no", "false", "0", "disable", "disabled", "none"))
_ON = frozenset(("on", "yes", "true", "1", "enable", "enabled"))
# Settings that are only shown to people.
_NAMES_ONLY = ("router_id", "notification_email_from", "smtp_helo_name")
# What can follow a notify command without being a user: an argument.
_STATES = frozenset(("MASTER", "BACKUP", "FAULT", "STOP"))


def _allowed(keyword: KeepalivedKeyword) -> int | None:
    """How many words the keyword takes; None if that is not known or not limited."""
    if keyword.kind == "flag":
        return 0
    if keyword.argument == "unknown" or keyword.kind in ("custom", "value-block", "uint-list", "enum-list"):
        return None
    if keyword.kind == "block":
        return 1 if keyword.name in _NAMED else None
    usage = keyword.usage
    if not usage or "..." in usage:
        return None
    return len([part for part in usage.split(" ") if part != "{"])


def _is_remark(word: Word) -> bool:
    """Whether the words from here on are a comment without its '#'."""
    return word.value.startswith(("//", ";", "--", "(", "<-")) or not word.value.isascii()


def _extra_words(place: LinePlace, keyword: KeepalivedKeyword, secrets: Spans) -> Hit | None:
    line = place.line
    allowed = _allowed(keyword)
    if allowed is None or len(line.args) <= allowed:
        return None
    extra = line.args[allowed:]
    secret = secrets.touch(line.span)
    word = extra[0]
    span = Span(word.source, word.start, extra[-1].end)
    if _is_remark(word):
        text = "the words after it" if secret else f"'{word.value}' and what follows"
        return Hit(
            span,
            f"keepalived silently ignores {text} on this line: '//' and ';' do not start a comment",
            help="write '#' before a comment",
            note="ignored",
            severity=Severity.INFO,
            fix=partial(_comment_out, span),
        )
    if secret:
        message = f"'{line.keyword}' takes one word: keepalived ignores the rest of the line"
        return Hit(span, message, help='put it in double quotes: "..."', note="ignored")
    if keyword.kind == "flag":
        return _flag_with_word(line, word, span, place)
    if word.value in keepalived_table().keywords(place.block):
        return Hit(
            span,
            f"'{word.value}' is on the line of '{line.keyword}', which keepalived reads as one setting: it is ignored",
            help=f"put '{word.value}' on its own line",
            note="ignored",
            fix=partial(_own_line, line, word),
        )
    cosmetic = place.block == "global_defs" and keyword.name in _NAMES_ONLY
    taken = " ".join(w.value for w in line.words[: allowed + 1])
    value = Span(word.source, line.args[0].start, extra[-1].end)
    return Hit(
        span,
        f"keepalived reads '{taken}' and silently ignores '{word.value}' after it",
        help='put the value in double quotes: "..."'
        if cosmetic
        else "remove what follows the value, or put '#' before it",
        note="ignored",
        severity=Severity.INFO if cosmetic else None,
        fix=partial(_in_quotes, value) if cosmetic else partial(_comment_out, span),
    )


def _flag_with_word(line: Directive, word: Word, span: Span, place: LinePlace) -> Hit | None:
    if word.value.lower() in _ON:
        return None
    if word.value.lower() in _OFF:
        return Hit(
            span,
            f"'{line.keyword}' takes no value: keepalived ignores '{word.value}', and the line turns it on",
            help=f"remove the line to leave '{line.keyword}' off",
            note="ignored",
            fix=partial(Fix.remove, line.span, safe=False),
        )
    if word.value in keepalived_table().keywords(place.block):
        advice, fix = f"put '{word.value}' on its own line", partial(_own_line, line, word)
    else:
        advice, fix = f"remove what follows '{line.keyword}'", partial(_cut, line, word)
    return Hit(
        span,
        f"'{line.keyword}' takes no value: keepalived ignores '{word.value}'",
        help=advice,
        note="ignored",
        fix=fix,
    )


def _comment_out(span: Span) -> Fix | None:
    """A '#' before words that are ignored, unless a brace stands behind them."""
    end = span.source.text.find("\n", span.end)
    if any(brace in span.source.text[span.end : end if end >= 0 else None] for brace in "{}"):
        return None
    return Fix.write(Span(span.source, span.start, span.start), "# ", "write '#' before what is ignored")


def _in_quotes(span: Span) -> Fix | None:
    return Fix.write(span, f'"{span.text}"', "put the value in double quotes") if '"' not in span.text else None


def _cut(line: Directive, word: Word) -> Fix | None:
    return Fix.write(_cut_span(line, word), "", f"remove what follows '{line.keyword}'")


def _cut_span(line: Directive, word: Word) -> Span:
    """The words from this one on, and the blanks before them."""
    before = line.words[line.words.index(word) - 1]
    return Span(word.source, before.end, line.words[-1].end)


def _own_line(line: Directive, word: Word) -> Fix | None:
    """The words from this one on in a line of their own."""
    rest = Span(word.source, word.start, line.words[-1].end)
    if line.children is not None:
        return None
    below = Fix.add("below", rest, rest.text, safe=False)
    return Fix.write(_cut_span(line, word), "").also(below, title=f"put '{rest.text}' on its own line")


def _is_for_a_shell(command: Command) -> bool:
    """Whether something in it was meant for a shell, which KA008 reports."""
    from rules.support.commands.meaning import shell_syntax

    return bool(shell_syntax([*command.argv, *command.extra]))


def _command_words(line: Directive, keyword: KeepalivedKeyword) -> Hit | None:
    """Arguments outside the one word that is the command."""
    command = command_of(line)
    if command.line is None or not command.extra:
        return None
    if any(word.dynamic for word in line.args) or _is_for_a_shell(command):
        return None
    first = command.extra[0]
    is_check = keyword.name == "script"
    if not is_check and not (first.startswith(("-", "/")) or first in _STATES):
        return None
    args = line.args
    outcome = "ignores the rest" if is_check else f"takes '{first}' for the user to run it as"
    fails = _fails_without_arguments(command) if is_check else ""
    return Hit(
        Span(args[0].source, args[0].start, args[-1].end),
        f"keepalived runs '{command.line}' and {outcome}: "
        + (f"{fails}, and with weight 0 no node has the VIP" if fails else "a command is one word"),
        help=(help_text := whole_command(keyword.name, command.line, command.extra)),
        note="one word only",
        fix=partial(_command, Span(args[0].source, args[0].start, args[-1].end), help_text, keyword.name),
        severity=Severity.ERROR if fails else None,
    )


def _command(span: Span, help_text: str, keyword: str) -> Fix | None:
    _, said, whole = help_text.partition(f": {keyword} ")
    return Fix.write(span, whole, "put the command and its arguments in double quotes", safe=False) if said else None


def _fails_without_arguments(command: Command) -> str:
    """Why a command always fails without the words outside the quotes; "" if it may succeed."""
    from rules.support.commands.meaning import meaning_of

    return meaning_of(command.argv).never_succeeds


def _lines(config: KeepalivedConfig) -> Iterator[Hit]:
    table = keepalived_table()
    secrets = Spans(lambda: config.document.secrets)
    for place in places(config.document):
        keyword, line = place.keyword, place.line
        if keyword is None or line.condition is not None or not table.complete(place.block):
            continue
        if keyword.kind == "script":
            hit = _command_words(line, keyword)
        else:
            if len(line.args) < 1 or any(placeholder(word.value) for word in line.args):
                continue
            hit = _extra_words(place, keyword, secrets)
        if hit is not None:
            yield hit


def _second_addresses(entries: Sequence[VirtualAddress | Peer], what: str) -> Iterator[Hit]:
    for entry in entries:
        for word in entry.unknown:
            if entry.certain and looks_like_address(word.value):
                yield Hit(
                    word.span,
                    f"'{word.value}' is the second address on its line: keepalived takes '{entry.raw}' and ignores "
                    f"this {what}",
                    help="write one address per line",
                    note="ignored",
                    related=[(entry.span, "the first address")],
                    fix=partial(_own_line, entry.directive, word),
                )
                break


def _second_names(config: KeepalivedConfig) -> Iterator[Hit]:
    names = {kind: {item.title for item in config.trackables(kind)} for kind in ("script", "process", "file", "bfd")}
    for user in tracking(config):
        for tracker in user.trackers:
            if not tracker.lost or not tracker.certain:
                continue
            second = tracker.unknown[0]
            if second.value in names.get(tracker.kind, ()):
                yield Hit(
                    second.span,
                    f"'{second.value}' is the second name on its line: keepalived ignores the whole line and tracks "
                    f"neither '{tracker.name}' nor '{second.value}'",
                    help="write one name per line",
                    note="the line is ignored",
                    fix=partial(_own_line, tracker.directive, second),
                )


@rule("KA041", "words-ignored", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """Words that keepalived ignores: arguments outside the quotes, a second setting or address on a line.

    Why it hurts: a line is one keyword with its value, and keepalived ignores what follows, mostly silently. `script
    /bin/check -p 6443` runs `/bin/check` without its arguments; of two peers or addresses on a line the second is
    ignored; `vrrp_strict off` turns strict mode on (measured with keepalived 2.2.7).

    How to fix: put a command with its arguments in double quotes, and write everything else on separate lines.

    Silent when: the keyword takes any number of words, or the table does not know how many; the line is conditional or
    has a placeholder; a sign for a shell is among the words (KA008). What looks like a comment without its '#' is an
    info.
    """
    yield from _lines(config)
    for instance in config.instances:
        yield from _second_addresses((*instance.vips, *instance.excluded_vips), "address")
        yield from _second_addresses(instance.unicast_peers, "peer")
    yield from _second_names(config)
