"""Pages that show something in place of an article, and articles that only speak of such things."""

import datetime as dt
from dataclasses import replace

import pytest

from pipeline.errors import InputError
from pipeline.ingest.articles import extract_article
from pipeline.model import Entry
from tests.builders import MONDAY

ARTICLE = "".join(f"<p>The bridge over the river stays shut for repair number {number}, the district said on Monday.</p>" for number in range(12))


def read(body: str, head: str = "", fallback: Entry | None = None, seen_at: dt.datetime | None = MONDAY):
    page = f"<html><head>{head}</head><body><main><article>{body}</article></main></body></html>"
    return extract_article(page.encode(), "https://example.org/a", seen_at, fallback, "f")


WALLS = [
    ("paywall", "<h1>Bridge</h1><p>The bridge is shut.</p><p>Subscribe now to continue reading this article. Already a subscriber? Log in.</p>"),
    ("paywall", "<p>This article is exclusively available to our subscribers, sign up today for full access to everything we write.</p>"),
    ("paywall", "<p>You have read all of your free articles this month. Start your free trial and read on without any limits at all.</p>"),
    ("consent", "<h1>Before you continue</h1><p>We and our 842 partners use cookies to store and access information on your device.</p><p>Accept all cookies</p>"),
    ("consent", "<p>We value your privacy. Manage your preferences, or consent to the processing of your data by us and by our partners.</p>"),
    ("needs_javascript", "<p>Please enable JavaScript in your browser to view this page and everything that it has to offer to its readers.</p>"),
    ("needs_javascript", "<p>JavaScript is disabled. This site requires JavaScript to be turned on before it can show its pages to you at all.</p>"),
    ("robot_check", "<p>Please verify you are a human. We have detected unusual traffic from your network and need to check your browser first.</p>"),
    ("robot_check", "<p>Access denied. Complete the security check to access this site, and make sure that cookies are enabled in your browser.</p>"),
    ("not_found_page", "<h1>Oops</h1><p>The page you are looking for could not be found, it may have been moved, or it may never have been there at all.</p>"),
]


@pytest.mark.parametrize(("code", "body"), WALLS)
def test_a_page_that_shows_a_wall_is_refused_with_its_kind(code: str, body: str):
    with pytest.raises(InputError) as caught:
        read(body)
    assert caught.value.code == code


def test_a_page_that_says_that_it_is_not_free_and_shows_a_beginning_is_refused():
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    with pytest.raises(InputError) as caught:
        read(ARTICLE[:400], head=data)
    assert caught.value.code == "paywall"
    assert "shut for repair" in read(ARTICLE * 2, head=data).text


@pytest.mark.parametrize("sentence", [
    "The museum asks visitors to subscribe to its letter if they want to continue reading about the finds.",
    "The court ruled that sites must let readers accept all cookies or none of them.", "A robot that solves every captcha was shown at the fair.",
    "The ministry said the page was not found in the archive.", "Access denied was all that the guard would say.",
])
def test_an_article_that_speaks_of_walls_is_no_wall(sentence: str):
    assert sentence in read(ARTICLE + f"<p>{sentence}</p>").text


DATES = [
    ('<meta property="article:published_time" content="2031-05-11T08:00:00+02:00">', "2031-05-11T08:00:00+02:00", "page"),
    ('<script type="application/ld+json">{"@graph": [{"@type": "Organization"}, {"@type": "NewsArticle", "datePublished": "2031-05-10T08:00:00Z"}]}</script>', "2031-05-10T08:00:00+00:00", "page"),
    ('<meta name="pubdate" content="Sun, 11 May 2031 08:00:00 +0300">', "2031-05-11T08:00:00+03:00", "page"),
    ('<meta property="article:published_time" content="2031-05-11">', "2031-05-11T00:00:00+00:00", "page, zone unknown"),
    ('<meta property="article:published_time" content="2199-05-11T08:00:00Z">', MONDAY.isoformat(), "seen"),
    ('<meta property="article:published_time" content="1970-01-01T00:00:00Z">', MONDAY.isoformat(), "seen"),
    ('<meta property="article:published_time" content="soon">', MONDAY.isoformat(), "seen"),
    ("", MONDAY.isoformat(), "seen"),
]


@pytest.mark.parametrize(("head", "published", "dated"), DATES)
def test_a_date_is_taken_with_its_zone_and_its_source_if_it_can_be_believed(head: str, published: str, dated: str):
    article = read(ARTICLE, head=head)
    assert (article.published.isoformat(), article.dated) == (published, dated)
    # The words as they stood there, also where they could not be believed.
    assert (article.date_text in head) if head else article.date_text == ""
    assert bool(article.date_text) == bool(head)


def test_the_date_of_the_feed_wins_over_a_date_without_zone_and_loses_against_one_with():
    entry = Entry(feed="f", url="https://example.org/a", title="T", publisher="P", published=MONDAY - dt.timedelta(hours=3))
    told = read(ARTICLE, head=DATES[3][0], fallback=replace(entry, date_text="Mon, 12 May 2031 06:00:00 GMT"))
    assert (told.dated, told.date_text) == ("feed", "Mon, 12 May 2031 06:00:00 GMT")
    assert read(ARTICLE, head=DATES[0][0], fallback=entry).dated == "page"


@pytest.mark.parametrize(("text", "language"), [
    ("The bridge stays shut because the district has not paid for its repair, a spokesman said on Monday.", "en"),
    ("Мост остаётся закрытым, потому что район не заплатил за ремонт, сообщил представитель в понедельник.", "ru"),
    ("الجسر يبقى مغلقا لأن المنطقة لم تدفع ثمن إصلاحه كما قال المتحدث باسمها يوم الاثنين في المؤتمر الصحفي.", "ar"),
])
def test_the_language_of_the_text_is_kept_whatever_the_page_declares(text: str, language: str):
    assert read("".join(f"<p>{text} {number}.</p>" for number in range(6))).language == language
