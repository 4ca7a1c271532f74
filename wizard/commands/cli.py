"""`halb-wizard`: the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from rules.command.guard import Command, finish, guarded
from rules.report.style import printable
from wizard.commands.arguments import parse_arguments

EXIT_OK, EXIT_NOT_YET = 0, 1
_FAULT = "this is a fault of halb-wizard, not of your cluster; please report it with halb.toml, passwords removed"


def run() -> NoReturn:
    """The console script: never shows a traceback, never dies of a closed pipe."""
    finish(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run `halb-wizard` with these arguments; gives the exit status."""
    return guarded(Command(_say, EXIT_NOT_YET, _FAULT), _main, argv)


def _main(argv: Sequence[str]) -> int:
    arguments = parse_arguments(argv)
    if arguments.message is not None:
        sys.stdout.write(arguments.message)
        sys.stdout.flush()
        return EXIT_OK
    if arguments.directory is not None:
        from wizard.commands.opening import run_wizard

        return run_wizard(arguments.directory, offline=arguments.offline, resolvers=arguments.resolvers)
    if arguments.render is not None:
        from wizard.commands.rendering import run_render

        assert arguments.path is not None
        return run_render(arguments.render, arguments.path)
    if arguments.imports is not None:
        from wizard.commands.importing import run_import

        return run_import(arguments.imports)
    from wizard.verify.run import verify

    return verify(arguments)


def _say(text: str) -> None:
    sys.stderr.write(f"halb-wizard: {printable(text)}\n")
