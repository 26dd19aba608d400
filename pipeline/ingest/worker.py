"""A process that parses what strangers wrote, with a limit on time and memory, and is killed when it exceeds one.

feedparser can hang for minutes on 60 KB, and a page of nested tags can eat all memory; nothing of that may reach the run.
"""

import multiprocessing
import resource
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from pipeline.errors import InputError

PARSE_SECONDS = 10.0
PARSE_BYTES = 1_000_000_000


class ParseWorker:
    """One warm child process that runs parse functions, one at a time; made again after it had to be killed."""

    def __init__(self, *, seconds: float = PARSE_SECONDS, memory: int = PARSE_BYTES) -> None:
        self._seconds, self._memory = seconds, memory
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def call(self, function: Callable[..., Any], *arguments: object, where: str) -> Any:
        """The result of `function(*arguments)`, computed in the child.

        Args:
            function: A module-level function; it and the arguments are pickled.
            arguments: Its arguments.
            where: What is parsed, for messages.

        Raises:
            InputError: It took too long, too much memory, or failed.
        """
        with self._lock:
            _, pipe = self._ready()
            try:
                pipe.send((function, arguments))
                if not pipe.poll(self._seconds):
                    self.close()
                    raise InputError(
                        f"parsing took longer than {self._seconds:g} s and was stopped",
                        where=where,
                        remedy="It is skipped; the rest goes on.",
                    )
                ok, result = pipe.recv()
            except (EOFError, BrokenPipeError, ConnectionResetError) as error:
                self.close()
                raise InputError(
                    "parsing broke off (too much memory, or a crash of the parser)", where=where, remedy="It is skipped; the rest goes on."
                ) from error
        if ok:
            return result
        raise InputError(str(result), where=where, remedy="It is skipped; the rest goes on.")

    def close(self) -> None:
        """Ends the child."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join(5)

    def _ready(self) -> tuple[BaseProcess, Connection]:
        if self._process is not None and self._pipe is not None and self._process.is_alive():
            return self._process, self._pipe
        self.close()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._memory), daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        return process, ours


def _serve(pipe: Connection, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((True, function(*arguments)))
        except InputError as error:
            pipe.send((False, error.what))
        except MemoryError:
            pipe.send((False, "parsing took too much memory and was stopped"))
        except Exception as error:
            pipe.send((False, f"cannot be parsed ({type(error).__name__}: {str(error)[:200]})"))


PARSER = ParseWorker()
