"""Files as an editor has them, without a process: a text with a mark is asked about where the mark is."""

from __future__ import annotations

from pathlib import Path

from rules.editor.judged import EditorOptions, JudgedFiles
from rules.editor.views import FileView, view_of
from rules.editor.workspace import Workspace
from rules.engine.settings import RuleSettings

MARK = "‸"
HAPROXY = """\
global
    log stdout local0

defaults base
    mode tcp
    timeout connect 5s

userlist admins
    user root insecure-password sup3rsecret

resolvers dns
    nameserver a 127.0.0.1:53

frontend api
    bind :6443
    acl inside src 10.0.0.0/8
    {front}
    use_backend other if inside
    default_backend servers

backend servers
    server cp1 192.0.2.21:6443 check resolvers dns
    {back}

backend other from base
    http-request deny unless {{ http_auth(admins) }} {{ nbsrv(servers) ge 1 }}
    server cp2 192.0.2.22:6443 track servers/cp1
"""
"""`front` and `back` are lines of a frontend and of a backend."""


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
