"""Which interfaces systemd-networkd manages, and whether it keeps addresses that are not its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from rules.live.machine.observed import Managed, Nic

_LONGEST = 1 << 16  # bytes of a file
_MANAGED = ("configured", "configuring", "pending", "initialized")


def managed(nics: Iterable[Nic], root: Path = Path("/")) -> tuple[Managed, ...]:
    """The interfaces that systemd-networkd manages; none where it does not run."""
    return tuple(_managed(nics, root))


def _managed(nics: Iterable[Nic], root: Path) -> Iterator[Managed]:
    for nic in nics:
        # A file per interface with what networkd knows of it, in the words of sd-network; for all to read.
        state = _pairs(_text(root / f"run/systemd/netif/links/{nic.number}"))
        file = state.get("NETWORK_FILE", "")
        if state.get("ADMIN_STATE") not in _MANAGED or not file.startswith("/"):
            continue
        texts = [_text(root / path.lstrip("/")) for path in (file, *_drop_ins(state, file, root))]
        yield Managed(nic.name, file, keep_configuration(texts))


def _drop_ins(state: dict[str, str], file: str, root: Path) -> list[str]:
    """The files that add to it: networkd names them since release 251, else they are where systemd.network(5) says."""
    if "NETWORK_FILE_DROPINS" in state:
        return [path for path in state["NETWORK_FILE_DROPINS"].strip('"').split(":") if path]
    name = file.rpartition("/")[2]
    found: dict[str, str] = {}
    for folder in ("etc", "run", "usr/local/lib", "usr/lib"):
        with suppress(OSError):
            for path in (root / folder / "systemd/network" / f"{name}.d").iterdir():
                if path.name.endswith(".conf"):
                    found.setdefault(path.name, "/" + str(path.relative_to(root)))
    return [path for _, path in sorted(found.items())]


def _text(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        return file.read(_LONGEST).decode("utf-8", "replace")
    return ""


def _pairs(text: str) -> dict[str, str]:
    return dict(line.partition("=")[::2] for line in text.split("\n") if "=" in line and not line.startswith("#"))


def keep_configuration(texts: Iterable[str]) -> str:
    """KeepConfiguration of the section [Network] in a .network file and what adds to it: the last one, "" for none."""
    keep = ""
    for text in texts:
        section = ""
        for line in map(str.strip, text.split("\n")):
            if line.startswith("["):
                section = line
            elif section == "[Network]" and not line.startswith(("#", ";")):
                key, equals, value = line.partition("=")
                if equals and key.strip() == "KeepConfiguration":
                    keep = value.strip().lower()
    return keep
