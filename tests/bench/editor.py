"""How long an editor waits for diagnostics after a keystroke: a pair, and a haproxy.cfg of 10,000 lines.

`python -m tests.bench.editor`; part of `make bench`. The clock runs from the message with the change to the first
diagnostics that show it, over pipes, as an editor would see it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.bench import generate
from tests.rules.editor.client import Editor

_PAIR = Path(__file__).resolve().parents[1] / "cases" / "demo-pair"
_KEYS = 40


def waits(editor: Editor, path: Path, text: str, mark: str, keys: int = _KEYS) -> list[float]:
    """Seconds from each change to the diagnostics that show it; `mark` is replaced by a word with a new mistake."""
    found = []
    for number in range(keys):
        word = f"misspelled{number}"
        begun = time.perf_counter()
        editor.change(path, text.replace(mark, word, 1))
        editor.wait_for(path, lambda told, word=word: any(word in d["message"] for d in told))  # type: ignore[misc]
        found.append(time.perf_counter() - begun)
        time.sleep(0.1)  # the next key of somebody who types fast
    return found[2:]


def row(name: str, editor: Editor, path: Path, text: str, mark: str, goal: float) -> None:
    """Print the median and the 95th percentile in milliseconds, whether that is the goal, and the CPU time of a key."""
    begun = cpu(editor.process.pid)
    found = waits(editor, path, text, mark)
    used = (cpu(editor.process.pid) - begun) / _KEYS
    late = quantiles(found, n=20)[-1] * 1000
    missed = "" if late <= goal else "  !"
    times = f"{median(found) * 1000:5.0f} ms  p95 {late:5.0f} ms  goal {goal:.0f} ms{missed}"
    print(f"{name:<52} {times}  (CPU {used * 1000:.0f} ms)")


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "pair"
        shutil.copytree(_PAIR, root)
        path = root / "lb1/keepalived.conf"
        with Editor(root) as editor:
            editor.open(path)
            editor.wait_for(root / "lb2/keepalived.conf", bool)
            row("editor: a keystroke in a pair", editor, path, path.read_text(), "priority", 100)
        large = Path(name) / "large/haproxy.cfg"
        large.parent.mkdir()
        text = generate.haproxy(10_000)
        large.write_text(text)
        with Editor(large.parent) as editor:
            editor.open(large)
            row("editor: a keystroke in 10,000 lines of haproxy.cfg", editor, large, text, "balance", 300)


if __name__ == "__main__":
    main()
