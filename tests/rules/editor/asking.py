"""Files as an editor has them, without a process: a text with a mark is asked about where the mark is."""

from __future__ import annotations

from pathlib import Path

from rules.editor.views import FileView, view_of
from rules.editor.workspace import EditorOptions, JudgedFiles, Workspace
from rules.engine.settings import RuleSettings

MARK = "‸"


class Files:
    """Open files below a folder; none of them is on the disk."""

    def __init__(self, folder: Path, settings: RuleSettings | None = None) -> None:
        self.folder = folder
        self.workspace = Workspace(EditorOptions(settings=settings or RuleSettings()), [str(folder)])

    def open(self, name: str, text: str) -> int:
        """Open a file; gives the offset of the mark, which is not part of the text."""
        offset = text.find(MARK)
        self.workspace.open(str(self.folder / name), text.replace(MARK, ""), "")
        return offset

    def scope(self, name: str) -> JudgedFiles:
        """What a file is judged with."""
        return self.workspace.scope_of(str(self.folder / name))

    def view(self, name: str) -> FileView:
        """The file as it was read."""
        found = view_of(self.scope(name).run, str(self.folder / name))
        assert found is not None, name
        return found

    def text(self, name: str) -> str:
        """The text of a file."""
        return self.workspace.opened[str(self.folder / name)].text
