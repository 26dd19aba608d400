"""What Prefect costs: the same run as a plain function and as a flow against a real server, with work and with nothing to do.

Part of `make bench`. The server is started on a free port and stopped at the end. Processor time is that of the flow's process.
"""

import datetime as dt
import importlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flows.server import prefect_ready
from pipeline import monitor
from pipeline.config import load_settings, load_story
from pipeline.store.database import open_database
from tests.builders import BRIDGE_TOML
from tests.newsstand import ROUND, START, Newsstand

FEEDS = 20
WATCHES = f"""{BRIDGE_TOML}  [[watch.question]]
  id = "houses"
  kind = "quantity"
  of = ["house"]
  role = "affected"
"""


ROUNDS = int(os.environ.get("ROUNDS", "3"))


def measured(action: Callable[[], object]) -> tuple[float, float]:
    """Wall clock and processor time in seconds."""
    wall, processor = time.monotonic(), time.process_time()
    action()
    return time.monotonic() - wall, time.process_time() - processor


def middle(found: list[tuple[float, float]]) -> tuple[float, float]:
    """The median of each."""
    return statistics.median(wall for wall, _ in found), statistics.median(processor for _, processor in found)


def main() -> None:
    """Measure and print one table."""
    with tempfile.TemporaryDirectory() as scratch, Newsstand(FEEDS, every=1) as stand:
        folder = Path(scratch)
        os.environ["PREFECT_HOME"] = str(folder / "prefect")
        (folder / "watches.toml").write_text(WATCHES)
        (folder / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["{stand.host}"]\n')
        (folder / "feeds.toml").write_text(
            "format = 1\n" + "".join(f'[[feed]]\nid = "feed-{number:02}"\nurl = "http://{stand.host}/{number}"\npublisher = "P"\n' for number in range(FEEDS))
        )
        stand.round = 0
        story, settings = load_story(folder), load_settings(folder, {})

        def plain(address: str, now: dt.datetime) -> None:
            database = open_database(address)
            monitor.run(story, settings, database, now=now)
            database.close()

        later, addresses = START + ROUND / 30, [f"sqlite:///{folder / str(number)}.db" for number in range(2 * ROUNDS + 2)]
        # Once before, so that neither pays for loading the language model and what recognises languages.
        plain(addresses[0], START)
        plains = [(measured(lambda at=at: plain(at, START)), measured(lambda at=at: plain(at, later))) for at in addresses[2 : 2 + ROUNDS]]
        with prefect_ready():
            loading = measured(lambda: importlib.import_module("flows.monitor"))
            flow = importlib.import_module("flows.monitor").monitor
            flow(str(folder), addresses[1], START)
            flows = [
                (measured(lambda at=at: flow(str(folder), at, START)), measured(lambda at=at: flow(str(folder), at, later)))
                for at in addresses[2 + ROUNDS :]
            ]
    tasks = FEEDS + -(-FEEDS // 8) + 2
    work, idle = middle([busy for busy, _ in plains]), middle([quiet for _, quiet in plains])
    flow_work, flow_idle = middle([busy for busy, _ in flows]), middle([quiet for _, quiet in flows])
    run_costs = [flow_idle[at] - idle[at] for at in (0, 1)]
    task_costs = [1000 * (flow_work[at] - work[at] - run_costs[at]) / (tasks - 1) for at in (0, 1)]
    print(f"{FEEDS} feeds, {FEEDS} articles, median of {ROUNDS}; load of the machine {os.getloadavg()[0]:.1f}; seconds by the clock (of this process's processor)")
    print(f"plain run                          {work[0]:7.2f} s ({work[1]:.2f})")
    print(f"as a flow, {tasks} tasks               {flow_work[0]:7.2f} s ({flow_work[1]:.2f})")
    print(f"plain run with nothing to do       {idle[0]:7.2f} s ({idle[1]:.2f})")
    print(f"as a flow with nothing to do       {flow_idle[0]:7.2f} s ({flow_idle[1]:.2f})")
    print(f"loading Prefect, once a process    {loading[0]:7.2f} s ({loading[1]:.2f})")
    print(f"so Prefect costs {run_costs[0]:.2f} s ({run_costs[1]:.2f}) a run and {task_costs[0]:.0f} ms ({task_costs[1]:.0f}) a task; polling tasks go on eight at once")


if __name__ == "__main__":
    main()
