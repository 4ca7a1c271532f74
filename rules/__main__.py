"""`python -m rules`: the same as `halb-lint`."""

from __future__ import annotations

from rules.command.start import run

run()
