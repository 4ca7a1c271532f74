"""The options of `halb-lint` and their help."""

from __future__ import annotations

from argparse import SUPPRESS

from rules.command.options import Parser, add_asking

SEE_HELP = "run 'halb-lint --help' for the options"

_DESCRIPTION = """\
Check the HAProxy and Keepalived configurations of all load balancers together:
each file by itself, the two files of a node together, and the nodes against
each other.
"""

_PATHS_HELP = """\
a file, a directory, or - for stdin. In a directory every sub-directory with a haproxy.cfg or
keepalived.conf is one node (lb1/etc/keepalived/keepalived.conf is node lb1). Without PATH: the
nodes of the nearest halb.toml, or else this machine's /etc/haproxy and /etc/keepalived. Files of
kubeadm, k0s, RKE2, K3s or Talos are compared with all nodes (needs halb-wizard[kubernetes]).
"""

_EPILOG = """\
examples:
  halb-lint lb1/ lb2/                        two nodes, a directory each
  halb-lint /etc/keepalived/keepalived.conf  one file of this machine
  halb-lint --node lb1=a.cfg,a.conf --node lb2=b.cfg,b.conf
  halb-lint lb1/ lb2/ kubeadm-config.yaml    also what Kubernetes was told
  halb-lint --live --resolver 10.0.0.53      also query DNS and the API servers
  sudo halb-lint --host                      also look at this load balancer
  halb-lint --failover lb1/ lb2/             and who has the VIP after a failure
  halb-lint --explain vrid-mismatch          what a rule means, how to fix it

exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or a
file that can't be read (the others are still checked), 3 an internal error.

A comment '# halb: ignore[CODE] reason' on a line, or above it, suppresses a
finding.
"""


def parser() -> Parser:
    """The options of `halb-lint`, with their help."""
    options = Parser(
        prog="halb-lint",
        usage="halb-lint [OPTIONS] [PATH ...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        see_help=SEE_HELP,
    )
    _add_files(options)
    _add_rules(options)
    _add_fixes(options)
    _add_baseline(options)
    _add_output(options)
    _add_cluster(options)
    _add_about(options)
    return options


def _add_files(options: Parser) -> None:
    what = options.add_argument_group("what to check")
    what.add_argument("paths", metavar="PATH", nargs="*", help=_PATHS_HELP)
    what.add_argument(
        "--node",
        metavar="NAME=PATH[,PATH...]",
        action="append",
        default=[],
        help="the files of one node; repeatable",
    )
    what.add_argument(
        "--kind", metavar="KIND", help="treat every file as 'haproxy' or 'keepalived', whatever its content"
    )
    what.add_argument("--stdin-filename", metavar="NAME", help="the file name to show for stdin")
    what.add_argument("--config", metavar="FILE", help="read this halb.toml (default: the nearest one, here or above)")
    what.add_argument(
        "--watch", action="store_true", help="lint again when a file changes, and show what is new or gone"
    )
    what.add_argument("--no-config", action="store_true", help="do not read a halb.toml")


def _add_rules(options: Parser) -> None:
    rules = options.add_argument_group("which rules")
    rules.add_argument(
        "--select",
        metavar="CODES",
        action="append",
        default=[],
        help="run only these: codes, names or prefixes (KA, XN0), comma-separated, or ALL",
    )
    rules.add_argument("--ignore", metavar="CODES", action="append", default=[], help="run all but these")
    rules.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        default="warning",
        help="exit with 1 from this severity on: error, warning (default), info or never",
    )
    for daemon, example in (("haproxy", "2.8"), ("keepalived", "2.2.7")):
        rules.add_argument(
            f"--{daemon}-version",
            metavar="RELEASE",
            action="append",
            default=[],
            help=f"the release of {daemon} on all nodes, such as {example} (default: that in halb.toml; for this "
            "machine's own files the installed one; else any)",
        )


def _add_fixes(options: Parser) -> None:
    fixes = options.add_argument_group("fixing")
    fixes.add_argument("--fix", action="store_true", help="make the safe fixes, and show what is left")
    fixes.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff: also fixes that somebody should look at"
    )
    fixes.add_argument("--diff", action="store_true", help="show what --fix would change; nothing is written")


def _add_baseline(options: Parser) -> None:
    baseline = options.add_argument_group("findings that are there already")
    baseline.add_argument(
        "--baseline", metavar="FILE", help="leave out the findings recorded there, wherever their lines are by now"
    )
    baseline.add_argument("--write-baseline", metavar="FILE", help="record all findings of now there, and exit with 0")


def _add_output(options: Parser) -> None:
    output = options.add_argument_group("output")
    output.add_argument(
        "--format",
        metavar="FORMAT",
        help="full (default on a terminal), concise, json, github (default in GitHub Actions), sarif, gitlab, junit or "
        "checkstyle",
    )
    output.add_argument(
        "--failover",
        action="store_true",
        help="also show which node holds each VIP after every failure, and outages",
    )
    output.add_argument(
        "--output",
        metavar="[FORMAT=]FILE",
        action="append",
        default=[],
        help="write to this file instead of stdout; with a format (sarif=halb.sarif) beside stdout, repeatable",
    )
    output.add_argument(
        "--statistics",
        action="store_true",
        help="how many findings each rule has, worst first, instead of the findings",
    )
    output.add_argument("--color", metavar="WHEN", default="auto", help="auto (default), always or never")
    output.add_argument("--no-cache", action="store_true", help="look at the files even if nothing has changed in them")
    output.add_argument("--quiet", "-q", action="store_true", help="findings only, no summary")


def _add_cluster(options: Parser) -> None:
    live = options.add_argument_group("the cluster, and live checks")
    live.add_argument(
        "--endpoint", metavar="NAME[:PORT]", help="the --control-plane-endpoint of kubeadm (default: halb.toml's)"
    )
    live.add_argument("--vip", metavar="ADDR", action="append", default=[], help="the VIP; once per address family")
    live.add_argument("--initial-master", metavar="ADDR", help="where the name points until the VIP serves the API")
    live.add_argument(
        "--phase", metavar="PHASE", help="bootstrap: the name points to the initial master; cutover: to the VIP"
    )
    live.add_argument(
        "--live", action="store_true", help="also query the name servers and the API servers (rules DN, HO and K8)"
    )
    live.add_argument(
        "--host",
        action="store_true",
        help="also look at this machine, which is one of the nodes: interfaces, sysctls, services, firewall and more, "
        "read-only; it shows more as root (rules HO)",
    )
    live.add_argument(
        "--native",
        action="store_true",
        help="also run 'haproxy -c' and 'keepalived -t' on the files, where they are installed here, and report what "
        "no rule does (rules NT)",
    )
    add_asking(live)


def _add_about(options: Parser) -> None:
    about = options.add_argument_group("about")
    about.add_argument(
        "--explain", metavar="CODE", help="explain a rule: what it means, why it matters, how to fix it, with examples"
    )
    about.add_argument("--list-rules", action="store_true", help="list all rules, one per line")
    about.add_argument(
        "--list-files",
        action="store_true",
        help="list the files of each node in the order in which they are read, and exit",
    )
    about.add_argument(
        "--lsp", action="store_true", help="serve an editor over stdin and stdout (needs halb-wizard[lsp])"
    )
    about.add_argument("--stdio", action="store_true", help=SUPPRESS)  # some editors say so, with --lsp
    about.add_argument("--version", action="store_true", help="show the version")
    about.add_argument("--help", "-h", action="store_true", help="show this help")
