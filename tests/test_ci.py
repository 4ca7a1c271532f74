"""What CI services and Ansible are given does there what it should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.command.usage import parser
from tests.daemons import program
from tests.programs import ROOT, environment, run
from tests.tools.release_check import declared_version

_DEMO = ROOT / "tests/cases/demo-pair"
_PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
_ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
_PLUGIN = ROOT / "docs/ci/mega-linter-plugin-halb/halb.megalinter-descriptor.yml"
_BUILDERS = [name for name in ("podman", "buildah", "docker") if shutil.which(name)]


def _step(name: str) -> dict[str, Any]:
    return next(step for step in _ACTION["runs"]["steps"] if step.get("name") == name)


def _snippet(name: str) -> Any:
    found = re.search(rf"<!-- {name} -->\n```yaml\n(.*?)```", _PAGE, re.DOTALL)
    assert found
    return yaml.safe_load(found[1])


def _act(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the step that lints, as GitHub does, with this checkout as what was installed."""
    command = folder / "temp/halb/bin/halb-lint"
    command.parent.mkdir(parents=True, exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rules "$@"\n')
    command.chmod(0o755)
    given = {name: str(about["default"]) for name, about in _ACTION["inputs"].items()} | inputs
    step = _step("Lint")
    env = {k: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: given[m[1]], v) for k, v in step["env"].items()}
    env |= {"RUNNER_TEMP": str(folder / "temp"), "GITHUB_ACTIONS": "true"}
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(shell, cwd=folder, env=environment() | env, capture_output=True, text=True, check=False)


def test_the_action_lints_all_nodes(tmp_path: Path) -> None:
    shutil.copytree(_DEMO, tmp_path / "lb")
    done = _act(tmp_path, paths="lb/lb1 lb/lb2", sarif="halb.sarif")
    assert done.returncode == 1, done.stderr
    assert re.search(r"^::error file=lb/lb2/keepalived.conf,line=16,.*XN002", done.stdout, re.MULTILINE)
    results = json.loads((tmp_path / "halb.sarif").read_text())["runs"][0]["results"]
    assert "XN002" in {result["ruleId"] for result in results}
    assert _act(tmp_path, args="--fail-on never --quiet").returncode == 0
    assert "no such file" in _act(tmp_path, paths="--fix").stderr  # a path is a path
    (tmp_path / "$(touch bad)").mkdir()
    _act(tmp_path, paths="$(touch bad) `touch bad` *", args="$(touch bad)")
    assert not (tmp_path / "bad").exists()


@pytest.mark.daemon("shellcheck")
@pytest.mark.parametrize("name", ["Install halb-lint", "Lint"])
def test_the_action_is_right_in_shellcheck(name: str) -> None:
    done = subprocess.run(
        [program("shellcheck"), "-s", "bash", "-"],
        input=_step(name)["run"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""


def test_the_problem_matcher_finds_each_line() -> None:
    matcher = json.loads((ROOT / "docs/ci/problem-matcher.json").read_text(encoding="utf-8"))["problemMatcher"][0]
    (pattern,) = matcher["pattern"]
    lines = run("--format", "concise", "--no-config", str(_DEMO)).stdout.splitlines()
    findings = json.loads(run("--format", "json", "--no-config", str(_DEMO)).stdout)["findings"]
    assert len(lines) == len(findings) > 3
    for line, finding in zip(lines, findings, strict=True):
        match = re.search(pattern["regexp"], line)
        assert match
        found = [match[pattern[group]] for group in ("file", "line", "column", "code")]
        assert found == [finding["file"], str(finding["line"]), str(finding["column"]), finding["code"]]
        assert match[pattern["message"]] == f"{finding['name']} {finding['message']}"


def test_the_gitlab_job_writes_its_reports(tmp_path: Path) -> None:
    job = _snippet("gitlab")["halb-lint"]
    for node in ("lb1", "lb2"):
        shutil.copytree(_DEMO / node, tmp_path / node)
    (script,) = job["script"]
    command, *arguments = script.split()
    assert command == "halb-lint"
    assert run(*arguments, cwd=tmp_path).status == 1
    for report in job["artifacts"]["reports"].values():
        assert (tmp_path / report).stat().st_size > 100


@pytest.mark.parametrize("task", _snippet("ansible"), ids=lambda task: str(task["name"]))
def test_ansible_validates_a_temporary_file_without_a_suffix(task: dict[str, Any], tmp_path: Path) -> None:
    name = Path(task["ansible.builtin.template"]["dest"]).name
    temporary = tmp_path / "ansible-tmp-1700000000.1-42-99" / ".source"
    temporary.parent.mkdir()
    shutil.copy(_DEMO / "lb1" / name, temporary)
    command, *arguments = task["ansible.builtin.template"]["validate"].replace("%s", str(temporary)).split()
    assert command == "halb-lint"
    done = run(*arguments, cwd=tmp_path)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    temporary.write_text(temporary.read_text().replace("mode tcp", "mode tpc").replace("priority", "prioritty"))
    done = run(*arguments, cwd=tmp_path)
    assert done.status == 1
    assert "tpc" in done.stdout or "prioritty" in done.stdout


def test_megalinter_calls_it_as_it_wants_to_be_called(tmp_path: Path) -> None:
    descriptor = yaml.safe_load(_PLUGIN.read_text(encoding="utf-8"))
    (linter,) = descriptor["linters"]
    options = {name for action in parser()._actions for name in action.option_strings}
    names = ("cli_help_arg_name", "cli_version_arg_name", "cli_lint_fix_arg_name", "cli_config_arg_name")
    assert {linter[name] for name in names} <= options
    assert f"halb-wizard[kubernetes]=={declared_version()}'" in linter["install"]["dockerfile"][0]
    sarif = [word.replace("{{SARIF_OUTPUT_FILE}}", str(tmp_path / "out.sarif")) for word in linter["cli_sarif_args"]]
    done = run(*linter["cli_lint_extra_args"], *sarif, cwd=_DEMO)
    assert done.status == 1
    assert len(re.findall(linter["cli_lint_errors_regex"], done.stdout)) == len(done.stdout.splitlines()) > 3
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    matches = [
        bool([p for p in descriptor["file_names_regex"] if re.fullmatch(p, name)])
        for name in ("haproxy.cfg", "lb1.conf", "halb.toml", "kubeadm-config.yaml", "notes.md")
    ]
    assert matches == [True, True, True, True, False]


def test_the_container_is_made_of_files_that_git_has() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    copied = [words.split()[:-1] for words in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE)]
    names = [name for words in copied for name in words]
    tracked = subprocess.run(["git", "ls-files", *names], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {path.split("/")[0] for path in tracked.splitlines()} == set(names)
    assert {"parsers", "rules", "wizard", "pyproject.toml"} <= set(names)
    assert 'ENTRYPOINT ["halb-lint"]' in text


@pytest.mark.slow
def test_the_container_lints(tmp_path: Path) -> None:
    usable = [
        name for name in _BUILDERS if subprocess.run([name, "info"], capture_output=True, check=False).returncode == 0
    ]
    if not usable or usable[0] == "buildah":
        pytest.skip("no program here can build and run a container")
    build = [usable[0], "build", "--quiet", "--file", "Containerfile", "."]
    built = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    if built.returncode != 0 and re.search("pull|resolve|index", built.stderr):
        pytest.skip("no registry in reach, for the image of Python")
    assert built.returncode == 0, built.stderr
    image = built.stdout.split()[-1]
    command = [usable[0], "run", "--rm", "--network", "none", "--volume", f"{_DEMO}:/work:ro", image]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "XN002" in done.stdout


def test_the_page_names_this_version() -> None:
    assert set(re.findall(r"[@/]v(\d+\.\d+\.\d+)", _PAGE)) == {declared_version()}
