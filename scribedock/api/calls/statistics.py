"""What was done for an account: `job/aggregate_statistics`, and ours, `account/budget`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from pydantic import AfterValidator, Field

from scribedock.accounts.accounts import ALL_ACCOUNTS
from scribedock.accounts.scopes import Right
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import BudgetState, SegmentOfTime, Statistics
from scribedock.api.schema.parameters import Moment, Parameters, Strings, Text, choice, invalid_option
from scribedock.budgets.budgets import Budgeted
from scribedock.clock import format_short_time
from scribedock.reports.periods import GroupBy, Period, periods
from scribedock.reports.statistics import Metric


def _metrics(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name.lower() not in set(Metric):
            raise invalid_option(f"{name[:100]!r} is none of {', '.join(Metric)}")
    return tuple(name.lower() for name in names)


class StatisticsParameters(Parameters):
    account_id: Text | None = Field(
        None, description="Descendant account, by name or id; *: yours and all descendants; absent: your own."
    )
    metrics: Annotated[Strings, AfterValidator(_metrics)] = Field(
        (), description="Metrics to compute; absent: all."
    )
    group_by: Annotated[GroupBy, choice(GroupBy)] | None = Field(
        None, description="One segment for each week (from Sunday) or month; absent: a single segment."
    )
    start_date: Moment | None = Field(None, description="Default: when the first job was returned.")
    end_date: Moment | None = Field(None, description="Default: now.")


@call(
    "job/aggregate_statistics",
    StatisticsParameters,
    needs=Right.READ,
    answer='{"data": [{"billable_minutes_total": 12, …, "start_date": "…", "end_date": "…"}, …], …}',
    changes=False,
)
def aggregate_statistics(context: Context, parameters: StatisticsParameters) -> Statistics:
    """Add up the minutes of returned jobs, each rounded up, by kind of work and by fidelity."""
    services = context.services
    if parameters.account_id == ALL_ACCOUNTS:
        owners = context.visible_accounts
    else:
        owners = frozenset({services.accounts.find_reachable(context.account, parameters.account_id).id})
    end = parameters.end_date or services.clock.now()
    start = parameters.start_date or min(services.statistics.first_return(owners) or end, end)
    parts = periods(start, end, parameters.group_by)
    wanted = [metric for metric in Metric if not parameters.metrics or metric in parameters.metrics]
    return {
        "data": [
            _segment(part, {metric.value: minutes[metric] for metric in wanted})
            for part, minutes in zip(parts, services.statistics.minutes(owners, parts), strict=True)
        ],
        "start_date": _given(parameters.start_date),
        "end_date": _given(parameters.end_date),
    }


def _segment(part: Period, minutes: dict[str, int]) -> SegmentOfTime:
    times = {"start_date": format_short_time(part.start), "end_date": format_short_time(part.end)}
    return cast(SegmentOfTime, {**minutes, **times})


def _given(moment: datetime | None) -> str | None:
    return None if moment is None else format_short_time(moment)


class BudgetParameters(Parameters):
    account_id: Text | None = Field(None, description="Descendant account, by name or id; absent: your own.")


@call(
    "account/budget",
    BudgetParameters,
    needs=Right.READ,
    answer='{"month": "2026-11", "minutes_used": 590, "minutes_budget": 600, "minutes_left": 10, …}',
    changes=False,
    is_vendors=False,
)
def show_budget(context: Context, parameters: BudgetParameters) -> BudgetState:
    """Show what the account, with all below it, has used in this month (UTC), and what is left to it.

    Without a budget, there are neither minutes_budget nor minutes_left; what is left may be less than the
    account's own budget leaves, where one of an account above it holds too.
    """
    services = context.services
    target = services.accounts.find_reachable(context.account, parameters.account_id)
    own, holding = services.budgets.of_account(target.id), services.budgets.above(target.id)
    found: dict[str, str | int] = {"month": own.month, "renewed": format_short_time(own.renewed)}
    for what in Budgeted:
        found[f"{what.value}_used"] = own.used[what]
        if what in own.limits:
            found[f"{what.value}_budget"] = own.limits[what]
        left = [each for budget in holding if (each := budget.left(what)) is not None]
        if left:
            found[f"{what.value}_left"] = min(left)
    return cast(BudgetState, found)
