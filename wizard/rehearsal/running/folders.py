"""What lies below /etc of each load balancer: copies of its own files, and of the scripts that they name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.running.systems import found_in

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from rules.fleet import Node

HAPROXY, KEEPALIVED = "/etc/haproxy", "/etc/keepalived"
CONFIG = f"{KEEPALIVED}/keepalived.conf"
RUN = "/run/haproxy"
_PACKAGED = ((HAPROXY, "errors"), (KEEPALIVED, "keepalived.config-opts"))
_MOST_FILES, _LARGEST = 400, 4 * 1024 * 1024
_FOLDERS_ABOVE = 5


class Laid(NamedTuple):
    """`mounts`: what lies over which path of the system; `haproxy`: the files that haproxy is given, in order;
    `settings`: those of the network that the files below etc/sysctl.d set, by their path below /proc/sys.
    """

    mounts: Mapping[str, Path]
    haproxy: tuple[str, ...]
    settings: Mapping[str, str]


def lay_out(node: Node, folder: Path, root: Path) -> Laid:
    """Copy a load balancer's files to a folder; `root` has the system that its scripts run on.

    Raises RehearsalError when a script is neither among the files nor in `root`.
    """
    if node.keepalived is None:
        raise RehearsalError(f"{node.name}: there is no keepalived.conf among its files")
    main = Path(node.files.haproxy[0])
    etc = {HAPROXY: folder / "etc" / "haproxy", KEEPALIVED: folder / "etc" / "keepalived"}
    _copy_folder(main.parent, etc[HAPROXY])
    shutil.copyfile(main, etc[HAPROXY] / "haproxy.cfg")
    haproxy = [f"{HAPROXY}/haproxy.cfg"]
    for number, other in enumerate(node.files.haproxy[1:]):
        haproxy.append(_place_beside(Path(other), main.parent, etc[HAPROXY], number))
    conf = Path(node.files.keepalived[0])
    _copy_folder(conf.parent, etc[KEEPALIVED])
    shutil.copyfile(conf, etc[KEEPALIVED] / "keepalived.conf")
    (etc[KEEPALIVED] / "keepalived.conf").chmod(0o640)
    _add_packaged(etc, root)
    run = folder / "run"
    run.mkdir(mode=0o775)
    mounts = {**etc, RUN: run, **_scripts(node, conf, etc[KEEPALIVED], root)}
    return Laid(mounts, tuple(haproxy), _settings(conf))


def rename_process(config: KeepalivedConfig, folder: Path, process: str) -> bool:
    """Let the copy of keepalived.conf track a process of another name; gives whether it tracked haproxy at all."""
    copy = folder / "etc" / "keepalived" / "keepalived.conf"
    text = copy.read_text(encoding="utf-8", errors="surrogateescape")
    found = [tracked.process for tracked in config.processes if tracked.process is not None]
    spans = [one.span for one in found if PurePosixPath(one.raw).name.startswith("haproxy")]
    own = [span for span in spans if span.source.path == config.path]
    for span in sorted(own, key=lambda span: span.start, reverse=True):
        name = f"{RUN}/{process}" if text[span.start : span.end].strip("\"'").startswith("/") else process
        text = text[: span.start] + name + text[span.end :]
    copy.write_text(text, encoding="utf-8", errors="surrogateescape")
    return bool(own)


def _copy_folder(source: Path, target: Path) -> None:
    """Copy a folder's files; of one with very many, only those that lie in it directly."""
    target.mkdir(parents=True, mode=0o755)
    files = list(_below(source))
    if len(files) > _MOST_FILES:
        files = [path for path in files if path.parent == source][:_MOST_FILES]
    for path in files:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)


def _below(source: Path) -> Iterator[Path]:
    found = 0
    for parent, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if path.is_file() and path.stat().st_size <= _LARGEST and os.access(path, os.R_OK):
                yield path
                found += 1
        if found > _MOST_FILES:
            return


def _add_packaged(etc: Mapping[str, Path], root: Path) -> None:
    """Add what the daemons' packages put into /etc and the files may not hold: error pages, and what a keepalived from
    2.3 on reads of itself.
    """
    for inside, name in _PACKAGED:
        source, target = root / inside.lstrip("/") / name, etc[inside] / name
        if target.exists() or not source.exists():
            continue
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)


def _place_beside(path: Path, beside: Path, target: Path, number: int) -> str:
    """Where haproxy finds a further file of its configuration."""
    if path.is_relative_to(beside):
        return f"{HAPROXY}/{path.relative_to(beside)}"
    place = target / f"{number:02}-{path.name}"
    shutil.copyfile(path, place)
    return f"{HAPROXY}/{place.name}"


def _settings(conf: Path) -> dict[str, str]:
    """The `net.` lines of the files in etc/sysctl.d (sysctl.d(5)), which lies beside etc/keepalived."""
    found: dict[str, str] = {}
    for above in list(conf.absolute().parents)[:_FOLDERS_ABOVE]:
        folder = above / "etc" / "sysctl.d"
        if above == Path("/") or not folder.is_dir():
            continue
        for path in sorted(folder.glob("*.conf")):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                name, equals, value = line.partition("=")
                name = name.strip().lstrip("-").replace(".", "/")
                if equals and name.startswith("net/") and ".." not in name and not line.lstrip().startswith(("#", ";")):
                    found[name] = value.strip()
    return found


# -- scripts


def _scripts(node: Node, conf: Path, copied: Path, root: Path) -> dict[str, Path]:
    """The scripts that lie among the files and belong outside of /etc/keepalived: where each of them goes."""
    found: dict[str, Path] = {}
    missing = []
    for program, line in dict(_commands(node.keepalived)).items():
        if not program.startswith("/"):
            if found_in(root, program) is None:
                missing.append(_missing(node, program, line, f"install the package that has '{program}'"))
            continue
        inside = PurePosixPath(program)
        if inside.is_relative_to(KEEPALIVED) and (copied / inside.relative_to(KEEPALIVED)).exists():
            continue
        given = _among_the_files(inside, conf)
        if given is not None:
            found[program] = given
        elif not (root / program.lstrip("/")).exists():
            where = conf.parent / inside.name
            missing.append(_missing(node, program, line, f"put the script beside keepalived.conf, as {where}"))
    if missing:
        raise RehearsalError(*missing)
    return found


def _missing(node: Node, program: str, line: int, what_to_do: str) -> str:
    return (
        f"{node.files.keepalived[0]}:{line}: '{program}' is neither among the files of {node.name} nor on this "
        f"machine; {what_to_do}"
    )


def _commands(config: KeepalivedConfig | None) -> Iterator[tuple[str, int]]:
    """The programs of check scripts, each with its line."""
    for script in config.scripts if config is not None else ():
        if script.argv and script.script is not None:
            yield script.argv[0], script.script.span.line


def _among_the_files(program: PurePosixPath, conf: Path) -> Path | None:
    """A script among the files: at its own path below one of the folders above, or beside keepalived.conf."""
    for above in list(conf.absolute().parents)[:_FOLDERS_ABOVE]:
        place = above / str(program).lstrip("/")
        if above != Path("/") and place.is_file():
            return place
    beside = conf.absolute().parent / program.name
    return beside if beside.is_file() else None
