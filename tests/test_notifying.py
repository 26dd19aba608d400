"""What changed reaches every receiver that wants it, at its time, at least once and under one key; real HTTP, real databases."""

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import monitor
from pipeline.channels import Channel
from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.model import Change, ChangeKind, RunResult
from pipeline.notify.send import check_address, send
from pipeline.notifying import preview_due, send_due
from pipeline.store import leases
from pipeline.store.changes import add_changes
from pipeline.store.database import Database
from pipeline.store.dump import canonical_dump
from pipeline.store.outbox import add_items, count_items, item_key
from pipeline.watches import Story
from tests.builders import MONDAY, later, make_change, make_claim
from tests.newsstand import START, Newsstand

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DESK = Channel(id="desk", address_env="DESK")


@pytest.fixture
def receiver() -> Iterator[Newsstand]:
    with Newsstand(2, every=1) as stand:
        stand.round = 0
        yield stand


def environ(receiver: Newsstand) -> dict[str, str]:
    return {"DESK": f"json://{receiver.host}/hook", "NIGHT": f"json://{receiver.host}/night"}


def story_of(receiver: Newsstand, *channels: Channel) -> Story:
    return replace(receiver.story(), channels=channels)


def keep(database: Database, changes: list[Change], *channels: Channel, at: dt.datetime = MONDAY) -> None:
    with database.writing() as connection:
        add_items(connection, add_changes(connection, changes), channels, at)


def messages(receiver: Newsstand) -> list[str]:
    return [json.loads(body)["message"] for body in receiver.received]


def moved(number: int, *, question: str = "closing", kind: ChangeKind = ChangeKind.DATE_MOVED) -> Change:
    claim = later(make_claim(question=question), days=number)
    return make_change(claim, kind, make_claim(question=question) if kind is not ChangeKind.OVERDUE else None)


def overdue(number: int = 1) -> Change:
    return replace(moved(number, kind=ChangeKind.OVERDUE), new=None)


def waiting(database: Database) -> int:
    with database.reading() as connection:
        return count_items(connection).waiting


def test_what_a_run_found_is_told_once_and_only_when_something_changed(database: Database, receiver: Newsstand):
    story = story_of(receiver, DESK)

    def run(now: dt.datetime) -> RunResult:
        return monitor.run(story, Settings(allowed_hosts=(receiver.host,), adaptive=False), database, now=now)

    result = run(START)
    assert len(result.changes) > 1
    (delivery,) = send_due(story, database, environ(receiver), now=START)
    assert (delivery.changes, delivery.problem) == (len(result.changes), None)
    (told,) = messages(receiver)
    for change in result.changes:
        assert change.evidence.sentence in told
        assert f"reference: {item_key(change.id, 'desk')}" in told
    assert told.count("The bridge: ") == len({change.question for change in result.changes}), "one item per question"
    run(START + HOUR)
    assert send_due(story, database, environ(receiver), now=START + HOUR) == ()
    assert len(receiver.received) == 1


def test_an_archive_that_is_played_tells_nobody(sqlite_database: Database, seeds: Path):
    from pipeline.config import load_story
    from pipeline.ingest.archive import read_archive

    story = replace(load_story(seeds / "artemis-launch" / "config"), channels=(DESK,))
    assert monitor.replay(read_archive(seeds / "artemis-launch"), story, sqlite_database, until=dt.date(2022, 8, 31)).changes
    assert waiting(sqlite_database) == 0


def test_an_item_has_the_same_key_for_ever_and_another_one_for_each_channel_and_reminder():
    keys = {item_key("c1", "desk"), item_key("c1", "night"), item_key("c2", "desk"), item_key("c1", "desk", 1), item_key("c1", "desk", 2)}
    assert len(keys) == 5


def test_a_receiver_that_is_down_loses_nothing_and_stops_no_other(database: Database, receiver: Newsstand):
    other = Channel(id="night", address_env="NIGHT")
    keep(database, [moved(1)], DESK, other)
    story = story_of(receiver, DESK, other)
    broken = environ(receiver) | {"DESK": "json://127.0.0.1:9/hook"}
    first, second = send_due(story, database, broken, now=MONDAY)
    assert first.problem is not None
    assert second.problem is None
    assert send_due(story, database, environ(receiver), now=MONDAY) == (), "not before its next try"
    (third,) = send_due(story, database, environ(receiver), now=MONDAY + dt.timedelta(minutes=1))
    assert third.problem is None
    assert waiting(database) == 0


def test_a_receiver_that_answers_with_an_error_is_named_with_its_status(sqlite_database: Database, receiver: Newsstand):
    receiver.answer = 503
    keep(sqlite_database, [moved(1)], DESK)
    (delivery,) = send_due(story_of(receiver, DESK), sqlite_database, environ(receiver), now=MONDAY)
    assert delivery.problem is not None
    assert delivery.problem.what == "not sent: the service answered 503"


def test_a_change_in_quiet_hours_is_told_in_the_morning_together_with_the_others_of_its_question(database: Database, receiver: Newsstand):
    quiet = replace(DESK, quiet=(dt.time(8), dt.time(12)))
    keep(database, [moved(1), moved(2)], quiet)
    keep(database, [moved(3)], quiet, at=MONDAY + HOUR)
    story = story_of(receiver, quiet)
    assert send_due(story, database, environ(receiver), now=MONDAY + 2 * HOUR) == ()
    (delivery,) = send_due(story, database, environ(receiver), now=MONDAY + 3 * HOUR)
    assert delivery.changes == 3
    assert messages(receiver)[0].count("The bridge: ") == 1


def test_what_became_due_while_the_machine_was_off_waits_for_the_end_of_quiet_hours(sqlite_database: Database, receiver: Newsstand):
    quiet = replace(DESK, quiet=(dt.time(22), dt.time(6)))
    keep(sqlite_database, [moved(1)], quiet)
    story = story_of(receiver, quiet)
    assert send_due(story, sqlite_database, environ(receiver), now=MONDAY.replace(hour=23)) == ()
    assert len(send_due(story, sqlite_database, environ(receiver), now=MONDAY.replace(hour=6) + DAY)) == 1


def test_a_digest_is_one_message_at_its_time_and_none_without_a_change(sqlite_database: Database, receiver: Newsstand):
    digest = replace(DESK, digest_at=(dt.time(18),))
    keep(sqlite_database, [moved(1), moved(2, question="houses")], digest)
    story = story_of(receiver, digest)
    assert send_due(story, sqlite_database, environ(receiver), now=MONDAY.replace(hour=17)) == ()
    (delivery,) = send_due(story, sqlite_database, environ(receiver), now=MONDAY.replace(hour=18, minute=5))
    assert delivery.changes == 2
    assert send_due(story, sqlite_database, environ(receiver), now=MONDAY.replace(hour=18, minute=5) + DAY) == ()


def test_what_is_overdue_is_brought_up_again_at_widening_intervals_until_it_is_settled(database: Database, receiver: Newsstand):
    channel = replace(DESK, remind_after=(DAY, 3 * DAY))
    keep(database, [overdue()], channel)
    story = story_of(receiver, channel)
    sent = []
    for hour in range(0, 24 * 12, 6):
        now = MONDAY + dt.timedelta(hours=hour)
        sent += [hour // 24 for _ in send_due(story, database, environ(receiver), now=now)]
    assert sent == [0, 1, 4]
    assert messages(receiver)[1].count("STILL ") == 1
    assert waiting(database) == 0


def test_a_new_promise_that_is_overdue_takes_the_place_of_the_one_before(sqlite_database: Database, receiver: Newsstand):
    channel = replace(DESK, remind_after=(DAY, 3 * DAY))
    keep(sqlite_database, [overdue(1)], channel)
    keep(sqlite_database, [overdue(2)], channel, at=MONDAY + HOUR)
    story = story_of(receiver, channel)
    send_due(story, sqlite_database, environ(receiver), now=MONDAY + HOUR)
    (reminder,) = send_due(story, sqlite_database, environ(receiver), now=MONDAY + 2 * DAY)
    assert reminder.changes == 1
    assert item_key(overdue(2).id, "desk", 1) in messages(receiver)[-1]


def test_what_a_reviewer_has_decided_on_is_not_told_any_more(sqlite_database: Database, receiver: Newsstand):
    from sqlalchemy import update

    from pipeline.store.review_tables import reviews

    change = overdue()
    keep(sqlite_database, [change], replace(DESK, remind_after=(DAY,)))
    with sqlite_database.writing() as connection:
        assert connection.execute(update(reviews).where(reviews.c.change == change.id).values(shelf="accepted")).rowcount == 1
    assert send_due(story_of(receiver, DESK), sqlite_database, environ(receiver), now=MONDAY + 2 * DAY) == ()
    assert waiting(sqlite_database) == 0


def test_a_dry_run_shows_the_message_and_changes_nothing(sqlite_database: Database, receiver: Newsstand):
    keep(sqlite_database, [moved(1)], DESK)
    before = canonical_dump(sqlite_database)
    (delivery,) = preview_due(story_of(receiver, DESK), sqlite_database, now=MONDAY)
    assert delivery.message is not None
    assert "The bridge will close on Friday" in delivery.message.body
    assert (receiver.received, canonical_dump(sqlite_database)) == ([], before)


def test_a_process_that_sends_to_a_channel_keeps_others_from_sending_the_same(database: Database, receiver: Newsstand):
    keep(database, [moved(1)], DESK)
    with database.claiming() as connection:
        held = leases.acquire(connection, "notify/desk", "other")
    assert held is not None
    assert send_due(story_of(receiver, DESK), database, environ(receiver), now=MONDAY) == ()
    with database.claiming() as connection:
        leases.release(connection, held)
    assert len(send_due(story_of(receiver, DESK), database, environ(receiver), now=MONDAY)) == 1


def test_many_changes_are_told_in_messages_of_bearable_length(sqlite_database: Database, receiver: Newsstand):
    keep(sqlite_database, [moved(number) for number in range(1, 121)], DESK)
    assert [delivery.changes for delivery in send_due(story_of(receiver, DESK), sqlite_database, environ(receiver), now=MONDAY)] == [50, 50, 20]


def test_a_users_template_is_used_and_feed_text_in_it_is_only_text(sqlite_database: Database, receiver: Newsstand, tmp_path: Path):
    template = tmp_path / "desk.txt"
    template.write_text("{% for item in items %}{% for told in item.told %}* {{ told.after }}{% endfor %}{% endfor %}")
    channel = replace(DESK, template=str(template))
    claim = make_claim(url="https://example.org/x", sentence="{{ 7 * 7 }} \x1b[31m{% raw %} said\u202e Berg\nBcc: all@example.org")
    keep(sqlite_database, [make_change(claim)], channel)
    send_due(story_of(receiver, channel), sqlite_database, environ(receiver), now=MONDAY)
    (told,) = messages(receiver)
    assert told.strip() == "* {{ 7 * 7 }} \ufffd[31m{% raw %} said Berg Bcc: all@example.org"


def test_a_template_that_fails_is_named_with_its_line_and_nothing_is_lost(sqlite_database: Database, receiver: Newsstand, tmp_path: Path):
    template = tmp_path / "desk.txt"
    template.write_text("one\n{% for %}")
    channel = replace(DESK, template=str(template))
    keep(sqlite_database, [moved(1)], channel)
    (delivery,) = send_due(story_of(receiver, channel), sqlite_database, environ(receiver), now=MONDAY)
    assert delivery.problem is not None
    assert "template fails" in delivery.problem.what
    assert waiting(sqlite_database) == 1


def test_a_template_cannot_reach_into_the_program(sqlite_database: Database, receiver: Newsstand, tmp_path: Path):
    template = tmp_path / "desk.txt"
    template.write_text("{{ items.__class__.__mro__[1].__subclasses__() }}")
    channel = replace(DESK, template=str(template))
    keep(sqlite_database, [moved(1)], channel)
    (delivery,) = send_due(story_of(receiver, channel), sqlite_database, environ(receiver), now=MONDAY)
    assert delivery.problem is not None
    assert receiver.received == []


SECRET = "s3cr3t-canary-4711"


@pytest.mark.parametrize("address", [
    f"json://user:{SECRET}@127.0.0.1:9/{SECRET}?+X-Token={SECRET}", f"slack://{SECRET}", f"nothing://{SECRET}", f"jsons://u:{SECRET}@127.0.0.1:9/"])
def test_a_secret_in_an_address_is_found_in_no_message_log_or_database(
    address: str, sqlite_database: Database, receiver: Newsstand, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    keep(sqlite_database, [moved(1)], DESK)
    (delivery,) = send_due(story_of(receiver, DESK), sqlite_database, {"DESK": address}, now=MONDAY)
    assert delivery.problem is not None
    with sqlite_database.reading() as connection:
        stored = "\n".join(str(row) for name in ("outbox", "job_lease") for row in connection.exec_driver_sql(f"SELECT * FROM {name}"))
    shown = "".join(capfd.readouterr())
    for text in (repr(delivery), stored, caplog.text, shown):
        assert SECRET not in text


def test_a_channel_without_its_address_says_where_to_put_it(tmp_path: Path):
    with pytest.raises(ConfigError, match="DESK is not set"):
        check_address(DESK, {})
    with pytest.raises(ConfigError, match="cannot be read"):
        check_address(Channel(id="a", address_file=str(tmp_path / "none")), {})
    (tmp_path / "address").write_text("json://127.0.0.1/\n")
    assert check_address(Channel(id="a", address_file=str(tmp_path / "address")), {}) == "json"


def test_a_message_keeps_its_words_as_plain_text(receiver: Newsstand):
    send(DESK, environ(receiver), title="<b>Bridge</b> & more", body="*one* <two> & \\n three")
    told = json.loads(receiver.received[0])
    assert (told["title"], told["message"]) == ("<b>Bridge</b> & more", "*one* <two> & \\n three")
