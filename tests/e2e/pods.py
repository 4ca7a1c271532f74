"""A load balancer whose haproxy and keepalived a stand-in for kubelet runs, by the manifests that are there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.e2e.managed import Managed
from wizard.rehearsal.lab.machine import end

# kubelet starts what has a manifest, ends what has none, and starts a container that has ended. `broken-NAME` stands
# for an image that can't be pulled.
_KUBELET = """\
#!/bin/sh
state=@state@
exec 9<@home@ # where process events come to
export HALB_HOME=9
while :; do
    for name in haproxy keepalived; do
        if [ -e /etc/kubernetes/manifests/$name.yaml ] && [ ! -e $state/broken-$name ]; then
            systemctl is-active $name || systemctl start $name
        else
            ! systemctl is-active $name || systemctl stop $name
        fi
    done
    sleep 0.1
done
"""
_CRICTL = """\
#!/bin/sh
case "$1 $*" in
    ps*) name=${*##*^} && name=${name%%\\$*}
         ! systemctl is-active $name || echo "id-$name" ;;
    stop*) systemctl stop "${2#id-}" ;;
    logs*) for last; do :; done
           cat "@state@/${last#id-}.log" ;;
esac
"""
# What waits two minutes for an image waits a tenth of it here.
_SLEEP = """\
#!/bin/sh
exec /usr/bin/sleep "$(awk "BEGIN { print $1 / @faster@ }")"
"""

_HOME = f"/proc/{os.getpid()}/ns/net"


class Pods:
    """A managed load balancer as a node of a cluster; `kubelet` is running once it is started."""

    def __init__(self, balancer: Managed) -> None:
        self.balancer = balancer
        self._kubelet: subprocess.Popen[bytes] | None = None
        self.manifests = balancer.etc / "kubernetes" / "manifests"
        self.manifests.mkdir(parents=True)
        balancer.machine.mounts["/etc/kubernetes"] = self.manifests.parent
        self._put("kubelet", _KUBELET)
        self._put("crictl", _CRICTL)

    def _put(self, name: str, text: str) -> Path:
        tool = self.balancer.tools / name
        tool.write_text(text.replace("@state@", str(self.balancer.state)).replace("@home@", _HOME))
        tool.chmod(0o755)
        return tool

    def hurry(self, times: int) -> None:
        """Have this many seconds of waiting pass in one."""
        self._put("sleep", _SLEEP.replace("@faster@", str(times)))

    def breaks(self, name: str) -> None:
        """Have a pod that never starts again."""
        (self.balancer.state / f"broken-{name}").touch()

    def start_kubelet(self) -> None:
        """Set kubelet up, as kubeadm does, and start it."""
        (self.manifests.parent / "kubelet.conf").write_text("kind: Config\n")
        machine = self.balancer.machine
        path = f"PATH={self.balancer.tools}:{os.environ['PATH']}"
        self._kubelet = machine.start("env", path, "kubelet", log=self.balancer.state / "kubelet.log")

    def stop_kubelet(self) -> None:
        """End the stand-in; what it has started is the balancer's to stop."""
        if self._kubelet is not None:
            end(self._kubelet)
