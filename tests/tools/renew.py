"""Writes anew what tests compare with: `python -m tests.tools.renew [WHAT ...]`, by default all of it.

Read the diff: it is what readers and users will see.
"""

from __future__ import annotations

import argparse

from tests.rules import snapshots as findings
from tests.tools import make_docs, make_golden
from tests.tools.keywords import make_haproxy as make_haproxy_keywords
from tests.tools.keywords import make_keepalived as make_keepalived_keywords
from tests.tools.keywords import make_samples


def _screens() -> None:
    from tests.wizard.tui.support import snapshots

    snapshots.write()


def _pictures() -> None:
    from screenshots import make

    make.main()


def _keywords() -> None:
    make_haproxy_keywords.main()
    make_keepalived_keywords.main()
    make_samples.main()


RENEWED = {
    "keywords": _keywords,
    "findings": findings.write,
    "docs": make_docs.main,
    "golden": make_golden.main,
    "screens": _screens,
    "pictures": _pictures,
}
"""What is renewed, by name: tables of keywords, the rules' findings, generated pages, rendered files, screens."""


def main() -> None:
    """Renew what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(RENEWED)}")
    given = parser.parse_args()
    unknown = [name for name in given.what if name not in RENEWED]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(RENEWED)}")
    for name in given.what or RENEWED:
        print(f"{name} ...", flush=True)
        RENEWED[name]()


if __name__ == "__main__":
    main()
