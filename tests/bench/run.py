"""Speed and memory beside the real daemons, in one run: `make bench`.

Every figure is CPU time (user + system) of whole processes, measured in turn (A B A B ...), medians of the pairs.
Ratios can be compared between machines; seconds can't. A goal that is missed is marked, nothing fails.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench import generate

PYTHON = sys.executable
CACHED = [str(Path(PYTHON).parent / "halb-lint"), "--no-config", "--quiet", "--format", "concise", "--fail-on", "never"]
LINT = [*CACHED, "--no-cache"]
PARSE = "import sys; from parsers import parse_{0}; parse_{0}(open(sys.argv[1], newline='').read())"


class Cost(NamedTuple):
    """One run: CPU seconds, and the largest resident size in MiB."""

    cpu: float
    memory: float


def cost(command: Sequence[str]) -> Cost:
    """What one run of the command costs; its output is thrown away."""
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    pid = os.posix_spawn(command[0], list(command), os.environ, file_actions=actions)
    os.close(null)
    _, _, usage = os.wait4(pid, 0)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


class Pair(NamedTuple):
    """Medians of two commands run in turn, and of their ratio."""

    a: float
    b: float
    ratio: float
    memory: float


def compare(a: Sequence[str], b: Sequence[str], runs: int) -> Pair:
    """Run the two commands in turn; the first round is not counted."""
    cost(a), cost(b)
    rounds = [(cost(a), cost(b)) for _ in range(runs)]
    return Pair(
        median(x.cpu for x, _ in rounds),
        median(y.cpu for _, y in rounds),
        median(x.cpu / y.cpu for x, y in rounds),
        median(x.memory for x, _ in rounds),
    )


def line(goal: str, what: str, value: str, wanted: str, met: bool) -> None:
    print(f"{goal:<4} {'ok  ' if met else 'MISS'} {what:<58} {value:>22}   wanted {wanted}")


def against(goal: str, what: str, a: Sequence[str], b: Sequence[str], limit: float, runs: int) -> Pair:
    """Measure, and print the ratio beside the wanted one."""
    pair = compare(a, b, runs)
    line(goal, what, f"{pair.ratio:.2f}x ({pair.a:.3f}/{pair.b:.3f} s)", f"<= {limit}x", pair.ratio <= limit)
    return pair


class Bench:
    """The files, made once, and the measurements on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
        self.keepalived = shutil.which("keepalived") or "/usr/sbin/keepalived"
        self.have = [path for path in (self.haproxy, self.keepalived) if Path(path).exists()]

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="")
        return str(path)

    def _made(self, name: str, lines: int, make: Callable[[int], str]) -> str:
        path = self.folder / name
        return str(path) if path.exists() else self.file(name, make(lines))

    def cfg(self, lines: int) -> str:
        return self._made(f"h{lines}.cfg", lines, generate.haproxy)

    def conf(self, lines: int) -> str:
        return self._made(f"k{lines}.conf", lines, generate.keepalived)

    def many_sections(self, lines: int) -> str:
        return self._made(f"s{lines}.cfg", lines, lambda n: "".join(f"backend b{i}\n" for i in range(n)))

    def one_section(self, lines: int) -> str:
        def text(count: int) -> str:
            servers = (f"    server s{i} 10.0.{i >> 8 & 255}.{i & 255}:{1 + i % 65000} check\n" for i in range(count))
            return "backend b\n" + "".join(servers)

        return self._made(f"o{lines}.cfg", lines, text)

    def _pairs(self, count: int) -> str:
        """A folder of pairs, as the pre-commit hook is given it."""
        folder = self.folder / f"pairs{count}"
        for number in range(count):
            for node in ("lb1", "lb2"):
                place = folder / f"p{number}" / node
                place.mkdir(parents=True)
                shutil.copy(self.cfg(50), place / "haproxy.cfg")
                shutil.copy(self.conf(50), place / "keepalived.conf")
        return str(folder)

    def parse(self, kind: str, path: str) -> list[str]:
        return [PYTHON, "-c", PARSE.format(kind), path]

    def validate(self) -> None:
        """Refuse to measure files that the real tools refuse."""
        for lines in (50, 100_000):
            if self.haproxy in self.have:
                assert os.spawnv(os.P_WAIT, self.haproxy, ["haproxy", "-c", "-q", "-f", self.cfg(lines)]) == 0
            if self.keepalived in self.have:
                text = Path(self.conf(lines)).read_text(encoding="utf-8")
                # keepalived wants the check's program to be there.
                with_program = self.file(f"v{lines}.conf", text.replace(generate.CHECK, "/usr/bin/true"))
                assert os.spawnv(os.P_WAIT, self.keepalived, ["keepalived", "-t", "-f", with_program]) == 0

    def start(self) -> None:
        pair = ["--node", f"lb1={self.cfg(50)},{self.conf(50)}"]
        floor = [PYTHON, "-c", "import pyparsing"]
        against("G1", "cold lint of a pair / import pyparsing", [*LINT, *pair], floor, 1.35, 21)
        os.environ["XDG_CACHE_HOME"] = str(self.folder / "cache")
        against("G2", "the same pair again / import pyparsing", [*CACHED, *pair], floor, 0.35, 21)
        against("G2", "the same pair again / python -c pass", [*CACHED, *pair], [PYTHON, "-c", "pass"], 3, 21)
        one, twenty = self._pairs(1), self._pairs(20)
        against("G14", "20 unchanged pairs / one cold pair", [*CACHED, twenty], [*LINT, one], 1.2, 21)
        modules = os.popen(
            f"{PYTHON} -X importtime -m rules --no-cache {' '.join(pair)} 2>&1 >/dev/null"
            r" | grep -cE '\| +(textual|rich|jinja2|dns|asyncio|ssl|tomllib)(\.|$)'"
        ).read()
        line("G3", "heavy modules imported by a lint", modules.strip(), "0", modules.strip() == "0")

    def large(self) -> None:
        cfg, conf = self.cfg(100_000), self.conf(100_000)
        if self.haproxy in self.have:
            check = [self.haproxy, "-c", "-q", "-f", cfg]
            against("G4", "parse 100k lines / haproxy -c", self.parse("haproxy", cfg), check, 2, 5)
            against("G4", "lint 100k lines / haproxy -c", [*LINT, cfg], check, 6, 5)
            timed = self._made("t100000.cfg", 100_000, generate.timed)
            check = [self.haproxy, "-c", "-q", "-f", timed]
            against("G4", "lint 100k lines with times everywhere / haproxy -c", [*LINT, timed], check, 15, 3)
        if self.keepalived in self.have:
            check = [self.keepalived, "-t", "-f", conf]
            against("G5", "parse 100k lines / keepalived -t", self.parse("keepalived", conf), check, 8, 5)
            against("G5", "lint 100k lines / keepalived -t", [*LINT, conf], check, 15, 5)

    def growth(self) -> None:
        empty = self.file("empty.cfg", "")
        shapes: dict[str, Callable[[int], str]] = {
            "haproxy.cfg": self.cfg,
            "keepalived.conf": self.conf,
            "n sections of one line": self.many_sections,
            "one section of n lines": self.one_section,
        }

        for name, make in shapes.items():
            kind = "keepalived" if make == self.conf else "haproxy"
            files = (empty, make(10_000), make(100_000))
            ratios = []
            for _ in range(7):  # in turn, as the machine is now fast, now slow
                floor, small, big = (cost([*LINT, "--kind", kind, path]).cpu for path in files)
                ratios.append((big - floor) / max(small - floor, 0.01))
            ratio = median(ratios)
            line("G6", f"lint 100k / 10k, {name}", f"{ratio:.1f}x", "<= 11x", ratio <= 11)

    def memory(self) -> None:
        base = cost(
            [
                PYTHON,
                "-c",
                "from parsers import parse_haproxy, parse_keepalived; parse_haproxy(''); parse_keepalived('')",
            ]
        )
        for kind, path in (("haproxy", self.cfg(100_000)), ("keepalived", self.conf(100_000))):
            for word, command, limit in (
                ("parse", self.parse(kind, path), 0.4),
                ("lint", [*LINT, path], 1.5),
            ):
                used = (median(cost(command).memory for _ in range(3)) - base.memory) * 1024 / 100_000
                line(
                    "G7",
                    f"memory of {word} per line, {kind}",
                    f"{used:.2f} KiB",
                    f"<= {limit}",
                    used <= limit,
                )

    def throughput(self) -> None:
        for kind, path, wanted in (
            ("haproxy", self.cfg(100_000), 100),
            ("keepalived", self.conf(100_000), 50),
        ):
            rate = float(os.popen(f"{PYTHON} -m tests.bench.rate {kind} {path}").read())
            line(
                "G8",
                f"parse throughput, {kind}",
                f"{rate / 1000:.0f}k lines/s",
                f">= {wanted}k",
                rate >= wanted * 1000,
            )
        seconds = median(cost([*LINT, self.cfg(100_000)]).cpu for _ in range(3))
        line(
            "G8",
            "full lint throughput, haproxy",
            f"{100 / seconds:.0f}k lines/s",
            ">= 20k",
            100 / seconds >= 20,
        )

    def hostile(self) -> None:
        for depth, limit in ((10_000, 0.5), (100_000, 5.0)):
            path = self.file(f"deep{depth}.conf", "a {\n" * depth + "}\n" * depth)
            cpu = median(cost([*LINT, "--kind", "keepalived", path]).cpu for _ in range(3))
            line("G9", f"{depth} nested braces", f"{cpu:.2f} s", f"<= {limit} s", cpu <= limit)
        size = 2_000_000
        inputs = {
            "unclosed quote": 'log "' + "x" * size,
            "one word": "x" * size,
            "escapes": "\\x " * (size // 3),
            "adjacent quotes": '""' * (size // 2),
            "hashes": "#" * size,
            "blanks": " " * size,
        }
        for kind in ("haproxy", "keepalived"):
            text = getattr(generate, kind)(40_000 if kind == "haproxy" else 90_000)[:size]
            ordinary = self.file(f"ordinary.{kind}", text)
            usual = median(cost([*LINT, "--kind", kind, ordinary]).cpu for _ in range(3))
            for name, text in inputs.items():
                path = self.file(f"{name.replace(' ', '-')}.txt", text)
                ratio = median(cost([*LINT, "--kind", kind, path]).cpu for _ in range(3)) / usual
                line("G10", f"{kind}: 2 MB of {name} / ordinary 2 MB", f"{ratio:.2f}x", "<= 1.5x", ratio <= 1.5)

    def lossless(self) -> None:
        from parsers import parse_haproxy, parse_keepalived

        texts = [
            Path(self.cfg(100_000)).read_text(encoding="utf-8"),
            "a\r\nb\0\tc",
            "\ufeffglobal\n",
            "\udcff\n#",
        ]
        same = all(str(parse(text)) == text for text in texts for parse in (parse_haproxy, parse_keepalived))
        line("G11", "str(parse(text)) == text", str(same), "True", same)

    def failover(self) -> None:
        """The failover table of a fleet that is parsed already, with every pair and every set of failing checks."""
        from rules.failover.table.table import failover_table
        from tests.rules.failover.fleets import checked, fleet_of

        for what, nodes, runs, limit in (("pair", 2, 41, 5), ("6 nodes, all subsets", 6, 7, 500)):
            fleet = fleet_of({f"lb{n}": checked(160 - 10 * n, -60) for n in range(1, nodes + 1)})
            failover_table(fleet)  # what is loaded for the first one
            times = []
            for _ in range(runs):
                failover_table.cache_clear()
                begun = time.process_time()
                failover_table(fleet)
                times.append((time.process_time() - begun) * 1000)
            spent = median(times)
            line("fail", f"failover {what}, CPU", f"{spent:.1f} ms", f"< {limit} ms", spent < limit)

    def live(self) -> None:
        """How long one waits for three resolvers of which two are silent, at a timeout of one second."""
        from tests.live.scripted import scripted, serving, silent

        name = "kube.example.com"
        records = {(name, "A"): [f"{name}. 60 IN A 127.0.0.1"]}
        with scripted(serving(records)) as alive, scripted(silent) as first, scripted(silent) as second:
            servers = [f"{one.server.address}:{one.server.port}" for one in (alive, first, second)]
            options = [word for server in servers for word in ("--resolver", server)]
            command = [*LINT, "--live", "--endpoint", name, "--timeout", "1", *options, self.cfg(50), self.conf(30)]
            waits = []
            for _ in range(9):
                begun = time.perf_counter()
                cost(command)
                waits.append(time.perf_counter() - begun)
        wall = median(waits)
        shown = f"{wall:.2f} s ({min(waits):.2f}-{max(waits):.2f})"
        line("live", "3 resolvers, 2 silent, --timeout 1, wall time", shown, "<= 1.3 s", wall <= 1.3)


def main() -> None:
    """Make the files, measure, print."""
    # Without byte code every start compiles all sources: no installed halb does that.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="halb-bench-") as folder:
        bench = Bench(Path(folder))
        bench.validate()
        for measure in (
            bench.start,
            bench.large,
            bench.growth,
            bench.memory,
            bench.throughput,
            bench.hostile,
            bench.lossless,
            bench.failover,
            bench.live,
        ):
            measure()


if __name__ == "__main__":
    main()
