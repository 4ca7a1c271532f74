"""The files as they would be written: a tab for each, in colours, with a bar beside what the last answer changed.

Where there is room, the same file of another node stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache, partial
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content, Span
from textual.widgets import Static

from rules.report import masked_lines, printable
from wizard.questions.overview import place_in_files, twin_of
from wizard.questions.steps import steps
from wizard.tui.copying import of_markdown
from wizard.tui.highlight import WordKind, highlight
from wizard.tui.host import host_of
from wizard.tui.reading.file_tabs import FileTabs
from wizard.tui.reading.search import SearchedText, continued
from wizard.tui.session import Session
from wizard.tui.widgets.findings import missing_lines

BAR, DIFFERS = "▎", "*"
_BESIDE = 100  # columns from which two files fit side by side
_EDGES = 4  # columns that the line between the two files and the scrollbars may take
_STYLES = {
    WordKind.SECTION: "bold $text-primary",
    WordKind.KEYWORD: "$text-secondary",
    WordKind.COMMENT: "$text-muted italic",
    WordKind.STRING: "$text-success",
    WordKind.NUMBER: "$text-warning",
    WordKind.UNKNOWN: "bold underline $text-error",
}
_COMMENTS = ("#", "!")
_ITEM = re.compile(r"[-*] |[0-9]+\. ")  # of a list in a document


def coloured(path: str, text: str) -> Content:
    """A file's text in colours, by what the parsers make of its words; a word that is refused is underlined too."""
    spans = [Span(start, end, _STYLES[kind]) for start, end, kind in highlight(path, text) if kind in _STYLES]
    # Not by Content(text): that would take control characters out and move what stands behind them.
    return Content(text, spans, strip_control_codes=False)


def changed_lines(before: str, text: str) -> set[int]:
    """The indexes of the lines that have changed; none for a new file."""
    if not before:
        return set()
    matcher = SequenceMatcher(None, before.splitlines(), text.splitlines(), autojunk=False)
    return {line for tag, _, _, start, end in matcher.get_opcodes() if tag != "equal" for line in range(start, end)}


@lru_cache(maxsize=32)
def content_of(path: str, text: str, before: str, width: int = 0, beside: str = "") -> Content:
    """A file's text for the screen: secrets masked, marks and colours.

    Comments, and the sentences of a document, are wrapped to a `width` in columns other than 0. `beside`: another
    node's file, from which differing lines are marked.
    """
    changed, differing = changed_lines(before, text), changed_lines(beside, text)
    count = len(text.splitlines())
    lines = [printable(line) for line in masked_lines(path, text)[:count]]
    rows = coloured(path, "\n".join(lines)).split("\n", allow_blank=True)
    shown: list[Content] = []
    for numbers in paragraphs(path, lines, width):
        row = _joined([rows[number] for number in numbers])
        bar = Content(" ")
        if not changed.isdisjoint(numbers):
            bar = Content.styled(BAR, "$text-accent")
        elif not differing.isdisjoint(numbers):
            bar = Content.styled(DIFFERS, "bold $text-warning")
        shown += [bar + part for part in (_wrapped(path, row, width - 1) if width else [row])]
    return Content("\n").join(shown)


def paragraphs(path: str, lines: Sequence[str], width: int) -> Iterator[list[int]]:
    """The lines' indexes, each by itself; but those of a document's paragraph together where one of them has to be
    wrapped: what was broken for another width is not broken again in the middle of its lines.
    """
    found: list[list[int]] = []
    open_, fenced = False, False  # whether the next line can continue this one; between ``` and ```
    for number, line in enumerate(lines):
        words = line.lstrip()
        fence = words.startswith("```")
        begins = fenced or fence or not words or words.startswith(("#", "|", ">")) or _ITEM.match(words) is not None
        if open_ and not begins:
            found[-1].append(number)
        else:
            found.append([number])
            code = fenced or fence or line.startswith("    ") or words.startswith(("#", "|"))
            open_ = width > 0 and path.endswith(".md") and bool(words) and not code
        fenced ^= fence
    for group in found:
        if all(cell_len(lines[number]) < width for number in group):
            yield from ([number] for number in group)
        else:
            yield group


def _joined(rows: Sequence[Content]) -> Content:
    first, *more = rows
    for row in more:
        first = first.rstrip() + Content(" ") + row[len(row.plain) - len(row.plain.lstrip()) :]
    return first


def _wrapped(path: str, row: Content, width: int) -> list[Content]:
    """A comment, or a line of a document, in lines of this width; whatever else in one."""
    plain = row.plain
    indent = plain[: len(plain) - len(plain.lstrip())]
    comment = plain.lstrip().startswith(_COMMENTS)
    prose = path.endswith(".md") and not indent.startswith("    ") and not comment
    if row.cell_length <= width or not (comment or prose) or path.endswith((".sh", ".toml")):
        return [row]
    item = _ITEM.match(plain.lstrip())
    mark = f"{plain.lstrip()[0]} " if comment else " " * len(item[0]) if item else ""
    return continued(row, width, f"{indent}{mark}", _STYLES[WordKind.COMMENT] if comment else "")


class Preview(Vertical):
    """The tabs and the file that is chosen: at first the one that the answers of the step `step` stand in.

    `paired`: with the same file of the next node beside it, where that fits.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "copy", show=False, id="files.copy"),
        # On the tabs, which are no part of a text that can be searched.
        Binding("slash", "seek", "search", show=False, id="files.search"),
        Binding("down", "move('scroll_down')", "line down", show=False, id="files.down"),
        Binding("up", "move('scroll_up')", "line up", show=False, id="files.up"),
        Binding("pagedown", "move('page_down')", "page down", show=False, id="files.page-down"),
        Binding("pageup", "move('page_up')", "page up", show=False, id="files.page-up"),
        Binding("home", "move('scroll_home')", "top", show=False, id="files.top"),
        Binding("end", "move('scroll_end')", "end", show=False, id="files.end"),
    ]

    def __init__(self, step: str = "", *, paired: bool = False) -> None:
        super().__init__()
        self._step = next((one for one in steps() if one.key == step and one.fields), None)
        self._paired = paired
        self._path = ""
        self._copied = -1
        self._tabs = FileTabs()
        self._text = SearchedText(id="first")
        self._second = SearchedText(id="second")
        self._heads = Static(markup=False, classes="head"), Static(markup=False, classes="head")

    @property
    def _session(self) -> Session:
        return host_of(self).session

    def compose(self) -> ComposeResult:
        """The tabs above, the texts below."""
        yield self._tabs
        with Horizontal():
            yield Vertical(self._heads[0], self._text, classes="file")
            if self._paired:
                yield Vertical(self._heads[1], self._second, classes="file twin")

    def on_mount(self) -> None:
        """Show the files, and scroll both together."""
        self.show()
        if self._paired:
            self.watch(self._text.body(), "scroll_y", self._follow, init=False)

    def _follow(self, top: float) -> None:
        self._second.body().scroll_to(y=top, animate=False, force=True)

    def on_resize(self, _event: events.Resize) -> None:
        """Show one file or two."""
        self._fill()

    def take_focus(self) -> None:
        """Focus the tabs."""
        self._tabs.focus()

    def show(self) -> None:
        """Show the last judgement's files; the chosen one stays chosen."""
        outcome = self._session.outcome
        paths = list(outcome.files)
        self._tabs.names = tuple(_short(path) for path in paths)
        line = None
        if self._path not in paths:
            found = place_in_files(self._step, outcome) if self._step else None
            self._path = found[0] if found else paths[0] if paths else ""
            line = outcome.files[self._path].split("\n")[found[1]] if found else ""
        self._tabs.active = paths.index(self._path) if paths else 0
        self._fill(line)

    def on_file_tabs_chosen(self) -> None:
        """Show the file of the tab."""
        self._path = list(self._session.outcome.files)[self._tabs.active]
        self._copied = -1
        self._fill("")

    def _fill(self, line: str | None = None) -> None:
        outcome = self._session.outcome
        self.set_class(not outcome.files, "-empty")
        if not outcome.files or self._path not in outcome.files:
            missing = missing_lines(outcome)
            words = "The files appear here once these are answered:\n\n" if missing.plain else "… being checked"
            self._text.show(lambda width: Content("\n").join((Content(words) + missing).wrap(width)))
            self.set_class(False, "-pair")
            return
        twin = twin_of(self._path, outcome.files) if self._paired and self.size.width >= _BESIDE else None
        self.set_class(twin is not None, "-pair")
        self._text.show(partial(self._content, self._path, twin), line=line)
        if twin is not None:
            self._second.show(partial(self._content, twin, self._path), line=line)
            for head, path in zip(self._heads, (self._path, twin), strict=True):
                head.update(printable(path))

    def _content(self, path: str, beside: str | None, width: int) -> Content:
        files = self._session.outcome.files
        if path not in files:
            return Content("")
        if beside:  # both are wrapped alike, so that the lines of one stand beside those of the other
            width = min(width, self.size.width // 2 - _EDGES)
        before = self._session.files_before.get(path, "")
        return content_of(path, files[path], before, width, files.get(beside, "") if beside else "")

    def action_seek(self) -> None:
        """Search in the first text."""
        self._text.action_seek()

    def action_move(self, how: str) -> None:
        """Scroll the first text from the tabs; `how` is an action of what scrolls."""
        getattr(self._text.body(), f"action_{how}")()

    def action_copy(self) -> None:
        """Copy the next command of a document from the top of what can be seen on, or else the whole file as shown."""
        files = self._session.outcome.files
        if self._path not in files:
            return
        lines = masked_lines(self._path, files[self._path])
        commands = of_markdown(lines) if self._path.endswith(".md") else {}
        if not commands:
            host_of(self).copy("\n".join(lines), f"{printable(self._path)} (passwords are masked)")
            return
        after = [at for at in commands if at > self._copied] or list(commands)
        self._copied = after[0]
        host_of(self).copy(commands[self._copied])


def _short(path: str) -> str:
    """A file's node and name: `haproxy-lb1/haproxy.cfg`."""
    parts = path.split("/")
    return printable(path if len(parts) <= 2 else f"{parts[0]}/{parts[-1]}")
