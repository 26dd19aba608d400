"""An article is known again whatever its feed and its site do to its addresses, and two articles are never taken for one."""

import datetime as dt
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from pipeline import gathering
from pipeline.config import Settings
from pipeline.ingest.articles import article_of_entry, identity
from pipeline.ingest.copies import bands
from pipeline.ingest.identity import agree, link_key, with_keys
from pipeline.model import Entry, InputProblem, digest
from pipeline.store import line
from pipeline.store.articles import add_version, all_versions, has_text
from pipeline.store.copies import copy_of
from pipeline.store.database import Database
from pipeline.watches import Feed, Story
from tests.builders import MONDAY, make_article, waiting_entries
from tests.faultserver import Request, answer, rss, serving
from tests.ingest.rounds import poll_once

SAME = [
    ("http://www.example.org/a/story", "https://example.org/a/story"),
    ("https://example.org/a/story/", "https://example.org/a/story"),
    ("https://example.org/a/story?utm_source=rss&utm_medium=x", "https://example.org/a/story"),
    ("https://example.org/a/story?fbclid=abc#comments", "https://example.org/a/story"),
    ("https://example.org/a/story?at_medium=RSS&at_campaign=K", "https://example.org/a/story"),
    ("https://amp.example.org/a/story", "https://example.org/a/story"),
    ("https://m.example.org/a/story", "https://example.org/a/story"),
    ("https://example.org/a/story/amp/", "https://example.org/a/story"),
    ("https://example.org/amp/a/story", "https://example.org/a/story"),
    ("https://example.org/a/story.amp.html", "https://example.org/a/story.html"),
    ("https://example.org/a/story?amp=1", "https://example.org/a/story"),
    ("https://example.org/a/story?outputType=amp", "https://example.org/a/story"),
    ("https://example.org/a/index.html", "https://example.org/a"),
    ("https://EXAMPLE.org:443/a/story", "https://example.org/a/story"),
    ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
]
OTHER = [
    ("https://example.org/a/1", "https://example.org/a/2"), ("https://example.org/a?id=1", "https://example.org/a?id=2"),
    ("https://example.org/Story", "https://example.org/story"), ("https://example.org/a", "https://example.net/a"),
    ("https://news.example.org/a", "https://sport.example.org/a"), ("https://example.org:8443/a", "https://example.org/a"),
    ("https://example.org/sample", "https://example.org/s"), ("https://example.org/?p=12", "https://example.org/?p=13"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_an_address_are_one(one: str, other: str):
    assert link_key(one) == link_key(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_addresses_are_not_taken_for_one(one: str, other: str):
    assert link_key(one) != link_key(other)


@pytest.mark.parametrize(("canonical", "url", "wanted"), [
    ("https://example.org/story", "https://example.org/story?utm_source=x", "https://example.org/story"),
    ("https://www.example.org/story", "https://example.org/amp/story", "https://www.example.org/story"),
    ("/story", "https://example.org/story?x=1", "https://example.org/story"),
    ("https://example.org/", "https://example.org/story", "https://example.org/story"),
    ("https://other.example.net/story", "https://example.org/story", "https://example.org/story"),
    ("", "https://example.org/story?utm_medium=rss", "https://example.org/story"),
    ("/world/all", "https://example.org/world/truce-holds-for-now", "https://example.org/world/truce-holds-for-now"),
    ("/world/8134", "https://example.org/world/truce-holds-for-now", "https://example.org/world/8134"),
    ("javascript:alert(1)", "https://example.org/story", "https://example.org/story"),
])
def test_a_canonical_link_counts_on_its_own_site_and_not_if_it_names_the_front_page(canonical: str, url: str, wanted: str):
    assert identity(canonical, url) == wanted


def test_entries_that_share_an_address_are_told_apart_by_their_titles():
    entries = with_keys(Entry(feed="f", url="https://example.org/", title=title, publisher="P", content="x " * 200) for title in ("A", "B", "A"))
    assert len({entry.key for entry in entries}) == 2
    assert len({article_of_entry(entry, seen_at=MONDAY).url for entry in entries}) == 2


def test_two_texts_agree_by_title_or_by_words_and_not_by_letters():
    one = make_article(title="Bridge shut", text="The bridge is shut for repair until May, the district said on Monday. " * 5)
    assert agree(one, replace(one, title="Quite another headline here"))
    assert agree(one, replace(one, text="Words that have nothing to do with it at all. " * 9))
    assert not agree(one, replace(one, title="Harvest festival opens", text="A parade went through the old town with music and lanterns. " * 5))


NUMBERS = range(100)
POLLS = range(5)


def text(number: int) -> str:
    return " ".join(f"Village {number} reported point {point} of its plan {number * 7 + point} to the county council." for point in range(10))


def title(number: int) -> str:
    return f"Village {number} reports its plan to the county"


# The seven: what a feed does with addresses and ids, poll after poll. Each gives, for a poll and an article, its link and its guid.
FAULTS = {
    "well behaved": lambda poll, number: (f"https://example.org/{number}", f"id-{number}"),
    "a new id with every poll": lambda poll, number: (f"https://example.org/{number}", f"id-{number}-{poll}"),
    "one id for all": lambda poll, number: (f"https://example.org/{number}", "id"),
    "new tracking parameters with every poll, and no id": lambda poll, number: (f"https://example.org/{number}?utm_source=rss&utm_campaign={poll}&at_ptr={poll}", None),
    "addresses that follow the headline, ids that follow the address": lambda poll, number: (
        f"https://example.org/{number}-{'new' if poll > 2 and number < 40 else 'old'}-slug", f"https://example.org/{number}-{'new' if poll > 2 and number < 40 else 'old'}-slug"),
    "one address for all, and no id": lambda poll, number: ("https://example.org/", None),
    "secure and plain, phone and desk in turn, and no id": lambda poll, number: (
        (f"http://www.example.org/{number}/", f"https://example.org/{number}", f"https://amp.example.org/{number}/amp", f"https://m.example.org/{number}", f"https://example.org/{number}/?amp=1")[poll], None),
}


def feed_of(fault: str, poll: int, *, content: bool = True) -> str:
    def one(number: int) -> str:
        link, guid = FAULTS[fault](poll, number)
        link = link.replace("&", "&amp;")
        return (f"<item><title>{title(number)}</title><link>{link}</link>" + (f'<guid isPermaLink="false">{guid}</guid>' if guid else "")
                + f"<pubDate>Mon, 12 May 2031 0{number % 9}:{number % 60:02}:{poll:02} GMT</pubDate><description>{text(number) if content else 'Short.'}</description></item>")

    numbers: Sequence[int] = NUMBERS if poll % 2 else NUMBERS[::-1]
    return rss("".join(one(number) for number in numbers))


def run_once(story: Story, settings: Settings, database: Database, now: dt.datetime) -> tuple[list[InputProblem], int]:
    """What `monitor.run` does, without the language model: these articles are on no watch. Gives problems and new versions."""
    problems = list(poll_once(story.feeds, settings, database, now=now, everything=True))
    with database.reading() as connection:
        waiting = waiting_entries(connection, now)
    results = gathering.read_articles(waiting, settings, database, now=now)
    stored = 0
    with database.writing() as connection:
        for result in results:
            if result.article is None:
                problems.append(result.problem)
                continue
            if not has_text(connection, result.article):
                add_version(connection, result.article)
                gathering.note_copy(connection, result.article, bands(result.article.text))
                stored += 1
            gathering.remember_article(connection, result, result.article, settings, now=now)
            line.leave_line(connection, result.entry)
    return problems, stored


@pytest.mark.parametrize("fault", FAULTS)
def test_a_hundred_articles_stay_a_hundred_whatever_a_feed_does_to_ids_and_addresses(fault: str, sqlite_database: Database):
    polls: Iterator[str] = iter([feed_of(fault, poll) for poll in POLLS])
    with serving({"f": lambda request, send: answer(next(polls))(request, send)}) as server:
        story = Story(watches=(), feeds=(Feed(id="f", url=server.url("f"), publisher="P"),))
        for poll in POLLS:
            found = run_once(story, Settings(allowed_hosts=(server.host,)), sqlite_database, MONDAY + dt.timedelta(hours=2 * poll))
            assert found == ([], 100 if poll == 0 else 0)
    with sqlite_database.reading() as connection:
        assert len({version.article.url for version in all_versions(connection)}) == 100
        assert {version.article.title for version in all_versions(connection)} == {title(number) for number in NUMBERS}
        assert {version.version for version in all_versions(connection)} == {1}


def page(number: int, canonical: str, words: str = "") -> str:
    return (f'<html lang="en"><head><title>{title(number)}</title><link rel="canonical" href="{canonical}"><meta property="article:published_time" content="2031-05-12T0{number % 9}:{number % 60:02}:00Z">'
            f"</head><body><article><h1>{title(number)}</h1>" + "".join(f"<p>{part}.</p>" for part in (words or text(number)).split(". ")) + "</article></body></html>")


CANONICALS = {
    "its own": lambda base, number: f"{base}/{number}",
    "the front page for all": lambda base, number: f"{base}/",
    "one section page for all": lambda base, number: f"{base}/section/all",
    "the address that was asked": lambda base, number: "",
    "another site": lambda base, number: f"https://copies.example.net/{number}",
}


@pytest.mark.parametrize("kind", CANONICALS)
def test_pages_stay_as_many_as_they_are_whatever_their_canonical_links_say(kind: str, sqlite_database: Database):
    few = range(12)
    with serving({}) as server:
        base = f"http://{server.host}"

        def serve_page(request: Request, send) -> None:
            number = int(request.path.strip("/").partition("?")[0].split("-")[0])
            answer(page(number, CANONICALS[kind](base, number)), Content_Type="text/html")(request, send)

        server.handlers["*"] = serve_page
        server.handlers["robots.txt"] = answer("no", 404)
        story = Story(watches=(), feeds=(Feed(id="f", url=f"{base}/f", publisher="P"),))
        for poll in range(3):
            items = "".join(
                f"<item><title>{title(number)}</title><link>{base}/{number}{'-new' if poll == 2 else ''}?utm_source={poll}</link><description>Short.</description></item>" for number in few)
            server.handlers["f"] = answer(rss(items))
            problems, _ = run_once(story, Settings(allowed_hosts=(server.host,)), sqlite_database, MONDAY + dt.timedelta(hours=2 * poll))
            assert problems == []
    with sqlite_database.reading() as connection:
        assert len({version.article.url for version in all_versions(connection)}) == 12
        assert len(all_versions(connection)) == 12
        assert waiting_entries(connection) == ()


def test_the_same_words_at_two_outlets_are_two_articles(sqlite_database: Database):
    body = rss(f"<item><title>{title(1)}</title><link>https://example.org/1</link><pubDate>Mon, 12 May 2031 08:00:00 GMT</pubDate><description>{text(1)}</description></item>")
    with serving({"a": answer(body), "b": answer(body.replace("example.org", "example.net"))}) as server:
        story = Story(watches=(), feeds=tuple(Feed(id=name, url=server.url(name), publisher=name) for name in "ab"))
        run_once(story, Settings(allowed_hosts=(server.host,)), sqlite_database, MONDAY)
    with sqlite_database.reading() as connection:
        assert len({version.article.url for version in all_versions(connection)}) == 2
        links = {url: copy_of(connection, url) for url in ("https://example.org/1", "https://example.net/1")}
    assert sorted(links.values(), key=str) in ([None, "https://example.net/1"], [None, "https://example.org/1"]), "the later is linked to the first"


def test_a_headline_that_changed_with_its_address_is_a_new_version_of_the_article(sqlite_database: Database):
    with serving({}) as server:
        base = f"http://{server.host}"
        story = Story(watches=(), feeds=(Feed(id="f", url=f"{base}/f", publisher="P"),))
        server.handlers["robots.txt"] = answer("no", 404)
        for slug, words in (("one", text(3)), ("two", text(3).replace("Village 3 reported point 4", "Village 3 withdrew point 4"))):
            server.handlers[slug] = answer(page(3, f"{base}/{slug}", words).replace(title(3), f"Headline {slug} about village three"), Content_Type="text/html")
            server.handlers["f"] = answer(rss(f"<item><title>Headline {slug} about village three</title><link>{base}/{slug}</link><guid isPermaLink='false'>g3</guid></item>"))
            run_once(story, Settings(allowed_hosts=(server.host,)), sqlite_database, MONDAY + dt.timedelta(hours=2 if slug == "two" else 0))
    with sqlite_database.reading() as connection:
        versions = all_versions(connection)
    assert [(version.article.url, version.version, version.article.title[:12]) for version in versions] == [
        (f"{base}/one", 1, "Headline one"), (f"{base}/one", 2, "Headline two")]


def test_what_another_feed_has_brought_already_is_not_fetched_again(sqlite_database: Database):
    with serving({}) as server:
        base = f"http://{server.host}"
        server.handlers["1"] = answer(page(1, f"{base}/1"), Content_Type="text/html")
        entry = f"<item><title>{title(1)}</title><link>{base}/1?utm_source={{}}</link><pubDate>Mon, 12 May 2031 08:00:00 GMT</pubDate></item>"
        server.handlers.update({"a": answer(rss(entry.format("a"))), "b": answer(rss(entry.format("b")))})
        feeds = [Feed(id=name, url=f"{base}/{name}", publisher="P") for name in "ab"]
        settings = Settings(allowed_hosts=(server.host,))
        run_once(Story(watches=(), feeds=(feeds[0],)), settings, sqlite_database, MONDAY)
        run_once(Story(watches=(), feeds=tuple(feeds)), settings, sqlite_database, MONDAY + dt.timedelta(hours=1))
        assert sum(request.path.startswith("/1") for request in server.asked) == 1
    with sqlite_database.reading() as connection:
        assert len({version.article.url for version in all_versions(connection)}) == 1
        assert waiting_entries(connection) == ()


def test_a_hundred_thousand_different_fields_have_different_keys():
    """Also those that are the same when they are written one after the other, or that look like the lengths before them."""
    chance = random.Random(7)
    fields: set[tuple[str, ...]] = set()
    while len(fields) < 100_000:
        text = "".join(chance.choice("ab1:2\ud800é") for _ in range(chance.randint(0, 9)))
        cuts = sorted(chance.randint(0, len(text)) for _ in range(chance.randint(0, 3)))
        fields.add(tuple(text[start:end] for start, end in itertools.pairwise((0, *cuts, len(text)))))
    assert len({digest(*given) for given in fields}) == len(fields)
