"""Put halb's sections into a haproxy.cfg that has other sections too: `merge_haproxy`."""

from __future__ import annotations

from collections.abc import Sequence

from parsers import parse_haproxy
from parsers.edits import Edit, apply_edits
from parsers.facts.haproxy import HaproxyConfig, haproxy_facts
from parsers.haproxy.sections import Section
from parsers.source import Span
from parsers.tree import Problem
from rules.text import clipped, hint, listed
from wizard.merge.clashes import same_names, same_ports
from wizard.merge.meaning import Meanings, changed, mixed_use, wanting
from wizard.merge.model import ChangeKind, Endpoint, Merged, SectionChange, TakeOver
from wizard.merge.sections import (
    Chunk,
    SectionKey,
    dot_line,
    extent,
    find,
    header,
    is_blank,
    key_of,
    line_of,
    removal,
    unix,
)
from wizard.merge.sections import chunks as chunks_of
from wizard.merge.takeover import EndpointSections, InTheWay, in_the_way, left_behind

__all__ = ["Merged", "SectionChange", "TakeOver", "merge_haproxy"]

# After these problems, nobody can tell what the lines of a file are or whether they count.
_BLINDING = frozenset(("nul-character", "conditional-directive"))


def merge_haproxy(
    existing: str,
    rendered: str,
    *,
    path: str = "haproxy.cfg",
    take_over: Sequence[str] = (),
    endpoint: Endpoint = "keep",
) -> Merged:
    """The existing file with the rendered sections in it, and every other character as it was.

    A section with the keyword, name and `from` of a rendered one is halb's: its lines are replaced where it stands,
    from the header to the last statement. Missing ones go to the end of the file, where nothing inherits from them.
    `global` is only rendered into a file without any section. `take_over` names sections that halb's replace:
    they are removed (`frontend web`, or `web` for all sections of that name); names that are not there
    are a note. `endpoint` takes over what is in the way without naming it. With a section goes what only such sections
    named: its backend, and what that one needs; what others name as well stays, which is a note.
    The merge is refused if it would change the meaning of another section, or if haproxy could not
    tell both apart (the same name, the same port).

    Both texts are str as `Source.from_bytes` decodes a file. Merging again what was merged changes nothing. Raises
    ValueError when a rendered section other than `global` has no name.
    """
    return _Merge(existing, rendered, path, take_over, endpoint).run()


class _Merge:
    def __init__(self, existing: str, rendered: str, path: str, take_over: Sequence[str], endpoint: Endpoint) -> None:
        self.document = parse_haproxy(existing, path)
        self.config = haproxy_facts([self.document])
        template = parse_haproxy(rendered, f"rendered {path}")
        self.rendered = haproxy_facts([template])
        self.chunks = chunks_of(template)
        self.keys = {chunk.key for chunk in self.chunks}
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.mine: dict[SectionKey, Section] = {}
        self.foreign: list[Section] = []
        self.removed: list[Section] = []
        self._sort()
        self.serving = EndpointSections(self.config, self.rendered)
        self.in_the_way = in_the_way(self.config, self.foreign, self.rendered, self.serving)
        self._take_over(take_over)
        self.removed += [one.section for one in self.in_the_way if self._goes(one, endpoint)]
        self._leave_nothing_behind()

    # -- which sections are halb's

    def _sort(self) -> None:
        """Tell halb's sections from the others."""
        for section in self.document.sections:
            key = key_of(section)
            if key not in self.keys:
                self.foreign.append(section)
            elif key in self.mine:
                first = self.mine[key]
                message = f"{section.label} is there twice, in lines {line_of(first)} and {line_of(section)}"
                problem = Problem("twice", section.span, message, "remove one of the two", [(first.span, "the first")])
                self.problems.append(problem)
            else:
                self.mine[key] = section

    def _take_over(self, names: Sequence[str]) -> None:
        for wanted in names:
            found = find((section for section in self.foreign if section.keyword != "global"), wanted)
            self.removed += [section for section in found if section not in self.removed]
            if not found and not find(self.mine.values(), wanted):
                known = [header(section) for section in self.foreign if section.name]
                advice = hint(wanted, known, f"there are: {listed(known)}" if known else "there are none")
                message = f"there is no section '{clipped(wanted)}' to take over"
                self.notes.append(Problem("take-over", Span(self.document.source, 0, 0), message, clipped(advice)))

    def _goes(self, one: InTheWay, endpoint: Endpoint) -> bool:
        if one.section in self.removed:
            return False
        return endpoint == "all" or (endpoint == "serving" and one.serves)

    def _leave_nothing_behind(self) -> None:
        """Remove what the removed sections alone needed, too."""
        self.foreign = [section for section in self.foreign if section not in self.removed]
        if not self.removed:
            return
        rest = left_behind(self.removed, self.foreign, self.serving)
        self.notes += rest.notes
        self.removed += rest.unused
        self.foreign = [section for section in self.foreign if section not in rest.unused]

    # -- the merge

    def run(self) -> Merged:
        self._check()
        if self.problems:
            return self._refused()
        source = self.document.source
        kinds: dict[SectionKey, ChangeKind] = {}
        if self.document.sections or self.document.stray:
            text = self._text(kinds)
            self.notes += wanting(self.config, self.rendered)
        else:
            kinds.update((chunk.key, "added") for chunk in self.chunks)
            text = appended(source.text, [unix(self.rendered.documents[0].source.text)])
        if source.text and not source.text.endswith("\n"):
            message = "the last line did not end with a newline, which haproxy refuses; in the merged file it does"
            span = Span(source, len(source.text) - 1, len(source.text))
            self.notes.append(Problem("missing-final-newline", span, message))
        after = haproxy_facts([parse_haproxy(text, source.path)])
        self._compare(after)
        if self.problems:
            return self._refused()
        return self._merged(text, self._changes(after, kinds))

    def _refused(self) -> Merged:
        problems = sorted(self.problems, key=lambda problem: problem.span.start)
        return self._merged(self.document.source.text)._replace(problems=tuple(problems))

    def _merged(self, text: str, changes: tuple[SectionChange, ...] = ()) -> Merged:
        found = tuple(TakeOver(header(o.section), line_of(o.section), o.serves) for o in self.in_the_way)
        blocking = {id(one.section) for one in self.in_the_way}
        services = tuple(
            header(section)
            for section in self.foreign
            if section.keyword in ("frontend", "listen") and id(section) not in blocking
        )
        return Merged(text, changes, (), tuple(self.notes), found, services)

    def _check(self) -> None:
        """What prevents the merge before anything is changed."""
        text = self.document.source.text
        one_line = "\n" not in text and "\r" in text
        self.problems += (
            problem
            for problem in self.document.problems
            if problem.kind in _BLINDING or (one_line and problem.kind == "text-after-carriage-return")
        )
        own = [chunk.section for chunk in self.chunks]
        self.problems += same_names(self.foreign, own)
        self.problems += same_ports(self.config, self.foreign, self.rendered)
        for section in [*self.mine.values(), *self.removed]:
            if section.condition is not None:
                message = f"{section.label} is inside the condition '{clipped(section.condition)}'"
                advice = "move the section before the '.if', or after the '.endif'"
                self.problems.append(Problem("condition", section.span, message, advice))

    def _text(self, kinds: dict[SectionKey, ChangeKind]) -> str:
        """The merged text; `kinds` takes what happens to halb's sections."""
        source = self.document.source
        line_end = line_end_of(source.text)
        edits = [self._cut(section, removal(section)) for section in self.removed]
        last: list[str] = []
        placed: dict[str, int] = {}  # the `defaults` that stay where they are, and where that is
        for chunk in self.chunks:
            section = self.mine.get(chunk.key)
            if section is None:
                kinds[chunk.key] = "added"
                last.append(chunk.whole)
            elif not self._stays(chunk, section, placed):
                kinds[chunk.key] = "replaced"
                last.append(chunk.whole)
                edits.append(self._cut(section, removal(section)))
            else:
                if chunk.key.keyword == "defaults":
                    placed[chunk.key.name] = section.header.start
                _, start, end = extent(section)
                kinds[chunk.key] = "kept"
                if unix(source.text[start:end]) != chunk.body:
                    kinds[chunk.key] = "replaced"
                    edits.append(self._cut(section, Span(source, start, end), chunk.body.replace("\n", line_end)))
        return appended(apply_edits(source, edits), last)

    def _stays(self, chunk: Chunk, section: Section, placed: dict[str, int]) -> bool:
        """Whether the section may stay where it is: haproxy wants the `defaults` named by `from` before it."""
        parent = chunk.key.from_name
        if not any(other.key.keyword == "defaults" and other.key.name == parent for other in self.chunks):
            return True
        return placed.get(parent, len(self.document.source.text)) < section.header.start

    def _cut(self, section: Section, span: Span, text: str = "") -> Edit:
        dot = dot_line(section)
        if dot is not None:
            message = f"'{clipped(dot.text)}' (line {dot.line}) is inside {clipped(section.label)}, which would be cut"
            self.problems.append(Problem("condition", dot, message, "move it and its '.endif' out of the section"))
        return Edit(span, text)

    # -- the result

    def _compare(self, after: HaproxyConfig) -> None:
        """Whether the other sections mean what they meant before, and halb's what they mean as rendered."""
        own = {key_of(section): section for section in after.sections if key_of(section) in self.keys}
        foreign_after = [s for s in after.sections if s.keyword != "global" and key_of(s) not in own]
        foreign = [section for section in self.foreign if section.keyword != "global"]
        whole = Span(self.document.source, 0, 0)
        if len(own) != len(self.chunks) or len(foreign_after) != len(foreign):
            message = "which sections there are depends on the lines of a template"
            self.problems.append(
                Problem("template", whole, message, "merge the file that is generated from the template")
            )
            return
        pairs = list(zip(foreign, foreign_after, strict=True))
        before, now, wanted = Meanings(self.config), Meanings(after), Meanings(self.rendered)
        self.problems += changed(before, now, pairs, list(self.mine.values()))
        self.notes += mixed_use(now, pairs, list(own.values()))
        for chunk in self.chunks:
            if now.of(own[chunk.key]) != wanted.of(chunk.section):  # the end of the file is in a template's block
                message = f"halb's {chunk.section.label} would mean something else in this file than on its own"
                self.problems.append(Problem("changed", whole, message, related=[(chunk.section.span, "halb's")]))
                return

    def _changes(self, after: HaproxyConfig, kinds: dict[SectionKey, ChangeKind]) -> tuple[SectionChange, ...]:
        """First what was removed, then halb's sections in the order of the file."""
        removed = [
            SectionChange("removed", header(section), line_of(section), self.serving.replaces(section))
            for section in self.removed
        ]
        sections = [(key_of(section), section) for section in after.sections]
        return (*removed, *(SectionChange(kinds[key], header(key), line_of(s)) for key, s in sections if key in kinds))


def appended(text: str, parts: Sequence[str]) -> str:
    """The text, its last line ended, with the parts after it: an empty line before each, and the text's line ends."""
    line_end = line_end_of(text)
    if text and not text.endswith("\n"):
        text += "\n" if text.endswith("\r") else line_end
    for part in parts:
        if text and not is_blank(text[text.rfind("\n", 0, -1) + 1 :]):
            text += line_end
        text += part.replace("\n", line_end)
    return text


def line_end_of(text: str) -> str:
    """The line end that most lines have."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
