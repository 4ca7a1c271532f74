"""What happens if something fails: the failover table of the files as they would be written, in words for a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rules import Run, options_for
from rules.failover import SINGLE, Block, EventKind, Events, FailoverTable, Row, Verdict
from rules.report import outage_words
from rules.text import listed
from wizard.questions.answers import Answers, Place
from wizard.questions.session import judge
from wizard.questions.steps import field

# The answers of which the other choice changes what happens, with the two choices; the first is the default.
CHOICES = {Place("vrrp", 0, "preempt"): ("true", "false"), Place("vrrp", 0, "track"): ("process", "script")}

_WORDS = {
    EventKind.HAPROXY: "haproxy dies on {0}",
    EventKind.POWER: "{0} loses power",
    EventKind.LINK: "{0} loses its link",
    EventKind.STOP: "keepalived stops on {0}",
    EventKind.KEEPALIVED: "keepalived crashes on {0}",
    EventKind.PARTITION: "{0} can't hear {1}",
}
_SYMBOLS = {
    Verdict.OK: "✓",
    Verdict.STAYS: "=",
    Verdict.KNOWN_LIMIT: "~",
    Verdict.NO_OWNER: "✗",
    Verdict.SPLIT_BRAIN: "✗",
    Verdict.FAILING_OWNER: "✗",
    Verdict.UNKNOWN: "?",
}
_VERDICTS = {
    Verdict.OK: "as it should be",
    Verdict.STAYS: "the VIP stays where it is",
    Verdict.KNOWN_LIMIT: "no VRRP set-up avoids this",
    Verdict.NO_OWNER: "no machine has the VIP",
    Verdict.SPLIT_BRAIN: "two machines have the VIP at the same time",
    Verdict.FAILING_OWNER: "the VIP is on a machine that can't serve, though another one could",
    Verdict.UNKNOWN: "the outcome is unknown",
}
_KILLED = (
    "keepalived removes the address when it is started again. A drop-in for its unit with Restart=on-failure does "
    "that within moments."
)
_KILLED_AND_RESTARTED = (
    "The drop-in for keepalived's unit, which install.sh installs, has systemd start it again after a second. Then it "
    "removes the address; the other machine takes over, and gives the VIP back unless 'Move back' is false."
)
_CUT = "No setting avoids it: a machine that hears no other can't know whether they are dead."
_ALL_FAIL_STAYS = (
    "With 'Watch haproxy by' process, or 'After repair' VIP stays, no machine has the VIP then. Either way nothing "
    "answers until a haproxy is back."
)
_ALL_FAIL_NOBODY = (
    "With 'Watch haproxy by' script and 'After repair' VIP returns, the VIP stays on a machine then. Either way "
    "nothing answers until a haproxy is back."
)


class OutcomeLine(NamedTuple):
    """One line of the panel: what happens, who has the VIP before and after, for how long nobody, and the verdict."""

    event: str
    change: str
    outage: str
    verdict: Verdict
    why: str
    events: Events

    @property
    def symbol(self) -> str:
        """The verdict as one character."""
        return _SYMBOLS[self.verdict]


class Lines(NamedTuple):
    """The lines of a table; `note` says why there are none, or what they take for granted."""

    lines: tuple[OutcomeLine, ...] = ()
    note: str = ""


def lines_of_files(files: Mapping[str, str]) -> Lines:
    """The lines for rendered files (text by path); none without any."""
    kept = {path: text for path, text in files.items() if path.endswith((".cfg", ".conf"))}
    return _lines(tuple(sorted(kept.items()))) if kept else Lines()


@lru_cache(maxsize=4)
def _lines(files: tuple[tuple[str, str], ...]) -> Lines:
    return lines_of(Run(dict(files), options_for(None)).failover(pairs=False))


class Otherwise(NamedTuple):
    """The lines if an answer were the other one: `chosen` and `other` are the two."""

    chosen: str
    other: str
    lines: Lines


def otherwise(answers: Answers, place: Place | None) -> Otherwise | None:
    """What would happen with the other choice for an answer; None where there is no choice between two."""
    if place is None or place not in CHOICES:
        return None
    usual, unusual = CHOICES[place]
    chosen = answers[place] or usual
    other = usual if chosen == unusual else unusual
    lines = lines_of_files(judge(answers.put(place, other)).files)
    words = field(place.table, place.key).worded
    return Otherwise(words(chosen), words(other), lines)


def lines_of(table: FailoverTable) -> Lines:
    """A table's lines, those of several VIPs in one where they agree."""
    blocks = [_block_lines(block) for block in table.blocks if not block.unknown]
    unknown = [block.unknown for block in table.blocks if block.unknown]
    if not blocks:
        return Lines(note=unknown[0] if unknown else "")
    first = blocks[0]
    if all([line[:4] for line in lines] == [line[:4] for line in first] for lines in blocks):
        return Lines(first)
    named = [
        line._replace(event=f"{block.vips[0] if block.vips else block.instance}: {line.event}")
        for block, lines in zip(table.blocks, blocks, strict=False)
        for line in lines
    ]
    return Lines(tuple(named))


def _block_lines(block: Block) -> tuple[OutcomeLine, ...]:
    short = _short_names(block.nodes)
    rows = {row.events: row for row in block.rows}
    healthy = rows[()]
    found = [] if healthy.verdict.good else [_line(healthy, short, "no failure")]
    for node in block.nodes:
        found += _of_node(node, [row for row in block.rows if _is_about(row, node)], short)
    found += [_line(row, short, _named(row, short)) for row in block.rows if _is_cut(row)]
    several = [row for row in block.rows if len(row.events) > 1]
    for row in several:
        everywhere = len(row.events) == len(block.nodes)
        if everywhere or row.verdict.fault:
            words = f"haproxy dies on {'both' if len(block.nodes) == 2 else 'all'}"
            if not everywhere:
                words = f"haproxy dies on {listed(short[event.node] for event in row.events)}"
            found.append(_line(row, short, words))
    return tuple(found)


def _is_about(row: Row, node: str) -> bool:
    return len(row.events) == 1 and row.events[0].kind in SINGLE and row.events[0].node == node


def _is_cut(row: Row) -> bool:
    return len(row.events) == 1 and row.events[0].kind is EventKind.PARTITION


def _of_node(node: str, rows: Sequence[Row], short: Mapping[str, str]) -> Iterator[OutcomeLine]:
    """The lines of one node: one for all when nothing that happens there matters."""
    order = list(_WORDS)
    if rows and all(row.verdict is Verdict.STAYS for row in rows):
        yield _line(rows[0], short, f"anything on {short[node]} fails")
        return
    for row in sorted(rows, key=lambda row: order.index(row.events[0].kind)):
        yield _line(row, short, _named(row, short))


def _named(row: Row, short: Mapping[str, str]) -> str:
    event = row.events[0]
    sides = (listed(short[node] for node in side) for side in (event.nodes, event.others))
    return _WORDS[event.kind].format(*sides)


def _line(row: Row, short: Mapping[str, str], event: str) -> OutcomeLine:
    outcome = row.worst
    before = _owners(outcome.before, short)
    after = _owners(outcome.having, short)
    change = after if before == after or not row.events else f"{before} → {after}"
    outage = outage_words(row.outage)
    return OutcomeLine(event, change, "none" if outage == "-" else outage, row.verdict, row.why, row.events)


def _owners(nodes: Sequence[str], short: Mapping[str, str]) -> str:
    return " + ".join(short[node] for node in nodes) or "no node"


def _short_names(nodes: Sequence[str]) -> dict[str, str]:
    """`haproxy-lb1` and `haproxy-lb2` as `lb1` and `lb2`: without the words that all have in front."""
    words = [re.split(r"(?<=[-_.])", node) for node in nodes]
    shared = 0
    while len(nodes) > 1 and all(len(parts) > shared + 1 and parts[shared] == words[0][shared] for parts in words):
        shared += 1
    return {node: "".join(parts[shared:]) for node, parts in zip(nodes, words, strict=True)}


def explained(line: OutcomeLine) -> str:
    """A line in full: what it means, why, and what could be done about it."""
    parts = [
        f"{line.symbol} {_VERDICTS[line.verdict]}.",
        f"Who has the VIP: {line.change}.",
        f"Nothing answers there for: {line.outage}.",
        f"Why: {line.why}.",
    ]
    if advice := _advice(line):
        parts.append(advice)
    return "\n\n".join(parts)


def _advice(line: OutcomeLine) -> str:
    kinds = {event.kind for event in line.events}
    if EventKind.PARTITION in kinds:
        return _CUT
    if kinds == {EventKind.KEEPALIVED} and line.verdict is Verdict.KNOWN_LIMIT:
        return _KILLED_AND_RESTARTED if "systemd starts it" in line.why else _KILLED
    if kinds == {EventKind.HAPROXY} and len(line.events) > 1:
        return _ALL_FAIL_STAYS if line.verdict is Verdict.STAYS else _ALL_FAIL_NOBODY
    return ""
