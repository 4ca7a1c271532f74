"""What a rule reports, and what a run returns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import IntEnum

from parsers.records import NamedTuple
from parsers.source import Source, Span
from rules.engine.secrets import Secrets


class Severity(IntEnum):
    """How bad a finding is; the numbers are only for ordering."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word used in every output and option."""
        return self.name.lower()


Step = tuple[str, Span, str]
"""How to change the text at a place (see `Fix`), and the text for it."""


class Fix(NamedTuple):
    """What to change to be rid of a mistake, in one file or several.

    `safe`: the daemons then do what the message says is wanted, and else what they did before. Each step has a way, a
    place and a text: "write" it in place of what is there, "append" words behind, "cut" words out of a line, "remove"
    the statement with its line; or put lines "below" or "above" the place's line, or "inside" the section or block
    whose header it is.
    """

    title: str
    steps: tuple[Step, ...]
    safe: bool = True

    @classmethod
    def write(cls, span: Span, text: str, title: str = "", *, safe: bool = True) -> Fix:
        """Write a text in place of another; `title` says what that does, in the imperative."""
        return cls(title or f"write '{text}'", (("write", span, text),), safe)

    @classmethod
    def quoted(cls, span: Span, text: str, title: str = "", *, safe: bool = False) -> Fix:
        """Write a text in place of another, in the same quotes (YAML)."""
        mark = span.text[:1] if span.text[:1] in ("'", '"') else ""
        return cls(title or f"write '{text}'", (("write", span, f"{mark}{text}{mark}"),), safe)

    @classmethod
    def remove(cls, *spans: Span, title: str = "", safe: bool = True) -> Fix:
        """Remove statements, each with its line."""
        words = "remove the line" if len(spans) == 1 else "remove the lines"
        return cls(title or words, tuple(("remove", span, "") for span in spans), safe)

    @classmethod
    def cut(cls, *spans: Span, title: str = "", safe: bool = True) -> Fix:
        """Take words out of their lines, with the blanks in front of them."""
        words = " ".join(span.text for span in spans)
        return cls(title or f"remove '{words}'", tuple(("cut", span, "") for span in spans), safe)

    @classmethod
    def append(cls, spans: Iterable[Span], text: str, title: str = "", *, safe: bool = True) -> Fix:
        """Write the same words at the end of several statements."""
        return cls(title or f"add '{text}'", tuple(("append", span, text) for span in spans), safe)

    @classmethod
    def move(cls, span: Span, above: Span, title: str = "", *, safe: bool = True) -> Fix:
        """Take a statement away and write it above the line of another one."""
        words = title or "move the line up"
        return cls(words, (("remove", span, ""), ("above", above, span.text)), safe)

    @classmethod
    def told(cls, span: Span, advice: str, *, safe: bool = False) -> Fix | None:
        """What a help tells to write in place of some words, or to leave out; None if it leaves that open.

        It is followed where it is "did you mean 'x'?", "write 'x'", "write 'x' instead of 'y'" or "remove it", and not
        if `x` has a place for a value of the reader's (`ADDRESS:PORT`).
        """
        from re import match, search

        if match(r"remove it(?:$|, or put a '#' before it$)", advice):
            return cls.cut(span, safe=safe)
        found = match(r"did you mean (?:the section keyword )?'([^']+)'\?", advice)
        found = found or match(r"write '([^']+)'(?: instead of '([^']+)')?(?: here, or .*)?$", advice)
        words, now = found[1] if found is not None else "", span.text
        if found is None or (found.re.groups > 1 and found[2] not in (None, now)) or not now.strip():
            return None
        example = " " in words and words.split()[0] == now.split()[0]
        if example or (search(r"\b[A-Z]{3,}\b", words) and words.lower() != now.lower()):
            return None
        return cls.write(span, words, safe=safe)

    @classmethod
    def add(cls, way: str, span: Span, text: str, title: str = "", *, safe: bool = True) -> Fix:
        """Add lines "below", "above" or "inside" a place, or "append" words to it."""
        return cls(title or f"add '{text}'", ((way, span, text),), safe)

    def also(self, *others: Fix, title: str = "") -> Fix:
        """Join others to it: all of them are made, or none."""
        steps = tuple(step for fix in (self, *others) for step in fix.steps)
        return Fix(title or self.title, steps, self.safe and all(fix.safe for fix in others))


class Hit:
    """One mistake found by a rule. The engine makes a Finding of it by adding code, node and file.

    `span` is the place to change; `related` are further places, each with a short note (the other nodes of a cross-node
    rule). `help` says what to type. `severity` overrides the rule's own if it has several. `node` is the node's name if
    a file belongs to several. `unless`: codes of rules that report the same in more detail: with a finding of one of
    them on a node of this hit, at least as severe, this one is left out. `fix` makes the changes that end the mistake,
    for whoever wants them.
    """

    __slots__ = ("fix", "help", "message", "node", "note", "related", "severity", "span", "unless")

    def __init__(  # noqa: PLR0913 - a record
        self,
        span: Span,
        message: str,
        *,
        help: str,  # noqa: A002 - the name that readers expect
        note: str = "",
        related: Iterable[Related | tuple[Span, str] | tuple[Span, str, str]] = (),
        severity: Severity | None = None,
        node: str | None = None,
        unless: Iterable[str] = (),
        fix: Callable[[], Fix | None] | None = None,
    ) -> None:
        self.fix = fix
        self.span = span
        self.message = message
        self.help = help
        self.note = note
        self.related = tuple(Related(*item) for item in related)
        self.severity = severity
        self.node = node
        self.unless = frozenset(unless)


class Related(NamedTuple):
    """A further place of a hit: the span, what is there, and the node (None: the file's)."""

    span: Span
    note: str
    node: str | None = None


class Location(NamedTuple):
    """A place in a file of a node; lines and columns from 1, the end exclusive."""

    node: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    source: Source
    note: str = ""

    @classmethod
    def of(cls, span: Span, node: str, note: str = "") -> Location:
        """The location of a span on a node; an empty span covers one character."""
        line, column = span.source.position(span.start)
        end_line, end_column = span.source.position(max(span.end, span.start))
        if (end_line, end_column) <= (line, column):
            end_line, end_column = line, column + 1
        return cls(node, span.source.path, line, column, end_line, end_column, span.source, note)


class Finding:
    """One finding of a run, complete: what `--format json` shows, and the source for excerpts.

    `copies` are the places of other nodes where the same is to be said: in the same file, or in a line of the same
    words. Their notes say which. `fixes`: what makes the changes for all of them.
    """

    __slots__ = ("code", "copies", "fixes", "help", "location", "message", "name", "related", "severity", "unless")

    def __init__(
        self,
        code: str,
        name: str,
        severity: Severity,
        message: str,
        location: Location,
        related: Sequence[Location],
        help: str,  # noqa: A002 - as in Hit
        unless: frozenset[str] = frozenset(),
    ) -> None:
        self.fixes: tuple[Callable[[], Fix | None], ...] = ()
        self.code = code
        self.name = name
        self.severity = severity
        self.message = message
        self.location = location
        self.related = tuple(related)
        self.help = help
        self.copies: tuple[Location, ...] = ()
        self.unless = unless

    @property
    def concerned(self) -> set[str]:
        """All nodes that it is about."""
        return {place.node for place in (*self.places, *self.related)}

    @property
    def places(self) -> tuple[Location, ...]:
        """Where the mistake is: the main place, and those of the nodes that have the same."""
        return (self.location, *self.copies)

    @property
    def fix(self) -> Fix | None:
        """What to change to be rid of the mistake, in all places; None if that takes a person."""
        found = [fix for make in self.fixes if (fix := make()) is not None]
        if not found or len(found) < max(len(self.fixes), len({place.file for place in self.places})):
            return None
        return found[0].also(*found[1:])

    @property
    def nodes(self) -> str:
        """`lb1 and lb2 (the same file)` if several nodes have the mistake, else ""."""
        if not self.copies:
            return ""
        from rules.text.wording import listed

        return f"{listed(dict.fromkeys(at.node for at in self.places))} ({self.copies[0].note})"

    @property
    def sort_key(self) -> tuple[str, str, int, int, str, str]:
        """Node, file, line, column, code: the order of every output."""
        at = self.location
        return at.node, at.file, at.line, at.column, self.code, self.message

    def __repr__(self) -> str:
        at = self.location
        return f"Finding({self.code} {at.file}:{at.line}:{at.column} {self.message!r})"


class Skipped(NamedTuple):
    """A rule (or an input) that was left out, and why."""

    code: str
    reason: str


class NodeFiles(NamedTuple):
    """The files of one node."""

    name: str
    haproxy: tuple[str, ...]
    keepalived: tuple[str, ...]


class Report:
    """The result of one run. `baselined` counts what `--baseline` left out; then `fingerprints` are known already."""

    __slots__ = ("_skipped", "baselined", "crashes", "findings", "fingerprints", "nodes", "secrets", "suppressed")

    def __init__(
        self,
        nodes: Sequence[NodeFiles],
        findings: Sequence[Finding],
        skipped: Callable[[], Sequence[Skipped]] = tuple,
        suppressed: int = 0,
        secrets: Secrets | None = None,
        crashes: Sequence[str] = (),
    ) -> None:
        self.nodes = tuple(nodes)
        self.findings = tuple(findings)
        self._skipped = skipped
        self.suppressed = suppressed
        self.secrets = secrets or Secrets()
        self.crashes = tuple(crashes)
        self.fingerprints: Mapping[Finding, str] = {}
        self.baselined = 0

    def without(self, known: Collection[Finding], fingerprints: Mapping[Finding, str]) -> Report:
        """The report without findings that a baseline has; `fingerprints` are those of all of them."""
        rest = [finding for finding in self.findings if finding not in known]
        report = Report(self.nodes, rest, self._skipped, self.suppressed, self.secrets, self.crashes)
        report.fingerprints = fingerprints
        report.baselined = len(self.findings) - len(rest)
        return report

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What was left out. Computed on demand: only some formats show it."""
        return tuple(self._skipped())

    def count(self, severity: Severity) -> int:
        """How many findings have exactly this severity."""
        return sum(1 for finding in self.findings if finding.severity is severity)

    def reaches(self, threshold: Severity) -> bool:
        """Whether any finding is at or above `threshold`."""
        return any(finding.severity >= threshold for finding in self.findings)
