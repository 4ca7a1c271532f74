"""The parser of `halb-wizard`: its commands, their options, and the texts of `--help`."""

from __future__ import annotations

import argparse
from typing import Any

from rules.command import CONFIG_NAME, Parser, add_asking

COMMANDS = ("import", "render", "rehearse", "verify")
OPEN = ""
"""The name, for the parser alone, of what is done without a command: the wizard opens."""

_USAGE = """\
halb-wizard [DIR] [--offline | --resolver ADDR[:PORT]]
       halb-wizard COMMAND [OPTIONS]"""

_OPEN = """\
Without a command the wizard opens: it asks, shows what the answers mean, and
writes the files to DIR (default: here) when you tell it to. Next to the
answers it shows what name servers and machines reply right now.
"""

_OPEN_EPILOG = """\
'halb-wizard COMMAND --help' shows a command's options.

Exit status of the wizard: 0 it was left, 2 wrong usage or no terminal, 3 a bug
in halb-wizard; 129, 130, 143 the terminal was closed or a signal ended it
(SIGHUP, SIGINT, SIGTERM). The answers are kept as a draft.
"""

_IMPORT = """\
Read haproxy.cfg and keepalived.conf of the load balancers into a halb.toml,
and list what it can't hold: whatever would be lost if the files were written
again from it, and where the load balancers contradict each other.
"""

_IMPORT_EPILOG = """\
examples:
  halb-wizard import lb1/ lb2/ --endpoint kube.example.com --phase cutover
  halb-wizard import haproxy.cfg lb1.conf lb2.conf -o -

Files become nodes as they do for halb-lint ('halb-lint --list-files PATH ...'
shows how). None of these files contains the name of the endpoint, or tells
whether it leads to the VIP already (the phase).

Exit status: 0 halb.toml is written, with notes on stderr; 1 nothing could be
imported; 2 wrong usage, or a file that can't be read or written; 3 a bug in
halb-wizard.
"""

_RENDER = """\
Write the files of a plan: haproxy.cfg, keepalived.conf, the check script and
install.sh of each load balancer, kubeadm-config.yaml, RUNBOOK.md, and the
halb.toml itself with every default spelled out.
"""

_RENDER_EPILOG = """\
examples:
  halb-wizard render -o out              the plan of the nearest halb.toml
  halb-wizard render -o out --diff       only show what would change
  halb-wizard render kacang/ -o kacang   the plan and its files in one folder
  halb-wizard render -o out --merge --diff
                                         what merging would change

An existing file is kept next to the new one as NAME.halb-TIME.bak. If a file
was changed since halb wrote it, nothing is written at all. The files are
linted before they are written.

Files that were imported are compared with until halb has written its own.

--merge is for haproxy.cfg: halb's sections are replaced where they are, or
added at the end. A file that was merged once is merged by every later run.
keepalived.conf is never merged: --force replaces it. Findings in sections that
halb did not write are shown, and block nothing.

Exit status: 0 everything is written (with --diff: nothing would change),
1 refused, or with --diff something would change, 2 wrong usage, an unusable
halb.toml, or a file that can't be written, 3 a bug in halb-wizard.
"""

_VERIFY = """\
Ask the name servers, the load balancers and the control-plane nodes of a
halb.toml, and show an ordered checklist: what was asked, what the reply was,
what to do next. In the bootstrap phase the name points to the initial master,
until the cluster is up; in the cutover phase it moves to the VIP, and the
checklist says so only once the VIP serves the API under that name.
"""

_VERIFY_EPILOG = """\
examples:
  halb-wizard verify                   the plan of the nearest halb.toml
  halb-wizard verify --watch           until everything has passed
  halb-wizard verify kacang/ --phase cutover --resolver 10.0.0.53

It only asks, and changes nothing. Exit status: 0 everything passed, 1 not yet,
2 wrong usage or an unusable halb.toml, 3 a bug in halb-wizard, 130 after
Ctrl-C; with --watch also 143 after SIGTERM, 129 when the terminal was closed.
"""

_REHEARSE = """\
Rehearse every failure before it happens: on a network of its own inside this
machine, the real haproxy and keepalived run the very files that will be
installed, clients connect ten times a second, and one thing after the other
breaks. What happens is compared with what 'halb-lint --failover' predicts.
"""

_REHEARSE_EPILOG = """\
examples:
  sudo halb-wizard rehearse                    the plan of the nearest halb.toml
  sudo halb-wizard rehearse lb1/ lb2/          files that halb did not write
  sudo halb-wizard rehearse --events haproxy,power
  sudo halb-wizard rehearse --events 'haproxy-lb1:*' --runs 20
  sudo halb-wizard rehearse --report out --format junit > rehearsal.xml

Events: haproxy, haproxy-stop, haproxy-reload, keepalived, keepalived-stop,
keepalived-reload, link, power, partition of each load balancer; gone, hung and
500 of each API server. --events takes those words, the machines' names, or
names such as 'haproxy-lb1:power', separated by commas.

Nothing leaves this machine, its own network is not touched, and everything is
removed in the end, also after Ctrl-C. It needs Linux, root (or uidmap), and
haproxy, keepalived, iproute2, util-linux and openssl.

Exit status: 0 every prediction held and no failure costs more than predicted;
1 not so; 2 wrong usage, or files or a machine that can't be rehearsed; 3 a bug
in halb-wizard; 129, 130, 143 ended by a signal (SIGHUP, SIGINT, SIGTERM).
"""


_COMMANDS: dict[str, dict[str, Any]] = {
    OPEN: {},
    "import": {
        "help": "read existing haproxy.cfg and keepalived.conf files into a halb.toml",
        "usage": "halb-wizard import PATH ... [-o HALB.TOML] [OPTIONS]",
        "description": _IMPORT,
        "epilog": _IMPORT_EPILOG,
    },
    "render": {
        "help": "write the files of a halb.toml: haproxy.cfg, keepalived.conf, ...",
        "usage": "halb-wizard render [HALB.TOML] -o DIR [--diff] [--merge] [--force]",
        "description": _RENDER,
        "epilog": _RENDER_EPILOG,
    },
    "rehearse": {
        "help": "play every failure with the real daemons on a network of their own",
        "usage": "halb-wizard rehearse [HALB.TOML | DIR ...] [OPTIONS]",
        "description": _REHEARSE,
        "epilog": _REHEARSE_EPILOG,
    },
    "verify": {
        "help": "ask name servers, load balancers and the control plane whether everything is as it should be, "
        "and say what to do next",
        "usage": "halb-wizard verify [OPTIONS] [HALB.TOML]",
        "description": _VERIFY,
        "epilog": _VERIFY_EPILOG,
    },
}


def build() -> tuple[Parser, dict[str, Parser]]:
    """The parser of the whole command line, and those of the commands by name, `OPEN` among them."""
    main = Parser(prog="halb-wizard", see_help="", usage=_USAGE, description=_OPEN, epilog=_OPEN_EPILOG)
    _add_wizard(main)
    group = main.add_subparsers(title="commands", metavar="COMMAND", prog="halb-wizard", parser_class=Parser)
    _add_about(main)
    found: dict[str, Parser] = {}
    for name, texts in _COMMANDS.items():
        command = f"halb-wizard {name}".rstrip()
        found[name] = group.add_parser(name, see_help=f"'{command} --help' shows the options", **texts)
    found[OPEN].add_argument("folder", nargs="?")  # not of the main parser, which would take a command for it
    _add_wizard(found[OPEN])
    _add_about(found[OPEN])
    _add_import(found["import"])
    _add_render(found["render"])
    _add_rehearse(found["rehearse"])
    _add_verify(found["verify"])
    return main, found


def _add_wizard(parser: Parser) -> None:
    group = parser.add_argument_group("the wizard")
    group.add_argument("--offline", action="store_true", help="ask nothing")
    _add_resolver(group)
    group.add_argument("--schema", action="store_true", help="print the JSON Schema of halb.toml, for editors")


def _add_resolver(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--resolver",
        metavar="ADDR[:PORT]",
        action="append",
        default=[],
        help="ask this name server instead of this machine's; repeatable",
    )


def _add_import(parser: Parser) -> None:
    what = parser.add_argument_group("what to read")
    what.add_argument("paths", metavar="PATH", nargs="*", help="a file, a folder, or - for stdin")
    what.add_argument("--endpoint", metavar="NAME[:PORT]", help="the DNS name given to kubeadm")
    what.add_argument(
        "--vip",
        metavar="ADDR",
        action="append",
        default=[],
        help="the VIP of the API, where there are several; repeatable for two families",
    )
    what.add_argument("--phase", metavar="PHASE", help="cutover if the name leads to the VIP already, else bootstrap")
    how = parser.add_argument_group("how to find out the phase")
    how.add_argument("--live", action="store_true", help="ask DNS where the endpoint's name leads")
    _add_resolver(how)
    how.add_argument("--timeout", metavar="SECONDS", default="3", help="how long to wait for an answer (default 3)")
    output = parser.add_argument_group("what to write")
    output.add_argument(
        "--output", "-o", metavar="HALB.TOML", default=CONFIG_NAME, help="where (default: halb.toml), - for stdout"
    )
    output.add_argument("--force", action="store_true", help="overwrite it; the old content is kept as a backup")
    _add_about(parser)


def _add_render(parser: Parser) -> None:
    what = parser.add_argument_group("what to write")
    _add_plan(what)
    what.add_argument("--output", "-o", metavar="DIR", help="the folder to write to; it is created if necessary")
    what.add_argument("--diff", action="store_true", help="write nothing, show what would change")
    what.add_argument("--plan-only", action="store_true", help="write halb.toml alone, whatever blocks the other files")
    what.add_argument(
        "--force", action="store_true", help="overwrite files that were changed, and write despite errors"
    )
    others = parser.add_argument_group("what halb did not write")
    others.add_argument(
        "--merge", action="store_true", help="put halb's sections into an existing haproxy.cfg, keep every other byte"
    )
    others.add_argument(
        "--take-over",
        metavar="SECTION",
        nargs="?",
        const="",
        action="append",
        default=[],
        help="with --merge: halb's sections replace those that serve the endpoint now, and this one "
        "('frontend web') if it is named; repeatable",
    )
    _add_about(parser)


def _add_rehearse(parser: Parser) -> None:
    what = parser.add_argument_group("what to rehearse")
    what.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="a halb.toml, its folder, or the folders of the load balancers (default: the nearest halb.toml)",
    )
    what.add_argument(
        "--events", metavar="EVENTS", action="append", default=[], help="only these, separated by commas; repeatable"
    )
    what.add_argument("--pairs", action="store_true", help="also every two failures at once")
    what.add_argument("--runs", metavar="N", default="1", help="play everything N times (default 1)")
    how = parser.add_argument_group("with what")
    how.add_argument("--haproxy", metavar="BINARY", default="haproxy", help="the haproxy to run")
    how.add_argument("--keepalived", metavar="BINARY", default="keepalived", help="the keepalived to run")
    how.add_argument("--root", metavar="DIR", default="/", help="a folder with another system, whose daemons run")
    how.add_argument(
        "--jobs", metavar="N", default="4", help="how many clusters run side by side, each with its events (default 4)"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--format", metavar="FORMAT", default="text", help="text (default), json or junit")
    output.add_argument(
        "--report", metavar="DIR", help="also write all formats, the times as a picture and the daemons' logs there"
    )
    output.add_argument("--color", metavar="WHEN", default="auto", help="auto (default), always or never")
    _add_about(parser)


def _add_verify(parser: Parser) -> None:
    what = parser.add_argument_group("what to check")
    _add_plan(what)
    what.add_argument(
        "--phase", metavar="PHASE", help="bootstrap or cutover (default: halb.toml's, else what DNS shows)"
    )
    how = parser.add_argument_group("how to ask")
    how.add_argument("--watch", action="store_true", help="keep asking until everything has passed")
    how.add_argument("--interval", metavar="SECONDS", help="time between two rounds of --watch (default 5)")
    add_asking(how)
    output = parser.add_argument_group("output")
    output.add_argument("--format", metavar="FORMAT", default="text", help="text (default) or json")
    output.add_argument("--color", metavar="WHEN", default="auto", help="auto (default), always or never")
    _add_about(parser)


def _add_plan(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "path", metavar="HALB.TOML", nargs="?", help="the plan, or its folder (default: the nearest one above here)"
    )


def _add_about(parser: Parser) -> None:
    group = parser.add_argument_group("about")
    group.add_argument("--version", action="store_true", help="show the version")
    group.add_argument("--help", "-h", action="store_true", help="show this help")
