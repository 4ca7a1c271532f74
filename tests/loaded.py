"""A process with both commands loaded, which forks itself for each run: what a new interpreter does, without its start.

Started by `tests.programs` with a socket; each message on it is a run, in JSON, with the descriptors of its stdin,
stdout and stderr, without those that are to be closed. The answer is the exit status.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import sys
from types import ModuleType
from typing import Any

_LARGEST = 1 << 20


def _load(package: ModuleType) -> None:
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if module.name.endswith("__main__") or module.name == "wizard.tui":  # the screens: no run here opens one
            continue
        loaded = importlib.import_module(module.name)
        if module.ispkg:
            _load(loaded)


def _serve(control: socket.socket) -> dict[str, Any] | None:
    """Fork for each message; returns the run in the child, None at the end in the parent."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _LARGEST, 3)
        if not message:
            return None
        if child := os.fork():
            for descriptor in descriptors:
                os.close(descriptor)
            _, status = os.waitpid(child, 0)
            control.send(b"%d" % os.waitstatus_to_exitcode(status))
            continue
        run: dict[str, Any] = json.loads(message)
        control.close()
        for target, name in enumerate(("stdin", "stdout", "stderr")):
            if name in run["closed"]:
                os.close(target)
                setattr(sys, name, None)
            else:
                descriptor = descriptors.pop(0)
                os.dup2(descriptor, target)
                os.close(descriptor)
                # Anew, as they know of the old descriptor whether it is a file, a pipe or a terminal.
                old = getattr(sys, name)
                buffering = 1 if name == "stderr" else -1
                mode = "r" if name == "stdin" else "w"
                stream = open(target, mode, buffering, old.encoding, old.errors, closefd=False)  # noqa: SIM115
                setattr(sys, name, stream)
                setattr(sys, f"__{name}__", stream)
        return run


def main() -> None:
    """Serve runs until the other side is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2:]:
        _load(importlib.import_module(name))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run = _serve(control)
    if run is None:
        return
    os.environ.clear()
    os.environ.update(run["environment"])
    os.chdir(run["cwd"])
    sys.argv = ["", *run["arguments"]]
    runpy.run_module(run["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
