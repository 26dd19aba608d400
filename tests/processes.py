"""Processes of their own, forked from a server without threads that has the program and the model in memory.

To start anew costs each process two to five seconds of the processor before it does anything; a fork costs a hundredth. What
starting itself is about (what is imported, how quickly, what is missing) is tested with new processes.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

# The server is made at the first use, once per test process, and knows nothing of what the tests have opened.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.preloaded"])


def claimwatch(*arguments: str | Path, folder: Path | None = None, typed: str = "", timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the command `claimwatch` in a process of its own, without the settings of whoever runs the tests.

    Args:
        arguments: Of the command.
        folder: Where it is started; None for where the tests are.
        typed: What it reads from standard input.
        timeout: Seconds after which it is killed.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CLAIMWATCH_DATABASE", "PREFECT"))}
    told = ["claimwatch", *map(str, arguments)]
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "0").write_text(typed, encoding="utf-8")
        process = processes.Process(target=_command, args=(told, str(folder or Path.cwd()), environment, place))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(told, timeout)
        out, err = ((Path(place) / name).read_text(encoding="utf-8") for name in "12")
    return subprocess.CompletedProcess(told, process.exitcode, out, err)


def _command(told: list[str], folder: str, environment: Mapping[str, str], place: str) -> None:
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY | os.O_CREAT), (2, os.O_WRONLY | os.O_CREAT)):
        opened = os.open(Path(place) / str(number), flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - multiprocessing has closed it
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = told
    from pipeline.cli import main

    main()
