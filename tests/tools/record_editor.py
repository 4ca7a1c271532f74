"""Records a session of the real Neovim into docs/editors.md: `python -m tests.tools.record_editor` (needs nvim, tmux).

A finding about two nodes is looked at, and fixed, from the file of the node that is right.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.rules.editor.documented import documented

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/editors.md"
BEGIN, END = "<!-- neovim -->\n", "<!-- /neovim -->"
_SIZE = (96, 24)
_PATIENCE = 60.0  # seconds until what is waited for is on the screen
_SOCKET = f"halb-editor-{os.getpid()}"


def _tmux(*words: str) -> str:
    return subprocess.run(["tmux", "-L", _SOCKET, *words], capture_output=True, text=True, check=True).stdout


def _screen(shows: str, without: str = "\0") -> str:
    """The screen once it shows some words and not others, and has come to rest."""
    until = time.monotonic() + _PATIENCE
    before = ""
    while time.monotonic() < until:
        now = _tmux("capture-pane", "-p")
        if shows in now and without not in now and now == before:
            return "\n".join(line.rstrip() for line in now.rstrip("\n").split("\n"))
        before = now
        time.sleep(0.3)
    raise TimeoutError(f"'{shows}' did not come:\n{before}")


def record(folder: Path) -> str:
    """The session as Markdown."""
    pair = folder / "pair"
    shutil.copytree(ROOT / "tests/cases/demo-pair", pair)
    (folder / "init.lua").write_text(documented("Neovim", "lua"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    width, height = map(str, _SIZE)
    command = f"cd {pair} && exec env HOME={folder} PATH='{path}' nvim -n -i NONE -u ../init.lua lb1/keepalived.conf"
    _tmux("-f", "/dev/null", "new-session", "-d", "-x", width, "-y", height, "bash", "-c", command)
    try:
        parts = []
        _screen("lb1 has 61")
        _tmux("send-keys", "/virtual_router_id", "Enter")
        parts += ["The file of lb1 is open; what differs is to be changed on lb2:", _screen("16,5")]
        _tmux("send-keys", "F8")
        parts += ["`F8`, the whole of it:", _screen("in keepalived.conf of lb2")]
        _tmux("send-keys", "Escape", "F4")
        parts += ["`F4`, what can be done about it from here:", _screen("Code actions")]
        _tmux("send-keys", "1", "Enter")
        _screen("virtual_router_id 61", without="■ virtual_router_id")
        _tmux("send-keys", "?vrrp_instance", "Enter", "K")
        parts += ["`1` changes lb2's file, and the finding is gone. `K` on the instance:", _screen("lb1:power")]
    finally:
        _tmux("kill-server")
    return "\n".join(f"{words}\n\n```\n{screen}\n```\n" for words, screen in zip(parts[::2], parts[1::2], strict=True))


def main() -> None:
    """Write the session between the marks."""
    with tempfile.TemporaryDirectory() as folder:
        session = record(Path(folder))
    text = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    DOCUMENT.write_text(f"{head}{BEGIN}{session}{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
