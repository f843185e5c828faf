"""When a runner looks for work: told as times and events, without a server and without waiting."""

from __future__ import annotations

from pbdb.runner.appetite import (
    BUSY_SECONDS,
    CALM_SECONDS,
    CHORE_SECONDS,
    HERD_SECONDS,
    STORM_HINTS,
    STORM_LOOK,
    STORM_SECONDS,
    SWEEP_SECONDS,
    Appetite,
    Next,
)


def longest(low: float, high: float) -> float:
    return high


def hungry() -> Appetite:
    """A runner that has just started, at second 100, and asks for the first time."""
    one = Appetite(1.0, 100, longest)
    one.asks()
    return one


def idle(now: float = 100) -> Appetite:
    """A runner that found nothing, told the database so, and found nothing again."""
    one = hungry()
    assert one.concludes(0, is_full=False, now=now) == Next(tell_idle=True)
    one.told(True)
    one.asks()
    assert one.concludes(0, is_full=False, now=now) == Next()
    return one


def stormy(now: float) -> Appetite:
    """A runner that has found something, and has heard a storm of hints since."""
    one = idle(now)
    one.concludes(1, is_full=False, now=now)
    for _ in range(STORM_HINTS):
        one.hint(now)
    one.follow()
    one.asks()
    return one


def test_a_new_runner_looks_at_once() -> None:
    assert Appetite(1.0, 100).is_wanted


def test_a_claim_under_way_is_enough_until_somebody_wants_another() -> None:
    one = hungry()
    assert not one.is_wanted

    one.want()
    assert one.is_wanted


def test_who_found_nothing_says_so_and_looks_once_more() -> None:
    """What became ready before the database knew has notified nobody."""
    one = hungry()

    assert one.concludes(0, is_full=False, now=100) == Next(tell_idle=True)
    assert not one.is_wanted
    one.told(True)
    assert one.is_wanted


def test_who_is_known_to_be_idle_waits_to_be_told() -> None:
    one = idle()

    assert not one.is_wanted


def test_who_finds_less_than_it_asked_for_is_idle_too() -> None:
    one = hungry()

    assert one.concludes(3, is_full=False, now=100) == Next(tell_idle=True)


def test_a_full_claim_is_followed_by_another() -> None:
    one = hungry()

    assert one.concludes(8, is_full=True, now=100) == Next()
    assert (one.is_wanted, one.is_saturated) == (True, True)
    one.asks()
    one.concludes(7, is_full=False, now=100.1)
    assert not one.is_saturated


def test_who_is_saturated_for_long_wants_no_notifications() -> None:
    one = idle(100)

    assert one.concludes(8, is_full=True, now=101) == Next()
    assert one.concludes(8, is_full=True, now=101 + BUSY_SECONDS) == Next()
    assert one.concludes(8, is_full=True, now=101.1 + BUSY_SECONDS) == Next(tell_idle=False)
    one.told(False)
    assert one.concludes(8, is_full=True, now=102) == Next()


def test_nobody_tells_the_database_twice_at_a_time() -> None:
    one = hungry()
    assert one.concludes(0, is_full=False, now=100).tell_idle is True

    assert one.concludes(0, is_full=False, now=100) == Next()
    assert not one.is_wanted, "the other pump will look when it has told"


def test_who_is_just_telling_that_it_is_busy_goes_on_looking() -> None:
    """Else it would wait for notifications that nobody sends it."""
    one = idle(100)
    one.concludes(8, is_full=True, now=101)
    assert one.concludes(8, is_full=True, now=102).tell_idle is False
    one.asks()

    assert one.concludes(0, is_full=False, now=102) == Next()
    assert one.is_wanted
    one.told(False)
    one.asks()
    assert one.concludes(0, is_full=False, now=102) == Next(tell_idle=True)


def test_what_could_not_be_told_is_told_later() -> None:
    one = hungry()
    one.concludes(0, is_full=False, now=100)
    one.not_told()

    assert one.concludes(0, is_full=False, now=101) == Next(tell_idle=True)


def test_after_a_lost_connection_everything_is_asked_and_told_anew() -> None:
    one = idle()
    one.forget()

    assert one.is_wanted
    assert one.concludes(0, is_full=False, now=101) == Next(tell_idle=True)


def test_what_was_being_told_when_the_runner_registered_anew_counts_for_nothing() -> None:
    """Registering makes it busy in the database, whichever of the two answers comes first."""
    one = hungry()
    assert one.concludes(0, is_full=False, now=100).tell_idle is True
    one.forget()
    one.told(True)

    assert one.is_wanted
    assert one.concludes(0, is_full=False, now=101).tell_idle is True
    one.told(True)
    assert one.concludes(0, is_full=False, now=102).tell_idle is None


def test_the_first_hint_is_followed_at_once() -> None:
    one = idle()

    assert one.hint(101) == 0
    assert not one.is_wanted
    one.follow()
    assert one.is_wanted


def test_hints_that_lead_nowhere_are_followed_later_and_later() -> None:
    """Every idle runner hears of a step, and one gets it: the others spread out."""
    one = idle()
    delays = []
    for second in range(101, 110):
        delay = one.hint(second)
        assert delay is not None
        delays.append(delay)
        one.follow()

    assert delays[0] == 0
    assert delays == sorted(delays)
    assert delays[1] == HERD_SECONDS / 16
    assert delays[-1] == HERD_SECONDS


def test_a_hint_that_led_to_steps_makes_the_next_one_quick() -> None:
    one = idle()
    one.hint(101)
    one.follow()
    one.starts()

    assert one.hint(102) == 0


def test_hints_while_one_waits_are_one_hint() -> None:
    one = idle()
    assert one.hint(101) is not None

    assert [one.hint(101), one.hint(101)] == [None, None]
    one.follow()
    assert one.hint(101) is not None


def test_in_a_storm_of_hints_the_runner_looks_by_itself() -> None:
    """Commits that notify wait for each other, so nobody is to notify a runner that is awake."""
    one = stormy(101)

    first = one.concludes(0, is_full=False, now=101)
    assert first == Next(tell_idle=False, look_in=2 * STORM_LOOK[0])
    one.told(False)
    assert one.concludes(0, is_full=False, now=101) == Next(), "it will look again anyway"
    one.look_again()
    assert one.is_wanted


def test_in_a_storm_looks_become_rarer_until_something_is_found() -> None:
    one = stormy(101)
    looks = []
    for number in range(6):
        looks.append(one.concludes(0, is_full=False, now=101 + number / 100).look_in)
        one.told(False)
        one.look_again()

    assert looks == [0.02, 0.04, 0.08, 0.16, 0.16, 0.16]
    assert one.concludes(1, is_full=False, now=101.1).look_in == STORM_LOOK[0]


def test_few_hints_or_slow_ones_are_no_storm() -> None:
    one = idle(100)
    for number in range(10 * STORM_HINTS):
        one.hint(101 + number * STORM_SECONDS / (STORM_HINTS - 2))
        one.follow()

    assert one.concludes(0, is_full=False, now=200) == Next()


def test_a_storm_is_over_when_nothing_was_found_for_long() -> None:
    one = stormy(101)
    one.concludes(1, is_full=False, now=101.5)
    one.told(False)
    one.look_again()

    assert one.concludes(0, is_full=False, now=101.5 + CALM_SECONDS).look_in is not None
    one.look_again()
    assert one.concludes(0, is_full=False, now=101.6 + CALM_SECONDS) == Next(tell_idle=True)


def test_nobody_told_us_anything_for_a_poll_so_we_look() -> None:
    one = idle(100)

    one.polls(100.9, is_full=False)
    assert not one.is_wanted
    one.polls(101, is_full=False)
    assert one.is_wanted


def test_polls_of_runners_that_started_together_drift_apart() -> None:
    assert Appetite(1.0, 0, lambda low, high: low).next_poll() == 1.4
    assert Appetite(2.0, 0, longest).next_poll() == 4
    assert Appetite(1.0, 0, longest).next_chore() == 1.7


def test_a_runner_sweeps_by_and_by_and_at_once_when_it_is_full_and_quiet() -> None:
    """Claims settle what is overdue, but a full runner makes none."""
    one = idle(100)

    assert not one.polls(101, is_full=False)
    assert one.polls(101, is_full=True)
    assert not one.polls(101.5, is_full=False)
    assert not one.polls(100.9 + SWEEP_SECONDS, is_full=False)
    assert one.polls(101 + SWEEP_SECONDS, is_full=False)


def test_a_runner_that_is_never_quiet_sweeps_all_the_same() -> None:
    one = hungry()
    swept = 0
    for tenth in range(200):
        now = 100 + tenth / 10
        one.concludes(8, is_full=True, now=now)
        swept += one.polls(now, is_full=True)

    assert swept == 3


def test_chores_are_done_when_idle_and_some_day_when_not() -> None:
    one = hungry()
    assert one.has_time(100), "nothing was ever claimed"
    one.concludes(8, is_full=True, now=101)

    assert not one.has_time(101.4)
    assert one.has_time(101.5)
    for tenth in range(1, 10 * int(CHORE_SECONDS)):
        one.concludes(8, is_full=True, now=101.5 + tenth / 10)
        assert not one.has_time(101.5 + tenth / 10)
    one.concludes(8, is_full=True, now=101.5 + CHORE_SECONDS)
    assert one.has_time(101.5 + CHORE_SECONDS)
