"""What the real haproxy and the real keepalived say to files, without a word of their own added."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.daemons import program
from tests.net.plugging import plugged
from tests.wizard.rendered import put_files
from wizard.plan.plan import Plan
from wizard.rehearsal.lab.network import Net
from wizard.render.files import render


def haproxy_says(folder: Path, text: str) -> tuple[int, str]:
    path = folder / "haproxy.cfg"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run([str(program("haproxy")), "-c", "-f", str(path)], capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    return done.returncode, output.replace("Configuration file is valid\n", "")


def keepalived_says(folder: Path, plan: Plan) -> list[tuple[str, int, str]]:
    """What `keepalived -t` says to each load balancer's file, with the interface and the script in place."""
    files = render(plan)
    put_files(folder, files)
    found = []
    for lb in plan.load_balancers:
        etc = folder / lb.name / "etc" / "keepalived"
        scripts = folder / lb.name / "usr" / "libexec" / "keepalived"
        scripts.mkdir(parents=True, exist_ok=True)
        mounts = {"/etc/keepalived": etc, "/usr/libexec/keepalived": scripts}
        for place in mounts.values():
            place.chmod(0o755)
        with Net() as net:
            machine = plugged(net, "lb", lb.interface, mounts=mounts)
            done = machine.run("keepalived", "-t", "-f", "/etc/keepalived/keepalived.conf")
        found.append((lb.name, done.status, done.stdout + done.stderr))
    return found
