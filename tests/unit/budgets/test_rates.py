"""Rates of requests: who is counted together, and what a refusal says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx2
import pytest

from scribedock.accounts.api_keys import NewKey
from scribedock.accounts.client_address import ClientAddress
from scribedock.api import application
from scribedock.api.registry import CALLS, Backend
from scribedock.budgets.rates import RateKind, RequestRates
from scribedock.errors import InvalidQuery
from scribedock.ordering.capabilities import Capabilities
from scribedock.settings import Settings
from tests.support.core import Core

assert application.CALL_MODULES, "they have registered their calls"
ENGLISH = Capabilities(languages=frozenset({"en"}), detects_language=False, translates=frozenset())
ADDRESS = ClientAddress(address="192.0.2.1")


def rates(**settings: str) -> RequestRates:
    return RequestRates(Settings(**settings))  # type: ignore[arg-type]


def test_orders_beyond_the_rate_are_refused_for_their_branch_alone() -> None:
    counted = rates(rate_orders="3/hour")
    for _ in range(3):
        counted.count_order("a branch")
    with pytest.raises(InvalidQuery, match="3 are accepted in 3,600 seconds") as refused:
        counted.count_order("a branch")
    assert refused.value.status == 429
    assert 3590 <= int(refused.value.headers["Retry-After"]) <= 3600
    counted.count_order("another branch")


def test_logins_are_counted_by_address_and_ipv6_by_network() -> None:
    counted = rates(rate_logins="2/5 minutes")
    for end in (1, 2):
        counted.count_login(ClientAddress(address=f"2001:db8::{end}"))
    with pytest.raises(InvalidQuery, match="from your address"):
        counted.count_login(ClientAddress(address="2001:db8::3"))
    counted.count_login(ClientAddress(address="2001:db8:0:1::1"))
    counted.count_login(ADDRESS)


def test_an_address_that_is_no_evidence_is_not_counted() -> None:
    counted = rates(rate_logins="1/hour")
    for _ in range(3):
        counted.count_login(ClientAddress(address="192.0.2.1", is_evidence=False))


def test_without_settings_nothing_is_refused() -> None:
    counted = rates()
    for _ in range(1000):
        counted.count_order("a branch")
        counted.count_login(ADDRESS)


def test_only_orders_and_logins_are_counted() -> None:
    counted = {path: registered.rate for path, registered in CALLS.items() if registered.rate is not None}
    assert counted == {
        "account/login": RateKind.LOGINS,
        "job/perform_transcription": RateKind.ORDERS,
        "job/translate": RateKind.ORDERS,
        "job/uplevel": RateKind.ORDERS,
    }


@pytest.mark.parametrize(
    "rate", ["60", "0/minute", "1/fortnight", "6/minute;1/second", "-1/hour", "1/0 hours"]
)
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="60/minute"):
        rates(rate_orders=rate)


@pytest.mark.parametrize("rate", ["60/minute", "1 / 5 seconds", "10/2hours", "5/day"])
def test_rates_are_read(rate: str) -> None:
    rates(rate_orders=rate).count_order("a branch")


@contextmanager
def application_of(core: Core) -> Iterator[Callable[..., httpx2.Response]]:
    """Serve the calls in this process, without a worker; a call is a path and its parameters."""
    nothing = cast(Any, None)
    backend = Backend(
        services=core.services,
        engine=nothing,
        capabilities=Capabilities(
            languages=frozenset({"en"}), detects_language=False, translates=frozenset()
        ),
        renderings=nothing,
        parser=nothing,
        fetches=nothing,
        bodies=nothing,
        receiver=nothing,
    )
    served = application.build(backend)

    async def ask(path: str, given: dict[str, str]) -> httpx2.Response:
        transport = httpx2.ASGITransport(served, client=("192.0.2.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://a") as client:
            return await client.get(f"/api/{path}", params={"v": "1", **given})

    with asyncio.Runner() as runner:
        yield lambda path, **given: runner.run(ask(path, given))


def test_calls_beyond_the_rate_get_429_and_others_never(
    build_core: Callable[..., Core],
) -> None:
    core = build_core(rate_orders="2/hour", rate_logins="2/hour")
    key = core.services.api_keys.newest(core.admin, force_new=True, wanted=NewKey())
    job = core.job()
    with application_of(core) as call:
        answers = [call("account/login", username="admin", securekey=key) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert int(answers[2].headers["Retry-After"]) > 3000
        assert answers[2].json()["ErrorType"] == "INVALID_QUERY"
        given = {"api_token": answers[0].json()["ApiToken"], "job_id": job.id}
        ordered = [
            call("job/perform_transcription", transcription_fidelity="MECHANICAL", **given) for _ in range(3)
        ]
        assert [each.status_code for each in ordered] == [400, 400, 429]  # it has no recording
        assert "Too many orders" in ordered[2].json()["ErrorComment"]
        assert {call("job/info", **given).status_code for _ in range(20)} == {200}
