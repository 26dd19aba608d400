"""Published articles are visited again: a silent edit is reported as the claims it changed, and nothing else is."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from pipeline import monitor, rechecking
from pipeline.config import Settings
from pipeline.ingest import pacing
from pipeline.memory import PageMemory
from pipeline.model import Article, ChangeKind
from pipeline.store.articles import all_removals, all_versions
from pipeline.store.changes import all_changes
from pipeline.store.claims import all_claims
from pipeline.store.database import Database
from pipeline.store.pages import pages_of
from pipeline.store.rechecks import due_pages, failing_pages, page_memory
from pipeline.watches import Feed, Question, QuestionKind, Story, Watch
from tests.builders import MONDAY
from tests.faultserver import FaultServer, Request, Send, answer, rss, serving

BRIDGE = Watch(id="bridge", title="The bridge", subject=("bridge",), questions=(
    Question(id="closing", kind=QuestionKind.DATE, role="event"), Question(id="houses", kind=QuestionKind.QUANTITY, of=("house",), role="affected")))
TEXT = ("The bridge will close on 16 May, Anna Berg said.", "Twenty houses were flooded near the bridge on Sunday, the council said.",
        "The county has asked the engineers for a report on every pillar and every cable.", "Nobody was hurt when the water came, and the school stays open.")
HOUR = dt.timedelta(hours=1)


def page(paragraphs: tuple[str, ...] = TEXT, extra: str = "", updated: str = "") -> str:
    body = "".join(f"<p>{part}</p>" for part in paragraphs)
    moved = f'<meta property="article:modified_time" content="{updated}">' if updated else ""
    return (f'<html lang="en"><head><title>Bridge to close</title><meta property="article:published_time" content="2031-05-12T08:00:00+02:00">{moved}</head>'
            f"<body><article><h1>Bridge to close</h1>{body}{extra}</article></body></html>")


@dataclass
class World:
    """A site with one article, the feed that names it, and a database; `show` says what the page answers next."""

    server: FaultServer
    database: Database
    now: dt.datetime = MONDAY
    story: Story = field(init=False)

    def __post_init__(self) -> None:
        self.story = Story(watches=(BRIDGE,), feeds=(Feed(id="f", url=self.server.url("f"), publisher="Hill Courier"),))
        self.settings = Settings(allowed_hosts=(self.server.host,), timeout=30.0)
        self.server.handlers["f"] = answer(rss(f"<item><title>Bridge to close</title><link>{self.server.url('a')}</link></item>"))

    def show(self, handler: Callable[[Request, Send], None]) -> None:
        self.server.handlers["a"] = handler

    def first_run(self) -> None:
        monitor.run(self.story, self.settings, self.database, now=self.now)

    def visit(self, later: dt.timedelta = HOUR) -> list[tuple[str, str]]:
        """Move the clock and visit; the changes that were reported, as question and kind."""
        self.now += later
        result = rechecking.recheck(self.story, self.settings, self.database, now=self.now)
        return [(change.question, change.kind.value) for change in result.changes]

    def versions(self) -> list[str]:
        with self.database.reading() as connection:
            return [version.article.text for version in all_versions(connection)]

    def memory(self) -> PageMemory:
        with self.database.reading() as connection:
            found = page_memory(connection, self.server.url("a"))
        assert found is not None
        return found


@pytest.fixture
def world(sqlite_database: Database) -> Iterator[World]:
    with serving({"robots.txt": answer("no", 404)}) as server:
        made = World(server, sqlite_database)
        made.show(answer(page(), Content_Type="text/html"))
        made.first_run()
        yield made


def test_a_silent_edit_is_a_version_once_it_was_seen_on_two_visits_and_is_reported_as_the_claims_it_changed(world: World):
    edited = page(("The bridge stays open for now, Anna Berg said.", *TEXT[1:]))
    world.show(answer(edited, Content_Type="text/html"))
    assert world.visit() == []
    assert len(world.versions()) == 1
    reported = world.visit()
    assert ("closing", "withdrawn") in reported
    assert not any(question == "houses" for question, _ in reported)
    assert len(world.versions()) == 2
    with world.database.reading() as connection:
        (claim,) = [stored for stored in all_claims(connection, question="closing") if stored.claim.sentence == TEXT[0]]
        assert claim.retracted_at == world.now
        assert len(pages_of(connection, world.server.url("a"))) == 2
    assert world.visit() == []
    assert len(world.versions()) == 2


def test_a_number_that_was_edited_is_reported_with_both_numbers(world: World):
    world.show(answer(page((TEXT[0], TEXT[1].replace("Twenty", "Thirty"), *TEXT[2:])), Content_Type="text/html"))
    assert world.visit() == []
    world.visit()
    with world.database.reading() as connection:
        (change,) = [change for change in all_changes(connection, question="houses") if change.kind is not ChangeKind.NEW]
    assert (change.old.value, change.new.value) == ("20", "30")
    assert change.prior.sentence == TEXT[1]


def test_an_edit_that_is_taken_back_before_the_second_visit_never_happened(world: World):
    world.show(answer(page(TEXT[1:]), Content_Type="text/html"))
    assert world.visit() == []
    assert world.memory().pending is not None
    world.show(answer(page(), Content_Type="text/html"))
    assert world.visit() == []
    assert world.memory().pending is None
    assert len(world.versions()) == 1


def test_a_text_that_comes_back_after_another_is_a_version_again(world: World):
    for paragraphs in (TEXT[1:], TEXT):
        world.show(answer(page(paragraphs), Content_Type="text/html"))
        for _ in range(2):
            world.visit()
    assert ["16 May" in text for text in world.versions()] == [True, False, True]


NOISE: dict[str, Callable[[int], str]] = {
    "the same": lambda _: page(),
    "minutes ago": lambda number: page(extra=f"<p>Updated {number} minutes ago</p>"),
    "a clock": lambda number: page(extra=f"<p>Last updated: 12 May 2031, 1{number % 9}:0{number % 9}</p>"),
    "views": lambda number: page(extra=f"<p>{number},204 views</p>"),
    "a teaser of another article": lambda number: page(extra=f"<p>Why the ferry to island {number} is late again</p>"),
    "a sentence that changes with every fetch": lambda number: page(extra=f"<p>Today's quiz has {number} questions about the harbour and its boats.</p>"),
    "two texts in turn": lambda number: page(TEXT if number % 2 else TEXT[1:]),
    "three texts in turn": lambda number: page((TEXT, TEXT[1:], TEXT[:3])[number % 3]),
    "other type": lambda number: page(tuple(part.replace("'", "’").replace(" ", "  " if number % 2 else " ") for part in TEXT)),
    "a date of change that moves": lambda number: page(updated=f"2031-05-12T{10 + number % 10}:00:00+02:00"),
}


@pytest.mark.parametrize("name", NOISE)
def test_what_differs_without_an_edit_is_no_version_however_often_it_is_seen(world: World, name: str):
    count = iter(range(1, 1000))
    world.show(lambda request, send: answer(NOISE[name](next(count)), Content_Type="text/html")(request, send))
    for _ in range(14):
        assert world.visit() == []
    assert len(world.versions()) == 1


def test_an_edit_is_found_among_what_changes_with_every_fetch(world: World):
    count = iter(range(1, 1000))
    edited = ("The bridge will close on 20 May, Anna Berg said.", *TEXT[1:])
    world.show(lambda request, send: answer(page(edited, f"<p>Today's quiz has {next(count)} questions about the harbour and its boats.</p>"), Content_Type="text/html")(request, send))
    world.visit()
    world.visit()
    assert [part for part in world.versions()[1].split("\n\n") if part.endswith(".")] == list(edited)


def test_an_article_is_withdrawn_when_two_visits_an_hour_apart_find_it_gone(world: World):
    world.show(answer("gone", 404))
    assert world.visit() == []
    assert world.visit(dt.timedelta(minutes=10)) == []
    assert ("closing", "withdrawn") in world.visit(dt.timedelta(minutes=55))
    with world.database.reading() as connection:
        assert [removal.url for removal in all_removals(connection)] == [world.server.url("a")]
        assert due_pages(connection, world.now + dt.timedelta(days=400)) == ()


def test_one_answer_that_it_is_gone_between_good_ones_is_nothing(world: World):
    for handler in (answer("gone", 410), answer(page(), Content_Type="text/html"), answer("gone", 404), answer(page(), Content_Type="text/html")):
        world.show(handler)
        assert world.visit() == []
    assert world.memory().missing == 0


FAILURES = {
    "500": answer("no", 500), "403": answer("no", 403), "429": answer("no", 429), "empty": answer("", Content_Type="text/html"),
    "consent": answer("<html><body><h1>Before you continue</h1><p>Accept all cookies. We value your privacy and store cookies.</p></body></html>", Content_Type="text/html"),
    "paywall": answer("<html><body><p>Subscribe to continue reading this article. Already a subscriber? Log in.</p></body></html>", Content_Type="text/html"),
    "script": answer("<html><body><p>Please enable JavaScript to view this page.</p></body></html>", Content_Type="text/html"),
    "soft 404": answer("<html><head><title>Page not found</title></head><body><p>The page you are looking for does not exist.</p></body></html>", Content_Type="text/html"),
    "front page": answer("", 302, Location="/front"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_page_that_cannot_be_read_says_nothing_about_its_article(world: World, name: str):
    world.server.handlers["front"] = answer("<html><head><title>News</title></head><body><article>" + "<p>Quite other news from all over the county and its towns today.</p>" * 9 + "</article></body></html>", Content_Type="text/html")
    world.show(FAILURES[name])
    for _ in range(6):
        assert world.visit(dt.timedelta(hours=3)) == []
    assert len(world.versions()) == 1
    with world.database.reading() as connection:
        assert all_removals(connection) == ()
        (memory,) = failing_pages(connection)
    assert memory.last_error
    assert memory.last_code != "unexpected"


def test_a_page_that_did_not_change_is_asked_for_with_its_validators(world: World):
    world.show(lambda request, send: answer("", 304)(request, send) if "if-none-match" in request.headers else answer(page(), Content_Type="text/html", ETag='"1"')(request, send))
    for _ in range(4):
        world.visit(3 * HOUR)
    conditional = [request.headers.get("if-none-match") for request in world.server.asked if request.path == "/a"]
    assert conditional[2:] == ['"1"'] * 3


def test_visits_become_rarer_with_age_and_end():
    memory = PageMemory(url="u", address="u", feed="f", published=MONDAY)
    waits = []
    now = MONDAY
    while (following := pacing.next_visit(memory, now)) is not None:
        waits.append(following - now)
        now = following
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (HOUR, dt.timedelta(days=7))
    assert 20 <= len(waits) <= 40
    assert now - MONDAY >= dt.timedelta(days=30)


def test_a_site_that_changes_all_its_pages_at_once_was_rebuilt_and_not_edited(sqlite_database: Database):
    with serving({"robots.txt": answer("no", 404)}) as server:
        def show(extra: str) -> None:
            for number in range(8):
                paragraphs = (*TEXT[:3], f"This is about pillar {number} and nothing else, the engineers said in their report.")
                server.handlers[str(number)] = answer(page(paragraphs, extra).replace("Bridge to close", f"Pillar {number} is weak"), Content_Type="text/html")

        show("")
        server.handlers["f"] = answer(rss("".join(f"<item><title>Pillar {number} is weak</title><link>{server.url(str(number))}</link></item>" for number in range(8))))
        story = Story(watches=(BRIDGE,), feeds=(Feed(id="f", url=server.url("f"), publisher="P"),))
        settings = Settings(allowed_hosts=(server.host,))
        monitor.run(story, settings, sqlite_database, now=MONDAY)
        show("<p>This newspaper has been printed in the county since the year of the great flood.</p>")
        rechecking.recheck(story, settings, sqlite_database, now=MONDAY + HOUR)
        result = rechecking.recheck(story, settings, sqlite_database, now=MONDAY + 2 * HOUR)
    assert [problem.code for problem in result.problems] == ["rebuilt"]
    assert result.articles == 0


def test_our_own_extraction_that_changed_is_no_edit_of_theirs(world: World, monkeypatch: pytest.MonkeyPatch):
    # As if an older version of the extractor had left the last paragraph out.
    from sqlalchemy import update

    from pipeline.store.articles import latest_version
    from pipeline.store.codec import to_json
    from pipeline.store.tables import articles

    with world.database.writing() as connection:
        stored = latest_version(connection, world.server.url("a")).article
        import dataclasses

        short = dataclasses.replace(stored, text="\n\n".join(stored.text.split("\n\n")[:3]))
        connection.execute(update(articles).values(data=to_json(short), fingerprint=short.fingerprint))
    for _ in range(4):
        assert world.visit() == []
    assert len(world.versions()) == 1


def test_pages_that_show_two_texts_by_chance_hardly_ever_make_a_version(sqlite_database: Database):
    """Four fetches on two visits must agree: with a fair coin that is one page in eight, and a page once found out is never believed."""
    chance = random.Random(11)
    with serving({"robots.txt": answer("no", 404)}) as server:
        world = World(server, sqlite_database)
        world.show(answer(page(), Content_Type="text/html"))
        world.first_run()
        world.show(lambda request, send: answer(page(TEXT if chance.random() < 0.5 else TEXT[1:]), Content_Type="text/html")(request, send))
        for _ in range(30):
            world.visit()
        assert len(world.versions()) <= 2


def test_one_page_on_which_our_own_code_fails_is_reported_and_stops_no_other(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch):
    works = rechecking.take_article

    def broken(article: Article, *given: object, **named: object) -> None:
        if "pillar 1" in article.text:
            raise KeyError("no such thing")
        works(article, *given, **named)  # type: ignore[arg-type]

    with serving({"robots.txt": answer("no", 404)}) as server:
        def show(day: int) -> None:
            for number in range(3):
                paragraphs = (TEXT[0].replace("16 May", f"{day} May"), *TEXT[1:3], f"This is about pillar {number} and nothing else, the engineers said in their report.")
                server.handlers[str(number)] = answer(page(paragraphs).replace("Bridge to close", f"Pillar {number} is weak"), Content_Type="text/html")

        show(16)
        server.handlers["f"] = answer(rss("".join(f"<item><title>Pillar {number} is weak</title><link>{server.url(str(number))}</link></item>" for number in range(3))))
        story = Story(watches=(BRIDGE,), feeds=(Feed(id="f", url=server.url("f"), publisher="P"),))
        settings = Settings(allowed_hosts=(server.host,))
        monitor.run(story, settings, sqlite_database, now=MONDAY)
        show(20)
        monkeypatch.setattr(rechecking, "take_article", broken)
        rechecking.recheck(story, settings, sqlite_database, now=MONDAY + HOUR)
        result = rechecking.recheck(story, settings, sqlite_database, now=MONDAY + 2 * HOUR)
        assert result.articles == 2
        assert [(problem.where, problem.what) for problem in result.problems] == [(server.url("1"), "could not be analysed (KeyError)")]
        monkeypatch.undo()
        for hours in (3, 4):
            result = rechecking.recheck(story, settings, sqlite_database, now=MONDAY + hours * HOUR)
        assert (result.articles, result.problems) == (1, ())
