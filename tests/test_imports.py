"""What a lint loads: nothing heavy, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from tests.programs import ROOT

_HEAVY = (
    "textual",
    "rich",
    "jinja2",
    "dns",
    "asyncio",
    "ssl",
    "tomllib",
    "json",
    "logging",
    "subprocess",
    "http",
    "multiprocessing",
)
_CODE = """
import sys
from rules.command.cli import main
main(["--no-config", "--quiet", "--format", "concise", "--fail-on", "never", "tests/cases/blog-pair"])
print("\\n".join(sys.modules), file=sys.stderr)
"""


def test_a_lint_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", _CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "rules.engine.run" in loaded
    assert not loaded & set(_HEAVY)
