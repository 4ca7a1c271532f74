"""Opening the wizard on a terminal, and what is said when it ends.

Imports Textual only when there is a terminal to open it on.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rules.command import write_notes, write_results
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

    0 after it was left; 2 when there is no terminal; 128 and the number of a signal that ended it; 3 after a crash:
    then a log beside the draft has the traceback, without the values of variables. Whatever ends it, the terminal is
    as before, and the draft is saved.
    """
    if missing := [name for name in ("stdin", "stdout", "stderr") if not getattr(sys, name).isatty()]:
        commands = "'halb-wizard import', 'halb-wizard render', 'halb-wizard rehearse' or 'halb-wizard verify'"
        # Textual draws on stderr: without it, nothing would be seen.
        which = "is none" if len(missing) == 1 else "are none"
        why = f" on all three streams ({' and '.join(missing)} {which})" if len(missing) < 3 else ""
        words = f"the wizard needs a terminal{why}; without one, use {commands}"
        _say(words)
        if "stderr" in missing and "stdout" not in missing:
            write_results(f"halb-wizard: {words}\n")
        return EXIT_USAGE
    from wizard import files as store
    from wizard.tui.app import Wizard

    app = Wizard(directory, store=store, importer=importer, offline=offline, resolvers=resolvers)
    status = app.run()
    if app.crash is not None and not app.signalled:  # what fails while a signal ends it, at its start say, is no fault
        return _crashed(app.crash, app.session)
    if app.session.last_words:
        write_results(f"{printable(app.session.last_words)}\n")
    return app.signalled or status or EXIT_OK


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
    write_notes(f"halb-wizard: {printable(text)}\n")
