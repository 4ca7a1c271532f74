"""An editor, as far as the protocol is concerned: it starts `halb-lint --lsp` and speaks with it over pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

PATIENCE = 60.0
"""Seconds for an answer; a loaded machine may need some."""

ABLE: dict[str, Any] = {
    "workspace": {"workspaceEdit": {"documentChanges": True}, "didChangeWatchedFiles": {"dynamicRegistration": True}},
    "textDocument": {
        "codeAction": {"disabledSupport": True},
        "completion": {"completionItem": {"snippetSupport": True}},
        "publishDiagnostics": {"relatedInformation": True},
    },
}


class ServerError(Exception):
    """The server answered a request with an error."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self.code = error["code"]
        self.data = error.get("data")


class Editor:
    """A connection. `texts` are the open files by path; each `open` and `change` is a new version of one."""

    def __init__(self, root: Path | None, *options: str, able: Mapping[str, Any] = ABLE) -> None:
        command = [str(Path(sys.executable).parent / "halb-lint"), "--lsp", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.versions: dict[Path, int] = {}
        self.told: dict[Path, list[dict[str, Any]]] = {}
        self.notes: list[dict[str, Any]] = []
        self._answers: dict[int, dict[str, Any]] = {}
        self._messages: Queue[dict[str, Any] | None] = Queue()
        self._number = 0
        Thread(target=self._read, daemon=True).start()
        folders = [{"uri": root.as_uri(), "name": root.name}] if root is not None else None
        self.server = self.ask(
            "initialize",
            {"processId": None, "rootUri": None, "workspaceFolders": folders, "capabilities": dict(able)},
        )
        self.tell("initialized", {})

    def __enter__(self) -> Editor:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.ask("shutdown", None)
            self.tell("exit", None)
            self.process.wait(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    # -- files

    def open(self, path: Path, text: str | None = None, language: str = "conf") -> None:
        """Open a file as it is on the disk, or with another text."""
        self.versions[path] = 1
        text = path.read_text() if text is None else text
        document = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def change(self, path: Path, text: str) -> None:
        """Type: the whole text is another one."""
        self.versions[path] += 1
        document = {"uri": path.as_uri(), "version": self.versions[path]}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def close(self, path: Path) -> None:
        """Close a file."""
        del self.versions[path]
        self.tell("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    # -- messages

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """Send a request; gives its result, raises ServerError."""
        self._number += 1
        number = self._number
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        self.wait(lambda: number in self._answers)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise ServerError(answer["error"])
        return answer["result"]

    def at(self, method: str, path: Path, line: int, column: int, **more: Any) -> Any:
        """Send a request about a place; lines and columns from 0."""
        place = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": column}}
        return self.ask(f"textDocument/{method}", {**place, **more})

    def about(self, method: str, path: Path, **more: Any) -> Any:
        """Send a request about a file."""
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": path.as_uri()}, **more})

    def send(self, message: Any) -> None:
        """Send a message, whatever it is."""
        self.send_bytes(json.dumps(message).encode())

    def send_bytes(self, body: bytes) -> None:
        """Send a body, whatever it is."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.process.stdin.flush()

    def codes(self, path: Path) -> list[str]:
        """The codes that are shown in a file now, without hints that lead elsewhere."""
        return [d["code"] for d in self.told.get(path, []) if d["severity"] < 4]

    def wait(self, until: Callable[[], bool]) -> None:
        """Take messages until something holds."""
        while not until():
            try:
                message = self._messages.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"no answer in {PATIENCE} s; told so far: {self.told}") from None
            if message is None:
                raise AssertionError(f"the server has ended: {self.errors()}")
            self._take(message)

    def wait_for(self, path: Path, until: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Wait until the diagnostics of a file are so; gives them."""
        self.wait(lambda: path in self.told and until(self.told[path]))
        return self.told[path]

    def errors(self) -> str:
        """What the server wrote to stderr; it has to have ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._answers[message["id"]] = message
        elif message["method"] == "textDocument/publishDiagnostics":
            params = message["params"]
            self.told[Path(params["uri"].removeprefix("file://"))] = params["diagnostics"]
        else:
            self.notes.append(message)
            if "id" in message:
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": None})

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        try:
            while True:
                length = 0
                while (line := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = line.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                if not line:
                    break
                self._messages.put(json.loads(stream.read(length)))
        except ValueError:  # closed
            pass
        self._messages.put(None)


def applied(edit: Mapping[str, Any], texts: Mapping[Path, str]) -> dict[Path, str]:
    """What an editor makes of a WorkspaceEdit; each edit counts in the text before."""
    changed = dict(texts)
    for document in edit["documentChanges"]:
        path = Path(document["textDocument"]["uri"].removeprefix("file://"))
        changed[path] = with_edits(changed[path], document["edits"])
    return changed


def with_edits(text: str, edits: list[dict[str, Any]]) -> str:
    """A text with TextEdits (of ASCII texts)."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(place: Mapping[str, int]) -> int:
        return starts[place["line"]] + place["character"]

    for edit in sorted(edits, key=lambda e: offset(e["range"]["start"]), reverse=True):
        text = text[: offset(edit["range"]["start"])] + edit["newText"] + text[offset(edit["range"]["end"]) :]
    return text
