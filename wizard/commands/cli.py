"""`halb-wizard`: the command line."""

from __future__ import annotations

from collections.abc import Sequence

from rules.command import Program, guarded, write_results
from wizard.commands.arguments import parse_arguments
from wizard.commands.messages import say
from wizard.commands.options import ImportArguments, Message, OpenArguments, RehearseArguments, RenderArguments

EXIT_OK, EXIT_NOT_YET = 0, 1
_BUG = "this is a bug in halb-wizard, not a fault of your cluster; please report it with halb.toml, passwords removed"


def main(argv: Sequence[str]) -> int:
    """Run `halb-wizard` with these arguments; returns the exit status."""
    return guarded(Program(say, EXIT_NOT_YET, _BUG), _main, argv)


def _main(argv: Sequence[str]) -> int:
    """Import what the command needs, and run it: `render` needs no Textual, `verify` no jinja2."""
    arguments = parse_arguments(argv)
    if isinstance(arguments, Message):
        write_results(arguments.text)
        return EXIT_OK
    if isinstance(arguments, OpenArguments):
        from wizard.commands.opening import run_wizard

        return run_wizard(arguments.directory, offline=arguments.offline, resolvers=arguments.resolvers)
    if isinstance(arguments, RenderArguments):
        from wizard.commands.rendering import run_render

        return run_render(arguments, arguments.path)
    if isinstance(arguments, ImportArguments):
        from wizard.commands.importing import run_import

        return run_import(arguments)
    if isinstance(arguments, RehearseArguments):
        from wizard.commands.rehearsing import run_rehearse

        return run_rehearse(arguments)
    from wizard.verify.run import verify

    return verify(arguments)
