"""`python -m wizard`: the same as `halb-wizard`."""

from __future__ import annotations

from wizard.commands.start import run

run()
