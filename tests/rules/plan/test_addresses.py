"""The addresses of a plan: what is taken, and in which words the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest

from rules.plan.schema import check_value

UNUSED = "write an unused address of the load balancers' network"


def refusal(table: str, key: str, value: Any) -> str:
    with pytest.raises(ValueError) as caught:
        check_value(table, key, value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("192.168.2.140", "'192.168.2.140' has no prefix length; write '192.168.2.140/24'"),
        ("fd00::140", "'fd00::140' has no prefix length; write 'fd00::140/64'"),
        ("10.0.0.9/33", "'10.0.0.9/33' has no prefix length from 1 to 32 after the '/'; write '10.0.0.9/24'"),
        ("10.0.0.9/0", "'10.0.0.9/0' has no prefix length from 1 to 32 after the '/'; write '10.0.0.9/24'"),
        (
            "10.0.0.9/255.255.0.0",
            "'10.0.0.9/255.255.0.0' has no prefix length from 1 to 32 after the '/'; write '10.0.0.9/16'",
        ),
        ("fd00:2:::140/64", "'fd00:2:::140/64' has more than two colons in a row; write 'fd00:2::140/64'"),
        ("fd00:2::14::1/64", "'fd00:2::14::1/64' has '::' twice; write 'fd00:2::14:1/64'"),
        ("fd00:2::140:/64", "'fd00:2::140:/64' ends in a colon; write 'fd00:2::140/64'"),
        ("fd00:2:140/64", "'fd00:2:140/64' has no '::'; write 'fd00:2::140/64'"),
        ("fd00:2::x/64", "'fd00:2::x/64' is not an IP address, as in 'fd00:2::140/64'"),
        ("[fd00::1]:6443", "'[fd00::1]:6443' has a port; write 'fd00::1/64'"),
        (
            "fd00::9/ffff:ffff:ffff::",
            "'fd00::9/ffff:ffff:ffff::' has no prefix length from 1 to 128 after the '/'; write 'fd00::9/48'",
        ),
        (
            "10.0.0.9/0.0.0.255",
            "'10.0.0.9/0.0.0.255' has no prefix length from 1 to 32 after the '/'; write '10.0.0.9/24'",
        ),
        ("10.0.0.09/24", "'10.0.0.09/24' has a number with a leading zero; write '10.0.0.9/24'"),
        ("[fd00::1]/64", "'[fd00::1]/64' has brackets; write 'fd00::1/64'"),
        ("10.0.0.9:6443", "'10.0.0.9:6443' has a port; write '10.0.0.9/24'"),
        ("kube.example.com", "'kube.example.com' is not an IP address, as in '192.168.2.140/24'"),
        ("fe80::1%eth0/64", "'fe80::1%eth0/64' has a zone ('%'); write an address that is reached without one"),
        ("192.168.2.0/24", f"'192.168.2.0/24' is the address of the network itself; {UNUSED}"),
        ("fd00::/64", f"'fd00::/64' is the address of the network itself; {UNUSED}"),
        ("192.168.2.255/24", f"'192.168.2.255/24' is a broadcast address; {UNUSED}"),
        ("255.255.255.255/32", f"'255.255.255.255/32' is a broadcast address; {UNUSED}"),
        ("127.0.0.1/8", f"'127.0.0.1/8' is a loopback address, which no other machine reaches; {UNUSED}"),
        ("::1/128", f"'::1/128' is a loopback address, which no other machine reaches; {UNUSED}"),
        ("224.0.0.18/24", f"'224.0.0.18/24' is a multicast address; {UNUSED}"),
        ("0.0.0.0/24", f"'0.0.0.0/24' is the unspecified address; {UNUSED}"),
        ("169.254.1.1/16", f"'169.254.1.1/16' is a link-local address, which is not routed; {UNUSED}"),
        (
            "fe80::1/64",
            f"'fe80::1/64' is a link-local address, which is not routed; {UNUSED}, as in 'fd00:2::140/64'",
        ),
        ("", 'must not be empty; write an address such as "192.168.2.140/24"'),
        (["10.0.0.1/24"], 'must be a string, as in "192.168.2.140/24", not a list'),
    ],
)
def test_the_vip_is_an_address_that_clients_can_reach_with_its_prefix(value: Any, text: str) -> None:
    assert refusal("vip", "address", value) == text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("address", "192.168.2.141/24", "'192.168.2.141/24' has a prefix length; write '192.168.2.141'"),
        ("address", "10.0.0.1:6443", "'10.0.0.1:6443' has a port; write '10.0.0.1'"),
        ("address", "[fd00::1]", "'[fd00::1]' has brackets; write 'fd00::1'"),
        ("address", "010.0.0.1", "'010.0.0.1' has a number with a leading zero; write '10.0.0.1'"),
        ("address", "lb1", "'lb1' is not an IP address, as in '192.168.2.151'"),
        (
            "address",
            "0.0.0.0",
            "'0.0.0.0' can't be the address of one machine; write its own, as in '192.168.2.151'",
        ),
        (
            "address",
            "ff02::12",
            "'ff02::12' can't be the address of one machine; write its own, as in '192.168.2.151'",
        ),
        ("address6", "10.0.0.1", "'10.0.0.1' is IPv4; write the IPv6 address here, as in 'fd00:2::151'"),
        ("address", 4, 'must be a string, as in "192.168.2.151", not 4'),
        ("address6", "", 'must not be empty; write an address such as "fd00:2::151"'),
    ],
)
def test_a_machine_has_one_plain_address(key: str, value: Any, text: str) -> None:
    assert refusal("lb", key, value) == text
