"""Settings of the kernel, the platform that the machine runs on, and SELinux: from /proc, /sys and /etc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from rules.live.machine.observed import NotKnownError, Selinux

SYSCTLS = ("net.ipv4.ip_nonlocal_bind", "net.ipv6.ip_nonlocal_bind")
_FOLDERS = ("etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d", "lib/sysctl.d")
_LONGEST = 1 << 16  # bytes of a file

# What the firmware calls itself (DMI), by platform; as cloud-init's ds-identify tells them apart.
_AZURE = "7783-7084-3265-9085-8269-3286-77"  # the chassis' asset tag of every Azure machine
_PLATFORMS: tuple[tuple[str, str, str], ...] = (
    ("chassis_asset_tag", _AZURE, "Azure"),
    ("chassis_asset_tag", "OracleCloud.com", "Oracle Cloud"),
    ("chassis_asset_tag", "OpenTelekomCloud", "OpenStack"),
    ("chassis_asset_tag", "OpenStack", "OpenStack"),
    ("sys_vendor", "Amazon EC2", "AWS"),
    ("bios_vendor", "Amazon EC2", "AWS"),
    ("product_name", "Google Compute Engine", "Google Cloud"),
    ("sys_vendor", "Google", "Google Cloud"),
    ("sys_vendor", "OpenStack", "OpenStack"),
    ("product_name", "OpenStack", "OpenStack"),
    ("sys_vendor", "Alibaba Cloud", "Alibaba Cloud"),
    ("sys_vendor", "DigitalOcean", "DigitalOcean"),
    ("sys_vendor", "Hetzner", "Hetzner Cloud"),
    ("sys_vendor", "VMware", "VMware"),
    ("product_name", "VMware", "VMware"),
    ("sys_vendor", "Microsoft Corporation", "Hyper-V"),
)


def _line(path: Path) -> str | None:
    with suppress(OSError), path.open("rb") as file:
        return file.read(_LONGEST).decode("utf-8", "replace").strip()
    return None


def sysctls(root: Path = Path("/")) -> Mapping[str, str]:
    """The settings' values now, by name; raises NotKnownError where none can be read."""
    found = {
        name: value for name in SYSCTLS if (value := _line(root / "proc/sys" / name.replace(".", "/"))) is not None
    }
    if not found:
        raise NotKnownError("/proc/sys/net can't be read")
    return found


def lasting_sysctls(root: Path = Path("/")) -> Mapping[str, str]:
    """What the files of sysctl.d(5) and /etc/sysctl.conf set at boot, by name."""
    files: dict[str, Path] = {}
    for folder in _FOLDERS:  # a file of an earlier folder replaces those of its name
        with suppress(OSError):
            for name in os.listdir(root / folder):
                if name.endswith(".conf"):
                    files.setdefault(name, root / folder / name)
    texts = [_line(path) or "" for _, path in sorted(files.items())]
    return read_sysctls((*texts, _line(root / "etc/sysctl.conf") or ""))


def read_sysctls(texts: Iterable[str]) -> Mapping[str, str]:
    """The settings in files of sysctl.d(5), of several the last."""
    found = {}
    for text in texts:
        for line in text.split("\n"):
            name, equals, value = line.partition("=")
            name = name.strip().removeprefix("-").replace("/", ".")
            if equals and not name.startswith(("#", ";")):
                found[name] = value.strip()
    return found


def platform(root: Path = Path("/")) -> str:
    """The cloud or hypervisor by name, "" for none that is known; raises NotKnownError where the firmware is not
    shown.
    """
    folder = root / "sys/class/dmi/id"
    words = {field: _line(folder / field) for field in sorted({field for field, _, _ in _PLATFORMS})}
    if all(word is None for word in words.values()):
        raise NotKnownError("/sys/class/dmi/id can't be read, so the platform is not known")
    return next((name for field, start, name in _PLATFORMS if (words[field] or "").startswith(start)), "")


def selinux(root: Path = Path("/")) -> Selinux:
    """Whether SELinux is enforced, and haproxy's boolean; without SELinux it is not. Raises NotKnownError if hidden."""
    folder = root / "sys/fs/selinux"
    if not (folder / "enforce").exists():
        return Selinux(False)
    enforce = _line(folder / "enforce")
    if enforce is None:
        raise NotKnownError("/sys/fs/selinux/enforce can't be read")
    boolean = _line(folder / "booleans/haproxy_connect_any")  # "1 1": now, and what was asked for
    return Selinux(enforce == "1", None if not boolean else boolean.startswith("1"))
