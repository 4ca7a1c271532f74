"""What both commands do around their work: no traceback for a user, no failure on a closed pipe, an immediate exit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from parsers.records import NamedTuple
from rules.command import streams
from rules.command.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

EXIT_USAGE, EXIT_INTERNAL, EXIT_INTERRUPTED = 2, 3, 130


class Program(NamedTuple):
    """A command: how it prints a line on stderr, its status on a closed pipe, what to do about an internal error."""

    say: Callable[[str], None]
    unread: int
    fault: str


LINT = Program(
    lambda text: streams.write_notes(f"halb-lint: {text}\n"),
    0,
    "this is a bug in halb-lint, not in your files; please report it with the files, passwords removed",
)
"""halb-lint."""


def launch(module: str) -> NoReturn:
    """Run the `main` of a module on this process's arguments, and end the process with the status that it gives.

    The module is loaded here, so that Ctrl-C shows no traceback while that takes its time either.
    """
    sys.unraisablehook = _unraisable
    try:
        from importlib import import_module

        status: int = import_module(module).main(sys.argv[1:])
        streams.flush()
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
    # At once: waiting for network threads and freeing memory would only cost time.
    os._exit(status)


def guarded(command: Program, work: Callable[[Sequence[str]], int], argv: Sequence[str]) -> int:
    """The exit status of `work(argv)`; an exception becomes a status and a line on stderr."""
    streams.settle()
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
        return EXIT_INTERRUPTED if _was_interrupted(error) else _internal(command, error)


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: what was cut off in the middle may fail in other words."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """End at once when Ctrl-C comes in a place that can't raise, as in a callback of the import system."""
    if isinstance(what.exc_value, KeyboardInterrupt):
        os._exit(EXIT_INTERRUPTED)
    sys.__unraisablehook__(what)


def _internal(command: Program, error: Exception) -> int:
    import traceback

    at = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(at.filename)}:{at.lineno}"
    command.say(f"internal error: {type(error).__name__} in {at.name} ({place})")
    command.say(command.fault)
    return EXIT_INTERNAL
