"""Which addresses a stranger's URL may lead to."""

from __future__ import annotations

import ipaddress

import pytest

from scribedock.media.fetching.addresses import Policy, literal_address


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "100::1",
    ],
)  # fmt: skip
def test_addresses_outside_the_public_internet_are_refused(address: str) -> None:
    assert not Policy([]).may_reach("host.example", ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::101:101"])
def test_public_addresses_may_be_reached(address: str) -> None:
    assert Policy([]).may_reach("host.example", ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
    ],
)
def test_old_spellings_of_an_address_are_understood(host: str, address: str) -> None:
    assert literal_address(host) == ipaddress.ip_address(address)


def test_a_network_that_is_allowed_may_be_reached_in_each_of_its_spellings() -> None:
    policy = Policy(["10.0.0.0/8"])
    assert policy.may_reach("host.example", ipaddress.ip_address("10.1.2.3"))
    assert policy.may_reach("host.example", ipaddress.ip_address("::ffff:10.1.2.3"))
    assert not policy.may_reach("host.example", ipaddress.ip_address("192.168.1.1"))


def test_a_host_that_is_allowed_may_be_reached_wherever_it_is() -> None:
    policy = Policy(["Media.Example"])
    assert policy.may_reach("media.example.", ipaddress.ip_address("10.1.2.3"))
    assert not policy.may_reach("other.example", ipaddress.ip_address("10.1.2.3"))


@pytest.mark.parametrize(
    "host", ["localhost", "a.localhost", "LOCALHOST.", "printer.local", "x.internal", "nas.lan", "127.1"]
)
def test_local_names_are_refused_without_asking(host: str) -> None:
    assert Policy([]).refuses_outright(host)


def test_loopback_can_be_allowed_by_its_network() -> None:
    policy = Policy(["127.0.0.0/8"])
    assert not policy.refuses_outright("localhost")
    assert not policy.refuses_outright("127.0.0.1")
    assert policy.refuses_outright("10.0.0.1")
