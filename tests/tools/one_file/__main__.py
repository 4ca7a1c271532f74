"""`python -m tests.tools.one_file [FILE]`: build halb.pyz (default: dist/halb.pyz), and see that it starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.tools.one_file import ROOT, build

target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / "halb.pyz"
build(target)
subprocess.run([sys.executable, "-I", "-S", target, "lint", "--version"], check=True, stdout=subprocess.DEVNULL)
print(f"{target}: {target.stat().st_size / 1e6:.1f} MB; runs on any Python 3.11 or newer")
