"""The merged files beside the real `haproxy -c`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from parsers.source import Source
from tests.daemons import program
from tests.shared import real_files, shared
from tests.wizard import plans
from tests.wizard.importer.merging import BODIES, NEWER, RENDERED
from wizard.merge import merge_haproxy
from wizard.render.files import render

pytestmark = [pytest.mark.daemon("haproxy"), pytest.mark.slow]

# What Debian's package installs depends on files of that package; this is the part that does not.
DEBIAN = """\
global
\tlog /dev/log\tlocal0
\tlog /dev/log\tlocal1 notice
\tstats timeout 30s
\tdaemon

defaults
\tlog\tglobal
\tmode\thttp
\toption\thttplog
\toption\tdontlognull
        timeout connect 5000
        timeout client  50000
        timeout server  50000
"""
WEB = "\nfrontend web\n\tbind 127.0.0.1:8080\n\tdefault_backend web\n\nbackend web\n\tserver a 127.0.0.1:81\n"


def said(folder: Path, text: str) -> tuple[int, list[str]]:
    """The exit status of `haproxy -c`, and its warnings and alerts."""
    path = folder / "haproxy.cfg"
    path.write_bytes(Source("", text).to_bytes())
    done = subprocess.run([program("haproxy"), "-c", "-f", path], capture_output=True, timeout=60, check=False)
    output = done.stderr.decode("utf-8", "surrogateescape")
    return done.returncode, [line for line in output.splitlines() if line.startswith(("[WARNING]", "[ALERT]"))]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("existing", [DEBIAN, DEBIAN + WEB, DEBIAN.removesuffix("\n"), ""])
def test_haproxy_takes_the_merged_file_without_a_word(tmp_path: Path, existing: str, line_end: str) -> None:
    text = existing.replace("\n", line_end)
    for rendered in (RENDERED, NEWER, RENDERED):
        merged = merge_haproxy(text, rendered)
        assert merged.problems == ()
        text = merged.text
        assert said(tmp_path, text) == (0, [])


def test_haproxy_takes_what_the_plan_renders_beside_sections_of_others(tmp_path: Path) -> None:
    (rendered,) = {file.text for path, file in render(plans.ARTICLE).items() if path.endswith("/haproxy.cfg")}
    merged = merge_haproxy(DEBIAN + WEB, rendered)
    assert merged.text.startswith(DEBIAN + WEB)
    assert [change.kind for change in merged.changes] == ["added"] * len(BODIES)
    assert said(tmp_path, merged.text) == (0, [])
    assert merge_haproxy(merged.text, rendered).text == merged.text


def test_haproxy_takes_a_file_with_sections_of_halb_in_the_wrong_order(tmp_path: Path) -> None:
    existing = BODIES["frontend kube-apiserver"] + DEBIAN + BODIES["defaults k8s-tcp"]
    assert said(tmp_path, existing)[0] == 1
    assert said(tmp_path, merge_haproxy(existing, RENDERED).text)[0] == 0


def test_haproxy_refuses_what_is_refused_for_its_name(tmp_path: Path) -> None:
    for header in ("frontend kube-apiserver", "listen kube-apiserver", "listen kube-apiservers"):
        existing = f"{DEBIAN}\n{header}\n\tmode tcp\n"
        assert merge_haproxy(existing, RENDERED).problems
        status, alerts = said(tmp_path, existing + "\n" + "\n".join(BODIES.values()))
        assert status == 1
        assert any("same name" in line for line in alerts)
    existing = f"{DEBIAN}\nbackend kube-apiserver\n\tmode tcp\n"
    assert said(tmp_path, merge_haproxy(existing, RENDERED).text) == (0, [])


def test_haproxy_takes_the_same_port_twice_without_a_word(tmp_path: Path) -> None:
    """So nobody else says it."""
    existing = (
        f"{DEBIAN}\nfrontend k8s\n\tmode tcp\n\toption tcplog\n\tbind *:6443\n\tdefault_backend kube-apiservers\n"
    )
    assert merge_haproxy(existing, RENDERED).problems
    assert said(tmp_path, existing + "\n" + "\n".join(BODIES.values())) == (0, [])


@pytest.mark.corpus
def test_what_haproxy_took_before_it_takes_after_the_merge(tmp_path: Path) -> None:
    texts = [Source.from_bytes(file.name, file.path.read_bytes()).text for file in real_files("haproxy")]
    texts.append((shared() / "seed" / "debian-default-haproxy.cfg").read_text(encoding="utf-8"))
    taken = 0
    for existing in texts:
        status, before = said(tmp_path, existing)
        merged = merge_haproxy(existing, RENDERED)
        if status != 0 or merged.problems:
            continue
        taken += 1
        status, after = said(tmp_path, merged.text)
        assert status == 0
        if len(after) > len(before):
            assert [line for line in after if "'kube-apiserver' since it has no log address" in line]
            assert len(after) == len(before) + 1
            assert "log nothing" in " ".join(note.message for note in merged.notes)
    assert taken > 5
