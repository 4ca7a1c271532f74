"""Secrets of the files about a cluster: in every place where one belongs, in no output."""

from __future__ import annotations

import time

import pytest

from parsers.kubernetes import parse_kubernetes
from parsers.kubernetes.reader import LARGEST
from parsers.kubernetes.secrets import secrets_in

CANARY = "s3cr3t-canary"
PLACES = r"""
token: CANARY
token: "CANARY"
- token: CANARY
{"token":"CANARY","x":1}
agent-token: CANARY
certificateKey: CANARY
tlsBootstrapToken: CANARY
password: CANARY
ssh: {address: 192.0.2.1, password: CANARY, user: root}
secret: CANARY
secretboxEncryptionSecret: CANARY
aescbcEncryptionSecret: CANARY
ca: {crt: CANARY, key: CANARY}
    crt: CANARY
    key: CANARY
caKey.key: CANARY
ca.key: CANARY
client-key-data: CANARY
datastore-endpoint: mysql://user:CANARY@tcp(db:3306)/k3s
server: https://user:CANARY@kube.example.com:9345
kine: {dataSource: "postgres://user:CANARY@db"}
etcd-s3-secret-key: CANARY
etcd-s3-access-key: CANARY
kube-apiserver-arg: ["--some-token=CANARY"]
apiKey: CANARY
name: KEEPALIVED_PASSWORD\n  value: CANARY
key: |\n  line CANARY\n  and CANARY
key: >-\n\n  CANARY
-----BEGIN RSA PRIVATE KEY----- CANARY
token: CANARY]: : not YAML {
"""


def test_every_place_is_hidden() -> None:
    for line in PLACES.strip().splitlines():
        text = "a: 1\n" + line.replace("\\n", "\n").replace("CANARY", CANARY) + "\nz: 1\n"
        shown = list(text)
        for start, end in secrets_in(text):
            shown[start:end] = "*" * (end - start)
        assert CANARY not in "".join(shown), line
        assert "".join(shown).endswith("z: 1\n")


def test_tokens_and_certificates_are_known_by_their_shape() -> None:
    text = "# abcdef.0123456789abcdef\nx: " + "LS0tLS1CRUdJTiBD" * 4 + "\n"
    assert [text[start:end] for start, end in secrets_in(text)] == ["abcdef.0123456789abcdef", "LS0tLS1CRUdJTiBD" * 4]


def test_an_object_of_kind_secret_is_hidden_as_a_whole() -> None:
    text = "kind: Pod\nname: shown\n---\nkind: Secret\ndata:\n  a: Zm9v\n---\nkind: Pod\nname: shown\n"
    assert [text[start:end] for start, end in secrets_in(text)] == ["Secret", "Zm9v"]


@pytest.mark.parametrize("line", ["tls-san: [a]", "caFile: /a", "keyPath: ~/.ssh/id_rsa", "token-file: /a", "ttl: 24h"])
def test_what_is_no_secret_is_shown(line: str) -> None:
    assert secrets_in(line) == []


def test_hostile_texts_take_linear_time() -> None:
    parts = ("a: ", "-", "token:\n", "key: |\n a\n", "name: TOKEN\n", "://", "token: x ", "-----BEGIN", "A" * 39 + " ")
    began = time.perf_counter()
    for part in parts:
        secrets_in((part * LARGEST)[: LARGEST // 4])
    assert time.perf_counter() - began < 5


def test_the_document_has_them() -> None:
    [span] = parse_kubernetes("server: https://kube.example.com:9345\ntoken: abc\n").secrets
    assert (span.text, span.line) == ("abc", 2)
