"""A real editor: Debian's Neovim with the set-up of docs/editors.md, and a finding of another node fixed from here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.daemons import program
from tests.rules.editor.documented import documented

ROOT = Path(__file__).resolve().parents[3]
PAIR = ROOT / "tests/cases/demo-pair"
PATIENCE = 90  # seconds for one answer on a loaded machine


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("neovim")
    shutil.copytree(PAIR, folder / "pair")
    (folder / "init.lua").write_text(documented("Neovim", "lua"))
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": str(folder),
        "HALB_SESSION": str(folder / "session.json"),
        "HALB_PATIENCE": str(PATIENCE),
    }
    script = Path(__file__).with_name("neovim.lua")
    nvim = [str(program("nvim")), "--headless", "-n", "-i", "NONE", "-u", str(folder / "init.lua")]
    done = subprocess.run(
        [*nvim, "-S", str(script)],
        cwd=folder / "pair",
        env=environment,
        capture_output=True,
        text=True,
        timeout=6 * PATIENCE,
        check=False,
    )
    assert (folder / "session.json").exists(), done.stderr
    found: dict[str, Any] = json.loads((folder / "session.json").read_text())
    assert found.pop("error") == ""
    return found


@pytest.mark.slow
@pytest.mark.xdist_group("editor")
@pytest.mark.daemon("nvim")
def test_a_cross_node_finding_is_shown_and_fixed_from_the_other_nodes_file(session: dict[str, Any]) -> None:
    assert {d["code"] for d in session["other"]} == {"XN002", "XN005", "KA014"}
    assert {d["code"] for d in session["here"]} == {"XN002", "XN005"}
    assert {d["severity"] for d in session["here"]} == {4}  # hints: the files to change are the other node's
    assert session["fix"].startswith("Write 'virtual_router_id 61' (XN002), in ")
    assert "    virtual_router_id 61" in session["fixed"]
    assert "VIP 192.0.2.10" in session["hover"]
    (definition,) = session["definition"]
    assert definition["range"]["start"] == {"line": 5, "character": 12}
    assert definition["uri"].endswith("/lb1/keepalived.conf")
    line, other = session["renamed"]
    assert line > 0
    assert sum("check_api" in text for text in other) == 2
    assert session["formatted"] == "        check_api"
    assert session["symbols"] == ["global_defs", "check_api", "kube_api"]
