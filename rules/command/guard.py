"""What both commands do around their work: no traceback for a user, no failure on a closed pipe, an immediate exit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from parsers.records import NamedTuple
from rules.command.options import UsageError

EXIT_USAGE, EXIT_INTERNAL, EXIT_INTERRUPTED = 2, 3, 130


class Program(NamedTuple):
    """A command: how it prints a line on stderr, its status on a closed pipe, what to do about an internal error."""

    say: Callable[[str], None]
    unread: int
    fault: str


def finish(status: int) -> NoReturn:
    """End the process: waiting for network threads and freeing memory would only cost time."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(status)


def guarded(command: Program, work: Callable[[Sequence[str]], int], argv: Sequence[str]) -> int:
    """The exit status of `work(argv)`; an exception becomes a status and a line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        return work(argv)
    except UsageError as error:
        command.say(str(error))
        return EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has closed the pipe; what is still buffered is discarded.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return command.unread
    except Exception as error:
        return _internal(command, error)


def _internal(command: Program, error: Exception) -> int:
    import traceback

    at = traceback.extract_tb(error.__traceback__)[-1]
    command.say(f"internal error: {type(error).__name__} in {at.name} ({Path(at.filename).name}:{at.lineno})")
    command.say(command.fault)
    return EXIT_INTERNAL
