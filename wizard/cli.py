"""`halb-wizard`: the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from rules.options import UsageError
from rules.report.style import printable
from wizard.arguments import parse_arguments

EXIT_OK, EXIT_NOT_YET, EXIT_USAGE, EXIT_INTERNAL, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def run() -> NoReturn:
    """The console script: never shows a traceback, never dies of a closed pipe."""
    status = main(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # A name look-up of the C library may hang in a thread for longer than anybody wants to wait.
    os._exit(status)


def main(argv: Sequence[str]) -> int:
    """Run `halb-wizard` with these arguments; gives the exit status."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        return _main(argv)
    except UsageError as error:
        _say(str(error))
        return EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_NOT_YET
    except Exception as error:
        return _internal(error)


def _main(argv: Sequence[str]) -> int:
    arguments = parse_arguments(argv)
    if arguments.message is not None:
        sys.stdout.write(arguments.message)
        sys.stdout.flush()
        return EXIT_OK
    if arguments.directory is not None:
        from wizard.commands.opening import run_wizard

        return run_wizard(arguments.directory)
    if arguments.render is not None:
        from wizard.commands.rendering import run_render

        assert arguments.path is not None
        return run_render(arguments.render, arguments.path)
    if arguments.imports is not None:
        from wizard.commands.importing import run_import

        return run_import(arguments.imports)
    from wizard.verify import verify

    return verify(arguments)


def _internal(error: BaseException) -> int:
    import traceback

    at = traceback.extract_tb(error.__traceback__)[-1]
    _say(f"internal error: {type(error).__name__} in {at.name} ({Path(at.filename).name}:{at.lineno})")
    _say("this is a fault of halb-wizard, not of your cluster; please report it with halb.toml, passwords removed")
    return EXIT_INTERNAL


def _say(text: str) -> None:
    sys.stderr.write(f"halb-wizard: {printable(text)}\n")
