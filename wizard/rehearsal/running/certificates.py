"""A certificate for the API servers of a rehearsal, thrown away with it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from wizard.rehearsal.errors import RehearsalError

_IN_CLUSTER = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost")


def issue(folder: Path, names: Iterable[str], addresses: Iterable[object]) -> tuple[Path, Path]:
    """Make `api.crt` and `api.key` (PEM) with openssl, for these names and addresses; gives both paths.

    It is signed by itself, so that it is the authority that clients verify it with as well.
    """
    certificate, key = folder / "api.crt", folder / "api.key"
    alternatives = [f"DNS:{name}" for name in dict.fromkeys([*names, *_IN_CLUSTER]) if name]
    alternatives += [f"IP:{address}" for address in dict.fromkeys(map(str, addresses))]
    command = [
        *(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ),
        *("-keyout", str(key), "-out", str(certificate), "-subj", "/CN=kube-apiserver"),
        *("-addext", f"subjectAltName={','.join(alternatives)}"),
    ]
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise RehearsalError(f"openssl makes no certificate: {done.stderr.strip().splitlines()[-1:]}")
    return certificate, key
