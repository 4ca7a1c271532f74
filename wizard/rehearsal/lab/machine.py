"""A machine: a network namespace, and folders and files of its own in place of the system's."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, STDOUT

from pyroute2 import netns

from wizard.rehearsal.lab.done import Done

SPACES = Path("/run/netns")
PATIENCE = 120.0  # seconds that a command may take

# Lay $1 over $2. Where the system has no $2, its parent is replaced by a folder of links to what the parent has: so
# nothing is made on the host. What is a link there stays the same link, as it may be a relative one (/etc/os-release).
_LAY = """\
lay() {
  if [ ! -e "$2" ]; then
    parent=$(dirname "$2"); old="$store$parent"
    case "$replaced" in *" $parent "*) ;; *)
      mkdir -p "$old"; mount --rbind "$parent" "$old"; mount -t tmpfs -o mode=755 tmpfs "$parent"
      ln -s -t "$parent" "$old"/*; replaced="$replaced $parent "
      find "$old" -maxdepth 1 -type l -exec cp -P --remove-destination -t "$parent" {} + ;;
    esac
    if [ -d "$1" ]; then mkdir "$2"; else : >"$2"; fi
  fi
  mount --bind "$1" "$2"
}
"""


class Machine:
    """`mounts` says what lies over which path of the system, for the programs that are started on the machine."""

    def __init__(self, name: str, space: str, folder: Path, mounts: Mapping[str, Path] | None = None) -> None:
        """`space` is the name of an existing namespace; `folder` is a place for the machine's own files."""
        self.name = name
        self.space = space
        self.folder = folder
        self.mounts = dict(mounts or {})
        self.started: list[subprocess.Popen[bytes]] = []

    @property
    def prefix(self) -> list[str]:
        """What a command line is preceded with to run on the machine."""
        return ["ip", "netns", "exec", self.space, *self.laid()]

    @property
    def prefix_outside(self) -> list[str]:
        """The same for a program with the machine's mounts that starts in the initial network namespace."""
        return ["unshare", "--mount", *(self.laid() or ["env"])]

    def laid(self) -> list[str]:
        """What a command line is preceded with to have the machine's mounts, in a mount namespace of its own."""
        if not self.mounts:
            return []
        store = f"store={shlex.quote(str(self.folder / 'system'))}"
        lines = [f"lay {shlex.quote(str(source))} {target}" for target, source in self.mounts.items()]
        return ["sh", "-c", "\n".join(["set -e; replaced=", store, _LAY, *lines, 'exec "$@"']), "sh"]

    def run(
        self,
        *command: str,
        path: str | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        files: Sequence[int] = (),
    ) -> Done:
        """Run a command and wait for it; `path` is a folder to look into for programs first.

        `files` are descriptors that it gets. Raises subprocess.TimeoutExpired for one that does not end.
        """
        first = ["env", f"PATH={path}:{os.environ['PATH']}"] if path else []
        done = subprocess.run(
            [*self.prefix, *first, *command],
            check=False, cwd=cwd, env=env, stdin=DEVNULL, capture_output=True, text=True, pass_fds=files,
            timeout=PATIENCE,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def start(
        self, *command: str, log: Path | None = None, outside: bool = False, cwd: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program whose output goes to the end of `log`, or into a pipe; it is ended with the network.

        `outside` starts it in the initial network namespace (see `prefix_outside`).
        """
        line = [*(self.prefix_outside if outside else self.prefix), *command]
        if log is None:
            process = subprocess.Popen(line, cwd=cwd, stdin=DEVNULL, stdout=subprocess.PIPE)
        else:
            with log.open("ab") as out:
                process = subprocess.Popen(line, cwd=cwd, stdin=DEVNULL, stdout=out, stderr=STDOUT)
        self.started.append(process)
        return process

    def ip(self, *arguments: str) -> str:
        """What `ip` prints on the machine; raises subprocess.CalledProcessError with its words when it fails."""
        command = ["ip", "-n", self.space, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def batch(self, lines: Iterable[str]) -> None:
        """Several commands of `ip` at once."""
        text = "\n".join(lines) + "\n"
        command = ["ip", "-n", self.space, "-batch", "-"]
        subprocess.run(command, input=text, check=True, capture_output=True, text=True)

    def add_address(self, device: str, *addresses: str) -> None:
        """Give a device addresses (with their prefix lengths), which are usable at once."""
        for address in addresses:
            # Without duplicate address detection an IPv6 address is there at once.
            self.ip("addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Have this thread in the machine's network namespace: its sockets and /proc/sys/net are those of there."""
        with open("/proc/thread-self/ns/net") as home, (SPACES / self.space).open() as there:
            netns.setns(there.fileno())
            try:
                yield
            finally:
                netns.setns(home.fileno())


def end(process: subprocess.Popen[bytes], patience: float = 5.0) -> None:
    """End a program: politely, and after `patience` seconds by force."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            with suppress(subprocess.TimeoutExpired):  # the kernel may keep what waits for a device
                process.wait(patience)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
