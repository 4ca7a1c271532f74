"""`halb-lint --lsp`: the Language Server Protocol over stdin and stdout, with pygls.

All work is done in one thread, between messages. After a change the files are judged when no further message waits.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from rules.editor import requests
from rules.editor.actions import FIX_ALL
from rules.editor.addresses import path_of
from rules.editor.judged import EditorOptions
from rules.editor.layout.indentation import LayoutError
from rules.editor.layout.tokens import LEGEND
from rules.editor.names.renaming import RenameError
from rules.editor.session import EditorSession

PAUSE = 0.01
"""Seconds without a further change after which files are judged: an editor sends some changes in pieces."""
_REST = 0.3
"""Seconds without a further change after which a large file is judged as a whole."""
_REQUEST_FAILED = -32803  # of the protocol, 3.17
_WATCHED = "**/*.{cfg,conf,cnf,toml,yaml,yml}"

Handler = Callable[[EditorSession, Any], Any]


class EditorProtocol(LanguageServerProtocol):
    """pygls' protocol, which answers a request that has the wrong form too, instead of leaving the editor waiting."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as the types of the protocol."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "id" in data and "method" in data:
                said = f"the parameters of {data['method']} do not have the form that the protocol wants"
                self._send_response(data["id"], error=JsonRpcInvalidParams(said).to_response_error())
            raise


class LintServer(LanguageServer):
    """The server: pygls' own, with a session once an editor is connected."""

    def __init__(self, options: EditorOptions, version: str) -> None:
        full = types.TextDocumentSyncKind.Full
        super().__init__("halb-lint", version, text_document_sync_kind=full, protocol_cls=EditorProtocol)
        self._options = options
        self._session: EditorSession | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._said: set[str] = set()
        self._changed: set[str | None] = set()
        self.is_over = False

    @property
    def session(self) -> EditorSession:
        """The session; there is one after `initialize`, before which pygls lets nothing through."""
        if self._session is None:
            self._session = EditorSession(self._options, [], types.PositionEncodingKind.Utf16)
        return self._session

    def begin(self, params: types.InitializeParams) -> None:
        """An editor is there."""
        folders = [folder.uri for folder in params.workspace_folders or ()]
        if not folders and params.root_uri is not None:
            folders = [params.root_uri]
        paths = [path for uri in folders if (path := path_of(uri)) is not None]
        encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        self._session = EditorSession(self._options, paths, encoding)
        self._session.can(params.capabilities)

    def watch(self) -> None:
        """Ask to be told of changes on the disk."""
        if self.session.watches:
            watcher = types.FileSystemWatcher(_WATCHED)
            options = types.DidChangeWatchedFilesRegistrationOptions([watcher])
            registration = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            self.client_register_capability(types.RegistrationParams([registration]))

    def judge_soon(self, path: str | None = None) -> None:
        """Judge the files when no further change comes for a moment; `path`: the only file that has changed."""
        if self._timer is not None:
            self._timer.cancel()
        self._changed.add(path)
        self._timer = asyncio.get_running_loop().call_later(PAUSE, self._judge_part)

    def _judge_part(self) -> None:
        """Judge what was changed of a large file, and the whole a little later; of other files the whole now."""
        self._timer = None
        changed, self._changed = self._changed, set()
        try:
            path = next(iter(changed)) if len(changed) == 1 else None
            found = self.session.news_at_once(path) if path is not None else None
        except Exception as error:
            self.fault(error)
            found = None
        if path is None or found is None:
            self.judge()
            return
        self._tell(path, found)
        self._timer = asyncio.get_running_loop().call_later(_REST, self.judge)

    def _tell(self, path: str, found: list[types.Diagnostic]) -> None:
        version = self.session.versions.get(path)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(self.session.uri(path), found, version))

    def judge(self) -> None:
        """Tell the editor what is found now."""
        self._timer = None
        try:
            for path, found in self.session.news().items():
                self._tell(path, found)
            for fault in self.session.faults():
                self.say(f"internal error: {fault}; the other rules ran")
            for folder in self.session.workspace.large:
                self.say(f"{folder} is too large to be searched: each file is judged with those of its own folder")
        except Exception as error:
            self.fault(error)

    def fault(self, error: Exception) -> None:
        """Put an error of our own into the editor's log, in a line."""
        at = traceback.extract_tb(error.__traceback__)[-1]
        self.say(f"internal error: {type(error).__name__} in {at.name} ({os.path.basename(at.filename)}:{at.lineno})")

    def say(self, text: str) -> None:
        """Put a line into the editor's log, once."""
        if text not in self._said:
            self._said.add(text)
            self.window_log_message(types.LogMessageParams(types.MessageType.Warning, f"halb-lint: {text}"))

    def show(self, text: str) -> None:
        """Show the user a sentence."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"halb-lint: {text}"))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What pygls could not read or answer, in a line of the log."""
        self.say(f"a message was not understood: {type(error).__name__}")


def serve(options: EditorOptions, version: str) -> bool:
    """Serve an editor until it says `exit` or closes the connection; gives whether it said `shutdown` before."""
    for name in ("pygls", "asyncio"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False  # they would write tracebacks to stderr
    gc.enable()
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)
    server = LintServer(options, version)
    _follow(server)
    for method, (handler, settings) in _REQUESTS.items():
        server.feature(method, settings)(_answer(server, handler))
    # Whatever else would be printed must not come between the messages.
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    server.start_io(sys.stdin.buffer, stdout)
    return server.is_over


def _follow(server: LintServer) -> None:
    """Follow what happens to the files."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.begin(params)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        server.watch()

    @server.feature(types.SHUTDOWN)
    def ending(*_: Any) -> None:
        server.is_over = True

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.session.open(document.uri, document.text, document.version, document.language_id)
        server.judge_soon()

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        text = server.workspace.get_text_document(uri).source
        server.session.change(uri, text, params.text_document.version)
        server.judge_soon(path_of(uri))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.session.close(params.text_document.uri)
        server.judge_soon()

    def refreshed(_: Any) -> None:
        server.session.workspace.forget()
        server.judge_soon()

    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(refreshed)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(refreshed)


def _answer(server: LintServer, handler: Handler) -> Callable[[Any], Any]:
    """A handler whose own errors are answers in words, and whose faults are a line in the log."""

    def answer(params: Any) -> Any:
        try:
            return handler(server.session, params)
        except RenameError as error:
            raise JsonRpcException(str(error), _REQUEST_FAILED) from None
        except LayoutError as error:
            server.show(f"not formatted: {error}")
            return None
        except Exception as error:
            server.fault(error)
            return None
        finally:
            while server.session.remarks:
                server.show(server.session.remarks.pop(0))

    return answer


_REQUESTS: dict[str, tuple[Handler, Any]] = {
    types.TEXT_DOCUMENT_HOVER: (requests.hover, None),
    types.TEXT_DOCUMENT_COMPLETION: (requests.completion, types.CompletionOptions(trigger_characters=[" "])),
    types.TEXT_DOCUMENT_DEFINITION: (requests.definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (requests.references, None),
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: (requests.highlights, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (requests.prepare_rename, None),
    types.TEXT_DOCUMENT_RENAME: (requests.rename, types.RenameOptions(prepare_provider=True)),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (requests.document_symbols, None),
    types.WORKSPACE_SYMBOL: (requests.workspace_symbols, None),
    types.TEXT_DOCUMENT_FOLDING_RANGE: (requests.folding, None),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (requests.tokens, LEGEND),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: (requests.tokens_in_range, LEGEND),
    types.TEXT_DOCUMENT_FORMATTING: (requests.formatting, None),
    types.TEXT_DOCUMENT_RANGE_FORMATTING: (requests.range_formatting, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        requests.code_actions,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL]),
    ),
}
