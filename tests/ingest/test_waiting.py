"""Asynchronous work is waited for from anywhere."""

import asyncio
import threading

import pytest

from pipeline.ingest.waiting import wait_for


async def _name_of_thread() -> str:
    await asyncio.sleep(0)
    return threading.current_thread().name


async def _fails() -> None:
    await asyncio.sleep(0)
    raise LookupError("not there")


def test_work_is_waited_for_in_the_same_thread_when_no_loop_runs() -> None:
    assert wait_for(_name_of_thread()) == threading.current_thread().name


def test_work_gets_a_thread_of_its_own_inside_a_running_loop() -> None:
    async def notebook() -> str:
        return wait_for(_name_of_thread())

    assert asyncio.run(notebook()).startswith("claimwatch-fetch")


def test_an_error_of_the_work_reaches_the_caller_from_inside_a_running_loop() -> None:
    async def notebook() -> None:
        wait_for(_fails())

    with pytest.raises(LookupError, match="not there"):
        asyncio.run(notebook())
