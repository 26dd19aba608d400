"""Who may do a job: one at a time, for as long as he is alive, and nobody saves on a lease that has passed to another."""

import datetime as dt
import time

import pytest

from pipeline.model import Entry
from pipeline.statements import Reading
from pipeline.store import leases, line
from pipeline.store.articles import add_version
from pipeline.store.database import Database, open_database
from pipeline.store.feeds import MAX_TRIES, add_entries
from pipeline.store.leases import Lease
from tests.builders import MONDAY, make_article

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> float:
    """Leases that end soon; gives their length in seconds."""
    monkeypatch.setattr("pipeline.store.leases.LEASE_SECONDS", 0.2)
    return 0.2


def take(database: Database, name: str, owner: str) -> Lease | None:
    with database.claiming() as connection:
        return leases.acquire(connection, name, owner)


def entry(number: int, *, feed: str = "hill", minutes: int = 0) -> Entry:
    moment = MONDAY + dt.timedelta(minutes=minutes)
    return Entry(feed=feed, url=f"https://example.org/{number}", title="A", publisher="P", published=moment)


def wait_in_line(database: Database, *new: Entry, at: dt.datetime = MONDAY) -> None:
    with database.writing() as connection:
        add_entries(connection, new, at)


def claim(database: Database, owner: str, limit: int = 10, now: dt.datetime = MONDAY) -> tuple[line.Claimed, ...]:
    with database.claiming() as connection:
        return line.claim_entries(connection, owner, now, limit)


def urls(claims: tuple[line.Claimed, ...]) -> list[str]:
    return [claimed.entry.url.rsplit("/", 1)[1] for claimed in claims]


def reading_of_nothing() -> Reading:
    return Reading(url="u", title="t", publisher="p", published=MONDAY, names=frozenset(), statements=())


def test_a_job_is_given_to_one_owner_at_a_time_and_each_has_a_higher_token(database: Database):
    first = take(database, "upkeep", "a")
    assert first is not None
    assert take(database, "upkeep", "b") is None
    assert take(database, "upkeep", "a") is None
    with database.claiming() as connection:
        leases.release(connection, first)
    second = take(database, "upkeep", "b")
    assert second is not None
    assert second.token == first.token + 1


def test_of_several_jobs_those_are_given_that_are_free_in_the_order_asked_for(database: Database):
    take(database, "b", "x")
    with database.claiming() as connection:
        assert [lease.name for lease in leases.acquire_free(connection, ["c", "b", "a", "d"], "y", 2)] == ["c", "a"]
        assert [lease.name for lease in leases.acquire_free(connection, ["c", "b", "a", "d"], "z")] == ["d"]


def test_the_job_of_one_who_died_is_taken_over_and_his_token_no_longer_saves(database: Database, short: float):
    dead = take(database, "upkeep", "dead")
    assert dead is not None
    time.sleep(short * 1.5)
    heir = take(database, "upkeep", "heir")
    assert heir is not None
    with database.writing() as connection:
        assert not leases.holds(connection, dead)
        assert not leases.renew(connection, dead)
        leases.release(connection, dead)
        assert leases.holds(connection, heir)


def test_a_lease_that_is_renewed_does_not_end(database: Database, short: float):
    lease = take(database, "upkeep", "slow")
    assert lease is not None
    for _ in range(4):
        time.sleep(short / 2)
        with database.claiming() as connection:
            assert leases.renew(connection, lease)
    assert take(database, "upkeep", "other") is None


def test_a_lease_from_before_the_clock_was_set_back_does_not_block_until_the_old_time_returns(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as future:
        future.setattr("pipeline.store.leases.clock", lambda _connection: dt.datetime.now(dt.UTC) + dt.timedelta(days=3))
        assert take(sqlite_database, "upkeep", "before") is not None
    assert take(sqlite_database, "upkeep", "after") is not None


def test_what_is_going_on_is_known_until_it_is_over_or_its_process_died(database: Database, short: float):
    with database.claiming() as connection:
        first, _ = leases.announce(connection, "polling", "a"), leases.announce(connection, "polling", "b")
    with database.reading() as connection:
        assert leases.is_going_on(connection, "polling")
        assert not leases.is_going_on(connection, "poll")
    with database.claiming() as connection:
        leases.forget(connection, first)
    with database.reading() as connection:
        assert leases.is_going_on(connection, "polling")
    time.sleep(short * 1.5)
    with database.reading() as connection:
        assert not leases.is_going_on(connection, "polling")


def test_entries_are_taken_in_the_order_of_the_line_by_one_owner_each(database: Database):
    wait_in_line(database, entry(3, minutes=5), entry(1, minutes=1), entry(2, minutes=1))
    wait_in_line(database, entry(4, minutes=-60), at=MONDAY + SECOND)
    assert urls(claim(database, "early")) == ["1", "2", "3"]
    assert urls(claim(database, "late", now=MONDAY + SECOND)) == ["4"]


def test_addresses_are_ordered_by_their_bytes_on_both_databases(database: Database):
    names = ["B", "a", "ä", "Z", "_", "-", "10", "9", "é"]
    wait_in_line(database, *(Entry(feed="hill", url=f"https://example.org/{name}", title="A", publisher="P", published=MONDAY) for name in names))
    assert urls(claim(database, "any")) == sorted(names, key=str.encode)


def test_two_who_take_entries_at_the_same_moment_get_different_ones_without_waiting(postgres_url: str):
    database = open_database(postgres_url)
    wait_in_line(database, *(entry(number) for number in range(6)))
    with database.claiming() as one, database.claiming() as other:
        first, second = line.claim_entries(one, "one", MONDAY, 3), line.claim_entries(other, "other", MONDAY, 10)
    assert urls(first) == ["0", "1", "2"]
    assert urls(second) == ["3", "4", "5"]
    database.close()


def test_entries_of_one_who_died_are_taken_over_and_he_can_no_longer_save(database: Database, short: float):
    wait_in_line(database, entry(1))
    (dead,) = claim(database, "dead")
    assert claim(database, "heir") == ()
    time.sleep(short * 1.5)
    (heir,) = claim(database, "heir")
    with database.writing() as connection:
        assert not line.still_held(connection, dead)
        assert line.still_held(connection, heir)
        line.leave_line(connection, heir.entry)
    with database.writing() as connection:
        assert not line.still_held(connection, heir)


def test_what_was_read_out_of_turn_waits_and_is_not_read_again(database: Database):
    wait_in_line(database, entry(1), entry(2))
    first, second = claim(database, "a")
    article = make_article(url=second.entry.url)
    with database.writing() as connection:
        line.lay_down(connection, second, article, reading_of_nothing())
        line.give_back(connection, (first,))
    assert urls(claim(database, "b")) == ["1"]
    with database.reading() as connection:
        assert line.head_of_line(connection, MONDAY) == first.entry
        assert line.reading_of(connection, first.entry) is None
        found = line.reading_of(connection, second.entry)
    assert found is not None
    assert (found.article, found.reading) == (article, reading_of_nothing())


def test_an_entry_that_failed_steps_back_and_is_given_up_after_some_tries(database: Database):
    wait_in_line(database, entry(1), entry(2, minutes=1))
    now = MONDAY
    for tries in range(MAX_TRIES):
        claims = claim(database, "a", now=now)
        assert claims[0].tries == tries
        with database.writing() as connection:
            line.step_back(connection, claims[0].entry, now + SECOND)
            line.give_back(connection, claims[1:])
        if not tries:
            assert urls(claim(database, "b", now=now)) == ["2"]
        now += SECOND
    assert urls(claim(database, "a", now=now)) == []


def test_an_entry_lined_up_before_the_clock_was_set_back_by_a_year_is_read_all_the_same(database: Database):
    wait_in_line(database, entry(1))
    assert urls(claim(database, "a", now=MONDAY - dt.timedelta(days=365))) == ["1"]


def test_a_reading_comes_back_as_it_was(reader, database: Database):  # type: ignore[no-untyped-def]
    article = make_article(text="About 20 of 36 houses were flooded on Monday, Anna Berg said. \"It may end by mid-May,\" she told the Hill Courier.")
    wait_in_line(database, entry(1))
    (claimed,) = claim(database, "a")
    reading = reader.read(article)
    with database.writing() as connection:
        add_version(connection, article)
        line.lay_down(connection, claimed, article, reading)
    with database.reading() as connection:
        found = line.reading_of(connection, claimed.entry)
    assert found is not None
    assert found.reading == reading
