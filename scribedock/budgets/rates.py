"""How often an account may order, and how often an address may log in; off unless the settings say so.

A server counts for itself and in memory: with two servers, twice as much gets through. What bounds the cost
of customers durably are budgets.
"""

from __future__ import annotations

import math
import time
from enum import StrEnum

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from scribedock import metrics
from scribedock.accounts.client_address import ClientAddress
from scribedock.errors import InvalidQuery
from scribedock.settings import Settings


class RateKind(StrEnum):
    """What is counted; a call that has none is never refused for its rate."""

    ORDERS = "orders"  # by branch: an account could make any number of accounts below itself
    LOGINS = "logins"  # by address


class RequestRates:
    def __init__(self, settings: Settings) -> None:
        given = {RateKind.ORDERS: settings.rate_orders, RateKind.LOGINS: settings.rate_logins}
        self._rates = {kind: parse(text) for kind, text in given.items() if text}
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count_order(self, branch_id: str) -> None:
        """Count an order of a branch. Raises InvalidQuery (429) beyond its rate."""
        self._count(RateKind.ORDERS, "your account", branch_id)

    def count_login(self, client: ClientAddress) -> None:
        """Count a login, right or wrong. Raises InvalidQuery (429) beyond the rate of its address.

        An address that a proxy stands for is no evidence, and is not counted.
        """
        if client.is_evidence and client.address:
            self._count(RateKind.LOGINS, "your address", client.network)

    def _count(self, kind: RateKind, whose: str, key: str) -> None:
        rate = self._rates.get(kind)
        if rate is None or self._limiter.hit(rate, kind.value, key):
            return
        wait_s = self._wait_s(rate, kind, key)
        metrics.RATE_REFUSALS.labels(kind.value).inc()
        raise InvalidQuery(
            f"Too many {kind.value} from {whose}: {rate.amount} are accepted in {_period(rate)}; "
            f"try again in {wait_s} seconds",
            status=429,
            headers={"Retry-After": str(wait_s)},
        )

    def _wait_s(self, rate: RateLimitItem, kind: RateKind, key: str) -> int:
        until = self._limiter.get_window_stats(rate, kind.value, key).reset_time
        return max(1, math.ceil(until - time.time()))


def _period(rate: RateLimitItem) -> str:
    seconds = rate.get_expiry()
    return f"{seconds:,} {'second' if seconds == 1 else 'seconds'}"
