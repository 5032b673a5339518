from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scribedock.dispatch.fairness import Caps, WaitingWork, WorkUnderWay, choose_work, urgency_level

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
IDLE = WorkUnderWay(here=0, branches={}, hosts={})
STANDARD, ECONOMY, CRITICAL = 3, 4, 0


def order(
    name: str,
    *,
    branch: str = "",
    rank: int = STANDARD,
    waited_h: float = 0,
    hours: float = 48,
    host: str = "",
) -> WaitingWork:
    asked = NOW - waited_h * HOUR
    return WaitingWork(
        id=name, branch_id=branch or name[0], host=host, rank=rank, asked=asked, due=asked + hours * HOUR
    )


def taken(
    *waiting: WaitingWork,
    slots: int = 100,
    load: WorkUnderWay = IDLE,
    served: dict[str, datetime] | None = None,
    caps: Caps | None = None,
) -> list[str]:
    chosen = choose_work(waiting, slots=slots, load=load, served=served or {}, caps=caps or Caps(), now=NOW)
    return [each.id for each in chosen]


def test_branches_take_turns_however_much_one_of_them_wants() -> None:
    flood = [order(f"a{number}", waited_h=1) for number in range(5)]
    assert taken(*flood, order("b1"), order("b2")) == ["a0", "b1", "a1", "b2", "a2", "a3", "a4"]


def test_the_branch_that_was_served_longest_ago_is_next() -> None:
    served = {"a": NOW - HOUR, "b": NOW - 2 * HOUR}
    assert taken(order("a1"), order("b1"), order("c1"), served=served) == ["c1", "b1", "a1"]


def test_the_more_urgent_order_goes_first_whoever_was_served_last() -> None:
    served = {"a": NOW}
    assert taken(order("b1"), order("a1", rank=CRITICAL, hours=12), served=served) == ["a1", "b1"]


def test_within_a_branch_what_is_due_first_goes_first() -> None:
    assert taken(order("a1", hours=47), order("a2", hours=46), order("a3", hours=48)) == ["a2", "a1", "a3"]


def test_an_order_rises_with_time_and_is_at_the_top_when_it_is_due() -> None:
    levels = [
        urgency_level(order("a1", rank=ECONOMY, hours=96, waited_h=waited), NOW)
        for waited in (0, 30, 60, 95, 96, 500)
    ]
    assert levels == [4, 3, 2, 1, 0, 0]


def test_no_stream_of_critical_orders_starves_an_order_that_is_due() -> None:
    flood = [order(f"a{number}", rank=CRITICAL, hours=12) for number in range(500)]
    assert "b1" in taken(*flood, order("b1", waited_h=48), slots=2)


def test_a_branch_with_nothing_running_does_not_wait_for_a_slot() -> None:
    full = WorkUnderWay(here=4, branches={"a": 4}, hosts={})
    waiting = [order("a1", rank=CRITICAL), order("b1"), order("b2"), order("c1")]
    assert taken(*waiting, slots=4, load=full) == ["b1", "c1"]


def test_such_branches_have_as_many_slots_as_the_others_at_most() -> None:
    full = WorkUnderWay(here=4, branches={"a": 4}, hosts={})
    assert len(taken(*[order(f"{name}1") for name in "bcdefghij"], slots=4, load=full)) == 4
    over = WorkUnderWay(here=8, branches={"a": 8}, hosts={})
    assert taken(order("b1"), slots=4, load=over) == []


def test_caps_delay_a_branch_and_nobody_else() -> None:
    load = WorkUnderWay(here=1, branches={"a": 1}, hosts={})
    waiting = [order("a1"), order("a2"), order("b1")]
    assert taken(*waiting, load=load, caps=Caps(branch=2)) == ["a1", "b1"] or taken(
        *waiting, load=load, caps=Caps(branch=2)
    ) == ["b1", "a1"]


def test_caps_delay_what_goes_to_a_busy_host_and_nothing_behind_it() -> None:
    load = WorkUnderWay(here=1, branches={"a": 1}, hosts={"slow": 1})
    waiting = [
        order("a1", host="slow"),
        order("a2", host="slow", hours=49),
        order("a3", host="quick", hours=50),
    ]
    assert taken(*waiting, load=load, caps=Caps(host=2)) == ["a1", "a3"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 4), st.sampled_from(["", "x", "y"])), max_size=30
    ),
    st.integers(1, 5),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_no_cap_is_exceeded_and_no_slot_is_left_idle_without_one(
    wanted: list[tuple[str, int, str]], slots: int, branch_cap: int, host_cap: int
) -> None:
    waiting = [
        order(f"{branch}{number}", rank=rank, host=host) for number, (branch, rank, host) in enumerate(wanted)
    ]
    chosen = choose_work(
        waiting, slots=slots, load=IDLE, served={}, caps=Caps(branch=branch_cap, host=host_cap), now=NOW
    )
    of_branch = [sum(each.branch_id == name for each in chosen) for name in "abcd"]
    of_host = [sum(each.host == name for each in chosen) for name in "xy"]
    assert len(chosen) <= 2 * slots
    assert not branch_cap or max(of_branch) <= branch_cap
    assert not host_cap or max(of_host) <= host_cap
    if not branch_cap and not host_cap:
        assert len(chosen) >= min(slots, len(waiting))
