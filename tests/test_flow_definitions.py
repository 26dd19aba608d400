"""What a Prefect user sees of the flows before any runs: names, descriptions, forms for parameters, retries. Needs no server."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from flows import digest, monitor, recheck, replay, upkeep
from flows.artifacts import announce
from flows.monitor import is_passing
from flows.parameters import place_of
from pipeline.errors import FetchError, InputError
from pipeline.model import Answer
from pipeline.watches import Story
from tests.builders import make_change, make_claim

FLOWS: dict[str, Any] = {
    "monitor": monitor.monitor, "read": monitor.read, "notify": digest.notify, "digest": digest.digest, "replay": replay.replay, "upkeep": upkeep.upkeep,
    "recheck": recheck.recheck,
}
TASKS: list[Any] = [monitor.poll_feed, monitor.read_next, monitor.tick, digest.notify_channel, replay.play_batch, recheck.visit, upkeep.tidy_database, upkeep.end_stuck, upkeep.delete_old]


@pytest.mark.parametrize("name", FLOWS)
def test_every_flow_says_what_it_does_and_every_parameter_what_it_means(name: str):
    flow = FLOWS[name]
    assert flow.name == name
    assert flow.description
    assert not flow.persist_result
    assert not flow.retries, "a retried flow gives its slot back and is ended as crashed"
    for parameter, schema in flow.parameters.properties.items():
        assert schema.get("description"), parameter


def test_parameters_are_checked_before_anything_runs():
    for wrong in ({"hours": 0}, {"hours": 10_000}, {"hours": "many"}, {"database": "postgresql://u:secret@h/d"}):
        with pytest.raises(Exception, match=r"(?i)hours|password") as caught:
            digest.digest.validate_parameters(wrong)
        assert "secret" not in str(caught.value).replace("u:secret@h", "")
    digest.digest.validate_parameters({"hours": 48, "database": "postgresql://u@h/d"})


def test_only_tasks_that_use_the_network_are_tried_again():
    retried = {task.name for task in TASKS if task.retries}
    assert retried == {"poll", "notify"}
    for task in TASKS:
        assert ("claimwatch-network" in task.tags) == (task.name in retried)
        assert not task.persist_result


def test_a_feed_is_tried_again_only_where_the_network_is_to_blame():
    from prefect.states import Failed

    def failed(error: Exception) -> Any:
        return Failed(data=error)

    assert is_passing(monitor.poll_feed, None, failed(FetchError("no connection")))  # type: ignore[arg-type]
    assert not is_passing(monitor.poll_feed, None, failed(InputError("is no feed")))  # type: ignore[arg-type]
    assert not is_passing(monitor.poll_feed, None, failed(KeyError("x")))  # type: ignore[arg-type]


def test_a_clock_without_a_time_zone_is_refused(seeds: Path):
    with pytest.raises(ValueError, match="time zone"):
        place_of(str(seeds / "artemis-launch" / "config"), "sqlite://", dt.datetime(2031, 5, 12, 9))  # noqa: DTZ001


def test_the_worker_says_where_configuration_and_database_are(seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    address = tmp_path / "address"
    address.write_text("sqlite:///kept.db\n")
    monkeypatch.setenv("CLAIMWATCH_CONFIG", str(seeds / "artemis-launch" / "config"))
    monkeypatch.delenv("CLAIMWATCH_DATABASE_URL", raising=False)
    monkeypatch.setenv("CLAIMWATCH_DATABASE_URL_FILE", str(address))
    place = place_of("", "")
    assert (place.database, len(place.story.watches)) == ("sqlite:///kept.db", 1)
    assert place_of("", "sqlite:///other.db").database == "sqlite:///other.db"


def test_a_change_is_announced_under_the_same_id_however_often(monkeypatch: pytest.MonkeyPatch):
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("flows.artifacts.emit_event", lambda **event: sent.append(event))
    change = make_change(make_claim(answer=Answer(type="status", text="begun\x1b[31m\n[x](javascript:alert(1))", value="begun")))
    for _ in range(2):
        announce(Story(watches=()), (change,))
    first, second = sent
    assert first == second
    assert first["event"] == "claimwatch.change.detected"
    assert first["resource"]["prefect.resource.id"] == "claimwatch.watch.bridge"
    assert "\x1b" not in first["payload"]["new"]
