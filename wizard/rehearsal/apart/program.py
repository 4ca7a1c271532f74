"""The program that plays: `python -m wizard.rehearsal.apart.program`.

The first line on stdin has the files (`messages.Order`), and each line on stdout is a message. It ends, with everything
that it made removed, when stdin does: so nothing is left of it when the wizard is killed. SIGTERM ends it as well.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from rules.report import Style
from wizard.rehearsal import unprivileged
from wizard.rehearsal.apart.messages import (
    MODULE,
    Ended,
    EventSeen,
    Finished,
    Message,
    Order,
    Playing,
    Refused,
    read_order,
    written,
)
from wizard.rehearsal.checks import lacking, most_side_by_side
from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.planning import laid, planned
from wizard.rehearsal.running.systems import Programs

if TYPE_CHECKING:
    from wizard.rehearsal.verdict import Judged

_OUT = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def say(message: Message) -> None:
    """Write a message to the wizard; whole lines go there at once, from whichever thread."""
    data = written(message).encode()
    while data:
        data = data[os.write(_OUT, data) :]


def main() -> int:
    """Play what stdin says; gives the exit status, 0 whatever the verdict is."""
    programs = Programs()
    if reasons := lacking(programs):
        say(Refused(tuple(reasons)))
        return 0
    if os.geteuid() != 0:
        return unprivileged.again((), MODULE)
    order, halt = read_order(sys.stdin.readline()), threading.Event()
    for number in _SIGNALS:
        signal.signal(number, lambda *_: halt.set())
    threading.Thread(target=_until_stdin_ends, args=(halt,), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix=f"halb{os.getpid()}x0-") as folder:
        try:
            say(_played(order, Path(folder), programs, halt))
        except RehearsalError as error:
            say(Refused(error.reasons))
        except InterruptedError:
            say(Ended())
    return 0


def _until_stdin_ends(halt: threading.Event) -> None:
    sys.stdin.read()
    halt.set()


def _played(order: Order, folder: Path, programs: Programs, halt: threading.Event) -> Finished:
    from wizard.rehearsal.lab.network import sweep
    from wizard.rehearsal.rehearse import MOST_SIDE_BY_SIDE, Progress, rehearse
    from wizard.rehearsal.report.text import event_text, render_text, summary_text

    if not unprivileged.is_inside():
        sweep()
    what, run = planned(*laid(order.files, folder), programs, order.events)
    hide = run.secrets.anywhere
    what = what._replace(side_by_side=most_side_by_side(what.stage, MOST_SIDE_BY_SIDE))
    style = Style(width=order.width)

    def tell(progress: Progress) -> None:
        say(Playing(progress.done, progress.total, progress.left, hide(progress.now)))

    def seen(judged: Judged) -> None:
        say(event_seen(judged, hide(event_text([judged], what.stage, style))))

    result = rehearse(what, tell, halt, seen)
    return Finished(
        result.passed,
        hide(summary_text(result, style)),
        hide(render_text(result, what.stage, style)),
        tuple(judged.turn.name for judged in result.judged),
    )


def event_seen(judged: Judged, text: str) -> EventSeen:
    """What the wizard is told of an event that is over; `text` has the report's lines on it."""
    from wizard.rehearsal.report.text import row_of

    row = row_of(judged)
    return EventSeen(
        judged.turn.name, judged.turn.words, row.sign, row.colour, judged.mark.good,
        row.measured, row.predicted, row.failed, text,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
