"""Opening the wizard on a terminal, and what is said when it ends.

Imports Textual only when there is a terminal to open it on.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rules.report import printable
from wizard.tui.session import Import, Importer, Session, resume_words

if TYPE_CHECKING:
    from rules.live import NameServer

__all__ = ["Import", "Importer", "open_wizard"]

EXIT_OK, EXIT_USAGE, EXIT_INTERNAL = 0, 2, 3


def open_wizard(
    directory: Path,
    *,
    importer: Importer | None = None,
    offline: bool = False,
    resolvers: Sequence[NameServer | str] | None = None,
) -> int:
    """Open the wizard for a folder; returns the exit status. With `offline` nothing is asked, else `resolvers` are.

    0 after it was left; 2 when there is no terminal; 3 after a crash: then the terminal is as before, the draft is
    saved, and a log beside it has the traceback, without the values of variables.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        commands = "'halb-wizard import', 'halb-wizard render' or 'halb-wizard verify'"
        _say(f"the wizard needs a terminal; without one, use {commands}")
        return EXIT_USAGE
    from wizard import files as store
    from wizard.tui.app import Wizard

    app = Wizard(directory, store=store, importer=importer, offline=offline, resolvers=resolvers)
    status = app.run()
    if app.crash is not None:
        return _crashed(app.crash, app.session)
    if app.session.last_words:
        sys.stdout.write(f"{printable(app.session.last_words)}\n")
    return status or EXIT_OK


def _crashed(error: Exception, session: Session) -> int:
    """Save the draft and a log beside it, and say where they are."""
    import tempfile
    import traceback
    from datetime import UTC, datetime

    saved = session.draft.save(session.answers) or session.draft.path
    _say(f"internal error: {type(error).__name__}; this is a bug in halb-wizard, not a fault of your cluster")
    if isinstance(saved, Path):
        _say(resume_words(saved, session.directory))
        folder = saved.parent
    else:
        if saved is not None:
            _say(saved.text)
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
