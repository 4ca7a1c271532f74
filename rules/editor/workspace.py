"""The files that an editor has open and those of the same nodes on the disk: which belong together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lsprotocol.types import PositionEncodingKind

from parsers.source import Source
from rules.editor.folders import among_twins, is_below, is_large
from rules.editor.judged import EditorOptions, JudgedFiles
from rules.editor.positions import TextPlaces
from rules.files import inputs
from rules.files.kinds import KINDS, kind_of
from rules.files.overlay import OpenFile

_LOCAL_FOLDERS = tuple(os.path.dirname(path) for path in inputs.LOCAL_FILES)


class Workspace:
    """The open files by their absolute paths, and the scopes that they belong to.

    `folders` are those that the editor has open, `encoding` is how it counts columns.
    """

    def __init__(self, options: EditorOptions | None = None, folders: Sequence[str] = ()) -> None:
        self.options = options or EditorOptions()
        self.folders = [folder for folder in folders if folder not in ("/", os.path.expanduser("~"))]
        self.encoding: str = PositionEncodingKind.Utf16
        self.opened: dict[str, OpenFile] = {}
        self.large: set[str] = set()
        self._scopes: dict[tuple[str, bool], JudgedFiles] = {}
        self._of_path: dict[str, JudgedFiles] = {}

    # -- what the editor says

    def open(self, path: str, text: str, language: str = "") -> None:
        """A file was opened; `language` is what the editor takes it for."""
        self.opened[path] = OpenFile(text, language if language in KINDS else None)
        self.forget()

    def change(self, path: str, text: str) -> None:
        """An open file has another text."""
        before = self.opened.get(path, OpenFile(""))
        self.opened[path] = before._replace(text=text)
        scope = self._of_path.get(path)
        if scope is None or path.endswith(".toml") or self._is_regrouped(scope, path, text):
            self.forget()
        else:
            scope.touch()

    def close(self, path: str) -> None:
        """A file was closed: what is on the disk counts."""
        self.opened.pop(path, None)
        self.forget()

    def forget(self) -> None:
        """Something has changed on the disk, or which files there are."""
        for scope in self._scopes.values():
            scope.forget()
        self._of_path.clear()

    def _is_regrouped(self, scope: JudgedFiles, path: str, text: str) -> bool:
        """Whether a text makes another kind of file of it, or none."""
        known = scope.inputs.kinds.get(path)
        if known is None:
            return path not in {source.path for source in scope.run_before.sources}
        return (kind_of(path, text) or self.opened[path].kind) != known

    # -- what belongs together

    def scope_of(self, path: str) -> JudgedFiles:
        """The scope of a file, whether it turns out to be a part of it or not."""
        scope = self._of_path.get(path)
        if scope is None:
            scope = self._of_path[path] = self._find(path)
        return scope

    def scopes(self) -> list[JudgedFiles]:
        """The scopes of the open files, each once."""
        return list(dict.fromkeys(self.scope_of(path) for path in self.opened))

    def _find(self, path: str) -> JudgedFiles:
        folder = os.path.dirname(path)
        config = self.options.config_for(Path(folder))
        if config is not None:
            whole = self._scope(str(config.parent), config, whole=True)
            if path == str(config) or whole.has(path):
                return whole
        if any(is_below(path, local) for local in _LOCAL_FOLDERS):
            return self._scope("", None, whole=False)
        above = [known for known in self.folders if is_below(path, known)]
        nearest = among_twins(path, max(above, key=len, default=folder))
        if nearest != folder and self._is_large(nearest):
            nearest = folder
        return self._scope(nearest, self.options.config_for(Path(nearest)), whole=False)

    def _scope(self, folder: str, config: Path | None, *, whole: bool) -> JudgedFiles:
        key = (folder, whole)
        scope = self._scopes.get(key)
        if scope is None:
            scope = self._scopes[key] = JudgedFiles(self.opened, self.options, folder, config, whole=whole)
        return scope

    def _is_large(self, folder: str) -> bool:
        if folder not in self.large and is_large(folder):
            self.large.add(folder)
        return folder in self.large

    # -- places

    def source(self, path: str) -> Source | None:
        """The text of a file, as the editor has it or as it was read; None if it is not known."""
        opened = self.opened.get(path)
        if opened is not None:
            known = next((s for s in self.scope_of(path).run.sources if s.path == path), None)
            return known if known is not None and known.text == opened.text else Source(path, opened.text)
        return next((s for scope in self.scopes() for s in scope.run.sources if s.path == path), None)

    def places(self, source: Source) -> TextPlaces:
        """The places of a text, counted as the editor does."""
        return TextPlaces(source.text, self.encoding)
