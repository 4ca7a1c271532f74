"""Records the life of a cluster, from a name that does not exist to the VIP, and writes it into docs/live.md.

`python -m tests.tools.record_life` needs root, and the daemons that `.ci/run` installs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.live.life import MASTERS, NAME, VIP, Life, life
from tests.programs import ROOT, Done

PAGE = ROOT / "docs" / "live.md"
QUICK = ("--timeout", "1")


def scenes(cluster: Life) -> Iterator[tuple[str, str]]:
    """What people do, and what `verify` and the linter then say."""

    def verify() -> str:
        return _shown("halb-wizard verify", cluster.verify(*QUICK))

    def lint() -> str:
        return _shown("halb-lint --live", cluster.lint(*QUICK))

    cluster.write_plan("bootstrap")
    yield "halb.toml is written; nothing else is there", verify() + "\n" + lint()
    cluster.set_record(MASTERS["k8s-master1"])
    _forget(cluster)
    yield "The record is created: the name leads to the initial master", verify()
    cluster.start_masters("k8s-master1")
    yield "`kubeadm init` has run", verify()
    cluster.start_masters("k8s-master2", "k8s-master3")
    yield "The other nodes have joined", verify()
    cluster.write_plan("cutover")
    yield 'The files of the load balancers are ready, and `phase = "cutover"` is set', verify() + "\n" + lint()
    cluster.start_balancer("haproxy-lb1")
    cluster.start_balancer("haproxy-lb2")
    cluster.verify_until(lambda done: "ok   2." in done.stdout, *QUICK)
    yield "HAProxy runs on both; nobody has the VIP yet", verify()
    cluster.take_vip()
    yield "haproxy-lb1 has the VIP: the name may move", verify()
    _forget(cluster)
    cluster.verify(*QUICK)
    cluster.set_record(VIP)
    cluster.forget(1)
    stale = lint()
    watched = _shown("halb-wizard verify --watch", cluster.watch(*QUICK))
    yield "The record is changed; one resolver had asked a moment before", stale + "\n" + watched
    yield "Done", lint()


def _forget(cluster: Life) -> None:
    for number in range(len(cluster.resolvers)):
        cluster.forget(number)


def _shown(command: str, done: Done) -> str:
    text = re.sub(r"/tmp/halb-life-\w+/", "", done.stdout + done.stderr)
    return f"$ {command}\n{text.strip()}\n[exit {done.status}]\n"


def main() -> None:
    """Live through it, and write the page."""
    with life() as cluster:
        parts = [f"### {title}\n\n```\n{text}```\n" for title, text in scenes(cluster)]
    record = "<!-- life -->\n" + "\n".join(parts) + "<!-- /life -->"
    page = Path(PAGE).read_text(encoding="utf-8")
    PAGE.write_text(re.sub(r"<!-- life -->.*<!-- /life -->", lambda _: record, page, flags=re.DOTALL), encoding="utf-8")
    print(f"{PAGE}: the life of {NAME}, {len(parts)} scenes")


if __name__ == "__main__":
    main()
