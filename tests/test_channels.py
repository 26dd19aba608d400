"""When a receiver is told: at once, at the times of the digest, never in quiet hours; whatever the clock of its place does."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.channels import Channel
from pipeline.config_channels import load_channels
from pipeline.errors import ConfigError
from pipeline.model import ChangeKind
from tests.builders import make_change, make_claim

NIGHT = (dt.time(22), dt.time(6, 30))

INSTANTS = st.integers(0, 365 * 24 * 60).map(lambda minutes: dt.datetime(2031, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(("channel", "ready", "sent"), [
    (Channel(id="a"), "2031-05-12T03:00", "2031-05-12T03:00"),
    (Channel(id="a", quiet=NIGHT), "2031-05-12T03:00", "2031-05-12T06:30"),
    (Channel(id="a", quiet=NIGHT), "2031-05-12T22:00", "2031-05-13T06:30"),
    (Channel(id="a", quiet=NIGHT), "2031-05-12T06:30", "2031-05-12T06:30"),
    (Channel(id="a", quiet=(dt.time(9), dt.time(10))), "2031-05-12T09:59", "2031-05-12T10:00"),
    (Channel(id="a", digest_at=(dt.time(7), dt.time(18))), "2031-05-12T07:01", "2031-05-12T18:00"),
    (Channel(id="a", digest_at=(dt.time(7),)), "2031-05-12T07:00", "2031-05-12T07:00"),
    (Channel(id="a", digest_at=(dt.time(7),)), "2031-05-12T08:00", "2031-05-13T07:00"),
    (Channel(id="a", digest_at=(dt.time(7),), timezone="Europe/Berlin"), "2031-05-12T03:00", "2031-05-12T05:00"),
    (Channel(id="a", digest_at=(dt.time(23),), quiet=NIGHT), "2031-05-12T03:00", "2031-05-13T06:30"),
])
def test_a_message_is_sent_at_the_next_time_that_suits_the_receiver(channel: Channel, ready: str, sent: str):
    assert channel.send_at(at(ready)) == at(sent)


@given(
    INSTANTS, st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"]),
    st.times(), st.times(), st.lists(st.times(), max_size=2),
)
def test_a_message_is_never_sent_early_nor_more_than_two_days_late(ready: dt.datetime, zone: str, start: dt.time, end: dt.time, times: list[dt.time]):
    channel = Channel(id="a", timezone=zone, quiet=(start, end) if start != end else None, digest_at=tuple(times))
    # A quiet time may end in the hour that is skipped when clocks go forward.
    assert ready - dt.timedelta(hours=1) <= channel.send_at(ready) <= ready + dt.timedelta(days=3)


def test_a_receiver_is_told_only_of_its_watches_and_kinds():
    change = make_change(make_claim(), ChangeKind.NEW)
    assert Channel(id="a").wants(change)
    assert Channel(id="a", watches=("bridge",), kinds=("new",)).wants(change)
    assert not Channel(id="a", watches=("ferry",)).wants(change)
    assert not Channel(id="a", kinds=("overdue",)).wants(change)


def test_a_channel_is_read_with_all_its_keys(tmp_path: Path):
    (tmp_path / "notify.toml").write_text(
        'format = 1\n[[channel]]\nid = "desk"\naddress_file = "secrets/desk"\nwatches = ["bridge"]\nkinds = "overdue"\nsend = "digest"\n'
        'digest_at = ["07:00", "18:30"]\nquiet = "22:00-06:30"\ntimezone = "Europe/Berlin"\nremind_after = ["1 day", "3 days"]\ntemplate = "desk.txt"\n'
    )
    assert load_channels(tmp_path) == (Channel(
        id="desk", address_file=str(tmp_path / "secrets" / "desk"), watches=("bridge",), kinds=("overdue",), digest_at=(dt.time(7), dt.time(18, 30)), quiet=NIGHT,
        timezone="Europe/Berlin", remind_after=(dt.timedelta(days=1), dt.timedelta(days=3)), template=str(tmp_path / "desk.txt")),)


def test_without_a_file_nobody_is_told(tmp_path: Path):
    assert load_channels(tmp_path) == ()


@pytest.mark.parametrize(("lines", "line", "said"), [
    ('id = "a"\naddress = "json://user:secret@host"', 4, "unknown key 'address'"),
    ('id = "a"', 2, "address_env"),
    ('id = "a"\naddress_env = "A"\naddress_file = "b"', 2, "either address_env"),
    ('id = "a"\naddress_env = "A"\nkinds = ["moved"]', 5, "there is no kind of change 'moved'"),
    ('id = "a"\naddress_env = "A"\nquiet = "late"', 5, "no span of the day"),
    ('id = "a"\naddress_env = "A"\ndigest_at = "25:00"', 5, "no time of day"),
    ('id = "a"\naddress_env = "A"\ntimezone = "Mars"', 5, "no time zone"),
    ('id = "a"\naddress_env = "A"\nremind_after = ["soon"]', 5, "no span of time"),
    ('id = "a"\naddress_env = "A"\n[[channel]]\nid = "a"\naddress_env = "B"', 6, "used twice"),
])
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, lines: str, line: int, said: str):
    path = tmp_path / "notify.toml"
    path.write_text(f"format = 1\n[[channel]]\n{lines}\n")
    with pytest.raises(ConfigError, match=said) as caught:
        load_channels(tmp_path)
    assert caught.value.where == f"{path}:{line}"
    assert "secret" not in str(caught.value) or "holds a secret" in str(caught.value)
