"""`python -m rules`: the same as `halb-lint`."""

from __future__ import annotations

from rules.command.cli import run

run()
