"""Processes that parse what strangers wrote, with limits on time and memory; one that exceeds them is killed and made again.

feedparser can hang for minutes on 60 KB, and a page of nested tags can eat all memory; nothing of that may reach the run.
"""

import asyncio
import contextlib
import math
import multiprocessing
import os
import queue
import resource
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pipeline.errors import InputError

PARSE_SECONDS = 10.0
# On a machine that is too busy to run it, a job that is not to blame gets so many times as long.
PATIENCE = 6
# On top of what the child needs before it has parsed anything.
PARSE_BYTES = 512_000_000
# A child is replaced after so many jobs, so that what a parser leaks stays small.
MAX_JOBS = 1_000
_SKIPPED = "It is skipped; the rest goes on."
# What a child imports before its first job, so that no job pays for it.
_WARM = ("pipeline.ingest.entries", "pipeline.ingest.articles")


class ParseWorker:
    """One warm child process that runs parse functions, one at a time; made again after it had to be killed.

    Args:
        seconds: Time for one job, by the wall clock and of the processor. Where the machine is so busy that the child gets less
            than half of it, by the processor alone, up to six times as long.
        memory: Bytes of address space that a job may take.
    """

    def __init__(self, *, seconds: float = PARSE_SECONDS, memory: int = PARSE_BYTES) -> None:
        self._seconds, self._memory = seconds, memory
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._jobs = 0

    def call(self, function: Callable[..., Any], *arguments: object, where: str) -> Any:
        """The result of `function(*arguments)`, computed in the child.

        Args:
            function: A module-level function; it and the arguments are pickled.
            arguments: Its arguments.
            where: What is parsed, for messages.

        Raises:
            InputError: It took too long, too much memory, or failed; `code` is parse_timeout, parse_memory, parse_failed, or what
                the function itself raised with.
        """
        with self._lock:
            pipe = self._ready()
            try:
                pipe.send((function, arguments))
                if not self._finishes(pipe):
                    self.close()
                    raise _stopped(f"parsing took longer than {self._seconds:g} s and was stopped", where, "parse_timeout")
                code, result = pipe.recv()
            except (EOFError, BrokenPipeError, ConnectionResetError) as error:
                late = self._ended_by_time()
                self.close()
                if late:
                    raise _stopped(f"parsing took longer than {self._seconds:g} s and was stopped", where, "parse_timeout") from error
                what = "parsing broke off (too much memory, or a crash of the parser)"
                raise _stopped(what, where, "parse_memory") from error
            self._jobs += 1
            if code == "parse_memory" or self._jobs >= MAX_JOBS:
                self.close()
        if code == "":
            return result
        raise _stopped(str(result), where, code)

    def close(self) -> None:
        """Ends the child."""
        process, pipe, self._process, self._pipe, self._jobs = self._process, self._pipe, None, None, 0
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join(5)

    def _finishes(self, pipe: Connection) -> bool:
        """Wait for the answer: as long as the limit says, longer only while the child hardly gets the processor."""
        process = self._process
        before = _processor_seconds(process.pid) if process is not None else 0.0
        for waited in range(1, PATIENCE + 1):
            if pipe.poll(self._seconds):
                return True
            used = _processor_seconds(process.pid) - before if process is not None else self._seconds
            if used >= min(self._seconds, waited * self._seconds / 2):
                return False
        return False

    def _ended_by_time(self) -> bool:
        if self._process is not None:
            self._process.join(2)
        return self._process is not None and self._process.exitcode == -24  # SIGXCPU

    def _ready(self) -> Connection:
        if self._process is not None and self._pipe is not None and self._process.is_alive():
            return self._pipe
        self.close()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._seconds, self._memory), daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        try:
            ours.recv()  # it says when it has imported everything: that time is not the job's
        except EOFError as error:
            self.close()
            raise InputError("the parser could not be started", remedy="Look at the free memory.", code="parse_failed") from error
        return ours


class ParsePool:
    """Some workers, made when they are first needed. Threads and coroutines share them.

    Args:
        size: Most children at once.
        seconds, memory: Limits of a job, as for `ParseWorker`.
    """

    def __init__(self, size: int, *, seconds: float = PARSE_SECONDS, memory: int = PARSE_BYTES) -> None:
        self._workers = [ParseWorker(seconds=seconds, memory=memory) for _ in range(size)]
        # The last one used is used first: others need not be started at all.
        self._free: queue.LifoQueue[ParseWorker] = queue.LifoQueue()
        for worker in reversed(self._workers):
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="claimwatch-parse")

    def call(self, function: Callable[..., Any], *arguments: object, where: str) -> Any:
        """As `ParseWorker.call`, on the next free worker."""
        worker = self._free.get()
        try:
            return worker.call(function, *arguments, where=where)
        finally:
            self._free.put(worker)

    async def wait_for(self, function: Callable[..., Any], *arguments: object) -> Any:
        """The result of a plain function that uses `call`, computed in a thread of the pool's own.

        Not in asyncio's threads: names are resolved there, and a parser that hangs must not keep them from it.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*arguments))

    def close(self) -> None:
        """Ends all children."""
        for worker in self._workers:
            worker.close()


def _stopped(what: str, where: str, code: str) -> InputError:
    return InputError(what, where=where, remedy=_SKIPPED, code=code)


def _serve(pipe: Connection, seconds: float, memory: int) -> None:
    # feedparser works out some dates by the clock of the machine, which in its zone has hours, and even days, that never were.
    os.environ["TZ"] = "UTC0"
    time.tzset()
    for name in _WARM:
        __import__(name)
    # Not every system knows how to limit memory, or how much we have; time is limited everywhere.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory,) * 2)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe.send("ready")
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        with contextlib.suppress(ValueError, OSError):
            limit = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        try:
            pipe.send(("", function(*arguments)))
        except InputError as error:
            pipe.send((error.code, error.what))
        except MemoryError:
            pipe.send(("parse_memory", "parsing took too much memory and was stopped"))
        except RecursionError:
            pipe.send(("parse_failed", "cannot be parsed: it is nested too deeply"))
        except Exception as error:
            pipe.send(("parse_failed", f"cannot be parsed ({type(error).__name__}: {str(error)[:200]})"))


def _processor_seconds(pid: int | None) -> float:
    """Processor time of a process; where the system does not say, as if it had had the processor to itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _address_space() -> int:
    """Bytes of address space of this process; where the system does not say, generously guessed."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1_000_000_000 if sys.platform != "darwin" else 400_000_000_000


PARSER = ParsePool(max(2, min(4, os.cpu_count() or 2)))
