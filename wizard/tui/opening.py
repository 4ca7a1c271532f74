"""Opening the wizard, and what it is given: where drafts are kept, and how existing files are read.

Imports Textual only when there is a terminal to open it on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rules.report.style import printable
from wizard.questions.answers import Answers

if TYPE_CHECKING:
    from rules.live.observations import NameServer
    from wizard.files import Failure, SavedDraft
    from wizard.tui.app import Wizard

EXIT_OK, EXIT_USAGE, EXIT_INTERNAL = 0, 2, 3


class Store(Protocol):
    """Where drafts are kept; `wizard.files` is one."""

    def save(self, text: str, directory: Path) -> Path | Failure:
        """Keep the draft of a folder; gives where, or what went wrong."""
        ...

    def load(self, directory: Path) -> SavedDraft | Failure | None:
        """The draft of a folder, if there is one."""
        ...

    def drop(self, directory: Path) -> Failure | None:
        """Remove the draft of a folder, if there is one."""
        ...


class Import(NamedTuple):
    """What existing files gave: the answers, and a line for everything that the user must know."""

    answers: Answers
    notes: tuple[str, ...] = ()


Importer = Callable[[Sequence[str]], Import]
"""Reads the files of these paths; raises ValueError or OSError with the words for the user."""


def open_wizard(
    directory: Path,
    *,
    importer: Importer | None = None,
    offline: bool = False,
    resolvers: Sequence[NameServer | str] | None = None,
) -> int:
    """Open the wizard for a folder; gives the exit status. `offline`: nobody is asked, `resolvers`: who is.

    0 after it was left; 2 when there is no terminal; 3 after a crash: then the terminal is as before, the draft is
    kept, and a log beside it has the traceback, without the values of variables.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        commands = "'halb-wizard import', 'halb-wizard render' and 'halb-wizard verify'"
        _say(f"the wizard needs a terminal; without one, use {commands}")
        return EXIT_USAGE
    from wizard import files as store
    from wizard.tui.app import Wizard

    app = Wizard(directory, store=store, importer=importer, offline=offline, resolvers=resolvers)
    status = app.run()
    if app.crash is not None:
        return _crashed(app.crash, app)
    if app.farewell:
        sys.stdout.write(f"{printable(app.farewell)}\n")
    return status or EXIT_OK


def _crashed(error: Exception, app: Wizard) -> int:
    """Keep the draft and a log beside it, and say where they are."""
    import tempfile
    import traceback
    from datetime import UTC, datetime

    kept = app.draft.save(app.answers) or app.draft.path
    _say(f"internal error: {type(error).__name__}; this is a fault of halb-wizard, not of your cluster")
    if isinstance(kept, Path):
        _say(f"the draft is kept in {kept}; 'halb-wizard {app.directory}' goes on with it")
        folder = kept.parent
    else:
        if kept is not None:
            _say(kept.text)
        folder = Path(tempfile.gettempdir())
    log = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    try:
        log.touch(mode=0o600)
        log.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except OSError as failure:
        _say(f"{log}: {failure.strerror}; the log is lost")
    else:
        _say(f"the log is {log}; please report it")
    return EXIT_INTERNAL


def _say(text: str) -> None:
    sys.stderr.write(f"halb-wizard: {printable(text)}\n")
