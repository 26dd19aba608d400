"""What Prefect costs: the same run as a plain function and as a flow against a real server, with work and with nothing to do.

Part of `make bench`. The server is started on a free port and stopped at the end. Processor time is that of the flow's process.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flows.server import prefect_ready
from pipeline import monitor
from pipeline.config import load_settings, load_story
from pipeline.store.database import open_database
from tests.newsstand import ROUND, START, Newsstand

FEEDS = 20
WATCHES = """format = 1
[[watch]]
id = "bridge"
subject = ["bridge"]
  [[watch.question]]
  id = "closing"
  kind = "date"
  role = "event"
  [[watch.question]]
  id = "houses"
  kind = "quantity"
  of = ["house"]
  role = "affected"
"""


def measured(action: Callable[[], object]) -> tuple[float, float]:
    """Wall clock and processor time in seconds."""
    wall, processor = time.monotonic(), time.process_time()
    action()
    return time.monotonic() - wall, time.process_time() - processor


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
        database = open_database(f"sqlite:///{folder / 'plain.db'}")
        # Once before, so that neither pays for loading the language model from the disk.
        monitor.make_judge(story).read  # noqa: B018
        plain = measured(lambda: monitor.run(story, settings, database, now=START))
        plain_idle = measured(lambda: monitor.run(story, settings, database, now=START + ROUND / 30))
        database.close()
        with prefect_ready():
            from flows.monitor import monitor as flow

            address = f"sqlite:///{folder / 'flow.db'}"
            flowed = measured(lambda: flow(str(folder), address, START))
            idle = measured(lambda: flow(str(folder), address, START + ROUND / 30))
    tasks = FEEDS + -(-FEEDS // 8) + 2
    print(f"{FEEDS} feeds, {FEEDS} articles; load of the machine {os.getloadavg()[0]:.1f}; seconds by the clock (of the processor)")
    print(f"plain run                          {plain[0]:7.2f} s ({plain[1]:.2f})")
    print(f"as a flow, {tasks} tasks               {flowed[0]:7.2f} s ({flowed[1]:.2f})   {1000 * (flowed[1] - plain[1]) / tasks:.0f} ms of the processor per task")
    print(f"plain run with nothing new         {plain_idle[0]:7.2f} s ({plain_idle[1]:.2f})")
    print(f"as a flow with nothing new         {idle[0]:7.2f} s ({idle[1]:.2f})")


if __name__ == "__main__":
    main()
