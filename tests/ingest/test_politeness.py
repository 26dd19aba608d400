"""We say who we are, and read only what a host's robots.txt lets us read. Real servers on loopback."""

from pathlib import Path

import pytest

from pipeline.config import Settings, load_settings
from pipeline.ingest.poll import ArticleResult, fetch_articles, poll_feeds
from pipeline.ingest.waiting import wait_for
from pipeline.model import Entry
from pipeline.watches import Feed
from tests.builders import MONDAY
from tests.faultserver import FaultServer, Handler, answer, good_feed, serving

PAGE = "<html><body><article>" + "<p>The bridge is shut for repair until May, the district said on Monday.</p>" * 9 + "</article></body></html>"
AGENT = "Claimwatch/0.1 (+https://example.org/contact)"


def read(server: FaultServer, *paths: str, **given: object) -> list[ArticleResult]:
    settings = Settings(**({"allowed_hosts": (server.host,), "user_agent": AGENT, "timeout": 5.0} | given))  # type: ignore[arg-type]
    entries = [Entry(feed="f", url=server.url(path), title="T", publisher="P", published=MONDAY) for path in paths]
    return list(wait_for(fetch_articles(entries, settings, now=MONDAY)))


def site(robots: Handler) -> dict[str, Handler]:
    return {"robots.txt": robots, "open": answer(PAGE, Content_Type="text/html"), "closed/a": answer(PAGE, Content_Type="text/html")}


RULES = "User-agent: *\nDisallow: /closed/\n"


@pytest.mark.parametrize("rules", [RULES, "User-agent: claimwatch\nDisallow: /closed/\n", "\ufeff" + RULES, RULES + "\0garbage " * 1000, "User-agent: other\nDisallow: /\n\n" + RULES])
def test_a_page_that_robots_txt_forbids_is_not_asked_for_and_the_others_are_read(rules: str):
    with serving(site(answer(rules, Content_Type="text/plain"))) as server:
        closed, free = read(server, "closed/a", "open")
        assert closed.problem is not None
        assert (closed.problem.code, closed.problem.what) == ("robots", "robots.txt asks us not to read this page")
        assert free.article is not None
        assert (server.count("closed/a"), server.count("open"), server.count("robots.txt")) == (0, 1, 1)


@pytest.mark.parametrize("robots", [answer("no", 404), answer("no", 403), answer("", 200), answer("<html>none</html>", Content_Type="text/html"), answer("", 302, Location="/robots.txt"), answer("User-agent: other\nDisallow: /")])
def test_a_host_without_rules_for_us_lets_all_be_read(robots: Handler):
    with serving(site(robots)) as server:
        assert [result.problem for result in read(server, "closed/a", "open")] == [None, None]


@pytest.mark.parametrize("robots", [answer("no", 500), answer("no", 503), answer("no", 429, Retry_After="60")])
def test_where_the_rules_cannot_be_asked_for_nothing_is_read(robots: Handler):
    with serving(site(robots)) as server:
        assert all(result.problem is not None for result in read(server, "closed/a", "open"))
        assert (server.count("closed/a"), server.count("open")) == (0, 0)


def test_the_rules_of_a_listed_host_can_be_left_aside():
    with serving(site(answer(RULES))) as server:
        assert [result.problem for result in read(server, "closed/a", robots=False)] == [None]
        assert server.count("robots.txt") == 0


def test_every_request_says_who_asks_and_where_we_can_be_reached(tmp_path: Path):
    (tmp_path / "claimwatch.toml").write_text('[fetch]\ncontact = "https://example.org/contact"\n')
    named = load_settings(tmp_path, {})
    with serving(site(answer("no", 404)) | {"f": answer(good_feed("f"))}) as server:
        read(server, "open", user_agent=named.user_agent)
        wait_for(poll_feeds([Feed(id="f", url=server.url("f"), publisher="P")], {}, Settings(allowed_hosts=(server.host,), user_agent=named.user_agent), now=MONDAY))
        assert {request.headers["user-agent"] for request in server.asked} == {named.user_agent}
        assert len(server.asked) == 3
    assert "Claimwatch/" in named.user_agent
    assert "https://example.org/contact" in named.user_agent
