"""Whom a request comes from, behind proxies that are trusted and others."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from scribedock.accounts.client_address import ClientAddress
from scribedock.api.transport.client_addresses import ClientAddresses

TRUSTED = ("10.0.0.0/8", "2001:db8:1::/48")


def found(peer: str, *headers: tuple[str, str]) -> tuple[ClientAddress, list[str]]:
    """The client of a request with these headers, and the peers that were reported."""
    reported: list[str] = []
    request = Request(
        {
            "type": "http",
            "client": (peer, 1) if peer else None,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }
    )
    return ClientAddresses(TRUSTED, untrusted=reported.append).client_of(request), reported


def test_a_peer_that_names_nobody_is_the_client() -> None:
    assert found("192.0.2.1") == (ClientAddress(address="192.0.2.1"), [])


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("203.0.113.1, 192.0.2.9", "192.0.2.9"),  # what stands left of it was made up by the client
        ("192.0.2.9, 10.1.1.1, 10.2.2.2", "192.0.2.9"),  # a chain of trusted proxies
        ("10.9.9.9, 10.1.1.1", "10.9.9.9"),  # a client in the trusted network
        ("192.0.2.9:4711", "192.0.2.9"),
        ("[2001:db8:2::9]:4711", "2001:db8:2::9"),
        ("2001:db8:2::9, 2001:db8:1::1", "2001:db8:2::9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("192.0.2.9 , ,", "192.0.2.9"),
    ],
)
def test_the_right_most_address_that_is_not_trusted_is_the_client(chain: str, client: str) -> None:
    assert found("10.0.0.1", ("X-Forwarded-For", chain)) == (ClientAddress(address=client), [])
    assert found("::ffff:10.0.0.1", ("X-Forwarded-For", chain)) == (ClientAddress(address=client), [])


def test_a_header_that_comes_twice_is_one_chain() -> None:
    given = ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-For", "192.0.2.9")
    assert found("10.0.0.1", *given)[0].address == "192.0.2.9"


@pytest.mark.parametrize(
    ("header", "client"),
    [
        ("for=192.0.2.9;proto=https;by=10.0.0.1", "192.0.2.9"),
        ('for=203.0.113.1, For="[2001:db8:2::9]:4711"', "2001:db8:2::9"),
        ("for=192.0.2.9, for=10.1.1.1", "192.0.2.9"),
    ],
)
def test_the_standard_header_counts_where_the_other_is_absent(header: str, client: str) -> None:
    assert found("10.0.0.1", ("Forwarded", header))[0] == ClientAddress(address=client)


@pytest.mark.parametrize("chain", [None, "", "unknown", "192.0.2.9, unknown", "_hidden", "not an address"])
def test_a_trusted_proxy_that_hides_its_client_is_no_evidence(chain: str | None) -> None:
    headers = () if chain is None else (("X-Forwarded-For", chain),)
    client, reported = found("10.0.0.1", *headers)
    assert (client.address, client.is_evidence) == ("10.0.0.1", False)
    assert reported == []


@pytest.mark.parametrize("header", [("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "for=198.51.100.7")])
def test_a_peer_that_names_another_and_is_not_trusted_is_no_evidence_and_is_told(
    header: tuple[str, str],
) -> None:
    client, reported = found("192.0.2.1", header)
    assert client == ClientAddress(address="192.0.2.1", is_evidence=False, claimed="198.51.100.7")
    assert reported == ["192.0.2.1"]


def test_a_peer_without_an_address_is_no_evidence() -> None:
    assert not found("")[0].is_evidence


def test_failures_of_ipv6_count_for_the_network_of_a_customer() -> None:
    assert (
        ClientAddress(address="2001:db8:2:3::1").network == ClientAddress(address="2001:db8:2:3:9::").network
    )
    assert ClientAddress(address="192.0.2.1").network == "192.0.2.1"
