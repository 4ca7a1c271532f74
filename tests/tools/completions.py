"""Completions for bash, zsh and fish in docs/completions, made of the two parsers by shtab."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import shtab

from rules.command.arguments import FORMATS
from rules.command.options import COLORS
from rules.command.usage import parser as lint_parser
from rules.files.kinds import KINDS
from wizard.commands.parser import OPEN, build

SHELLS = {"bash": "{}.bash", "zsh": "_{}", "fish": "{}.fish"}
"""Shell -> the name of a command's file, as the shells look for it."""
_PHASES = ("bootstrap", "cutover")
_WORDS = {
    "--color": COLORS,
    "--fail-on": ("error", "warning", "info", "never"),
    "--kind": KINDS,
    "--phase": _PHASES,
    "--haproxy-version": ("2.2", "2.4", "2.6", "2.8", "3.0", "3.2"),
    "--keepalived-version": ("2.1", "2.2", "2.3"),
}
_FORMATS = {"halb-lint": FORMATS, "verify": ("text", "json"), "rehearse": ("text", "json", "junit")}
_FOLDERS = ("DIR",)
_FILES = ("PATH", "FILE", "[FORMAT=]FILE", "HALB.TOML", "BINARY")
_RULES = ("CODE", "CODES")
# The rules are asked for when they are wanted: a list in the file would be that of another release one day.
_LIST = "halb-lint --list-rules --color never 2>/dev/null"
_PREAMBLE = {
    "bash": f"""_halb_rules() {{
  compgen -W "$({_LIST} | awk '{{print $1, $3}}')" -- "$1"
}}""",
    "zsh": f"""_halb_rules() {{
  local -a rules
  rules=(${{(f)"$({_LIST} | awk '{{print $1 ":" $3}}')"}})
  _describe rule rules
}}""",
    "fish": f"""function _halb_rules
  {_LIST} | awk '{{print $1 "\\t" $3}}'
end""",
}


def lint_completion(shell: str) -> str:
    """The completion of halb-lint."""
    parser = lint_parser()
    _prepare(parser, "halb-lint")
    return _made(parser, shell, _PREAMBLE[shell])


def wizard_completion(shell: str) -> str:
    """The completion of halb-wizard and its commands."""
    parser, commands = build()
    _prepare(parser, "halb-wizard")
    for action in parser._actions:
        for choice in getattr(action, "_choices_actions", ()):
            commands[choice.dest].description = choice.help  # which shtab shows: one line, instead of a paragraph
    for name, command in commands.items():
        if name != OPEN:
            _prepare(command, name)
    return _made(parser, shell, "")


def _made(parser: argparse.ArgumentParser, shell: str, preamble: str) -> str:
    text = shtab.complete(parser, shell, preamble=preamble)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _prepare(parser: argparse.ArgumentParser, command: str) -> None:
    """Tell shtab what the value of each option is; what is typed is checked by halb, not by argparse."""
    for action in _with_value(parser):
        option = next(iter(action.option_strings), "")
        if option == "--format":
            action.choices = _FORMATS[command]
        elif option in _WORDS:
            action.choices = _WORDS[option]
        elif action.metavar in _RULES:
            action.complete = dict.fromkeys(SHELLS, "_halb_rules") | {"fish": "(_halb_rules)"}  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]


def _with_value(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if action.nargs != 0 and not isinstance(action, argparse._SubParsersAction):
            yield action
