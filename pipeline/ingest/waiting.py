"""Waits for asynchronous work from code that is not asynchronous, wherever that code runs."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine to its end and return what it returns, or raise what it raises.

    Works also where an event loop runs in this thread already (a notebook, an asynchronous program): the work then gets a
    thread with a loop of its own, because asyncio refuses a second loop in one thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="claimwatch-fetch") as pool:
        return pool.submit(asyncio.run, work).result()
