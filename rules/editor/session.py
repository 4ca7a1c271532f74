"""One editor, connected: its files, what was told about them, and what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lsprotocol.types import Position, Range

from rules.editor.actions import EditorSide
from rules.editor.addresses import path_of, uri_of
from rules.editor.diagnostics import diagnostics_of
from rules.editor.positions import TextPlaces
from rules.editor.quick import LARGE, diagnostics_at_once, typed
from rules.editor.views import FileView, view_of
from rules.editor.workspace import Workspace
from rules.files.kinds import HAPROXY

if TYPE_CHECKING:
    from lsprotocol.types import ClientCapabilities, Diagnostic

    from parsers.source import Span
    from rules.editor.judged import EditorOptions, JudgedFiles


class AskedPlace:
    """A place of a file that an editor asks about: the file as it is now, and the offset."""

    def __init__(self, scope: JudgedFiles, view: FileView, places: TextPlaces) -> None:
        self.scope = scope
        self.view = view
        self.places = places

    def offset(self, position: Position) -> int:
        """The offset of a position; one outside of the text is the nearest in it."""
        return self.places.offset(position)


class EditorSession:
    """The state behind a connection. `uris` are the editor's own names for the files that it has open.

    `remarks` are sentences that the user is shown together with the answer to a request.
    """

    def __init__(self, options: EditorOptions, folders: list[str], encoding: str) -> None:
        self.workspace = Workspace(options, folders)
        self.workspace.encoding = encoding
        self.uris: dict[str, str] = {}
        self.remarks: list[str] = []
        self.versions: dict[str, int | None] = {}
        self._told: dict[str, list[Diagnostic]] = {}
        self._judged: dict[str, str] = {}  # the texts that were told about, of large files
        self.versioned = self.disabled = self.snippets = self.watches = False

    @property
    def encoding(self) -> str:
        """How the editor counts columns."""
        return self.workspace.encoding

    def can(self, capabilities: ClientCapabilities) -> None:
        """Take over what the editor says that it can do."""
        workspace, text = capabilities.workspace, capabilities.text_document
        edits = workspace.workspace_edit if workspace is not None else None
        self.versioned = bool(edits is not None and edits.document_changes)
        actions = text.code_action if text is not None else None
        self.disabled = bool(actions is not None and actions.disabled_support)
        completion = text.completion if text is not None else None
        items = completion.completion_item if completion is not None else None
        self.snippets = bool(items is not None and items.snippet_support)
        watching = workspace.did_change_watched_files if workspace is not None else None
        self.watches = bool(watching is not None and watching.dynamic_registration)

    def side(self) -> EditorSide:
        """What has to be known of the editor to make edits for it."""
        side = EditorSide(self.encoding, self.versions, self.uris)
        side.versioned, side.disabled = self.versioned, self.disabled
        return side

    # -- files

    def open(self, uri: str, text: str, version: int | None, language: str) -> None:
        """A file was opened; what is not on the disk (`untitled:`) is not judged."""
        path = path_of(uri)
        if path is not None:
            self.uris[path], self.versions[path] = uri, version
            self.workspace.open(path, text, language)

    def change(self, uri: str, text: str, version: int | None) -> None:
        """An open file has another text."""
        path = path_of(uri)
        if path is not None and path in self.workspace.opened:
            self.versions[path] = version
            self.workspace.change(path, text)

    def close(self, uri: str) -> None:
        """A file was closed."""
        path = path_of(uri)
        if path is not None:
            self.uris.pop(path, None)
            self.versions.pop(path, None)
            self.workspace.close(path)

    def place(self, uri: str) -> AskedPlace | None:
        """A file as it is now; None if no node reads it."""
        path = path_of(uri)
        if path is None:
            return None
        scope = self.workspace.scope_of(path)
        view = view_of(scope.run, path)
        return AskedPlace(scope, view, TextPlaces(view.source.text, self.encoding)) if view is not None else None

    def uri(self, path: str) -> str:
        """The editor's name for a file, or the usual one."""
        return self.uris.get(path) or uri_of(path)

    def range(self, span: Span) -> Range:
        """The range of a span in its file."""
        return TextPlaces(span.source.text, self.encoding).range(span.start, span.end)

    # -- what is told

    def news(self) -> Mapping[str, list[Diagnostic]]:
        """The diagnostics that the editor does not know yet, by path; an empty list takes back what was told."""
        now: dict[str, list[Diagnostic]] = {path: [] for path in self._told}
        for scope in self.workspace.scopes():
            now.update(diagnostics_of(scope, self.encoding))
        news = {
            path: found
            for path, found in now.items()
            if found != self._told.get(path, [] if path not in self.uris else None)
        }
        self._told = {path: found for path, found in now.items() if found or path in self.uris}
        opened = self.workspace.opened
        self._judged = {path: file.text for path, file in opened.items() if len(file.text) > LARGE}
        return news

    def news_at_once(self, path: str) -> list[Diagnostic] | None:
        """The diagnostics of a large haproxy.cfg of which a part has changed; None if the whole is to be judged."""
        text, old = self.workspace.opened[path].text, self._judged.get(path)
        scope = self.workspace.scope_of(path)
        if old is None or old == text or len(text) <= LARGE or scope.inputs.kinds.get(path) != HAPROXY:
            return None
        found = diagnostics_at_once(scope, path, text, typed(old, text), self._told.get(path, []), self.encoding)
        self._told[path], self._judged[path] = found, text
        return found

    def faults(self) -> list[str]:
        """Errors of rules on these files, each in a line."""
        return [crash for scope in self.workspace.scopes() for crash in scope.report.crashes]
