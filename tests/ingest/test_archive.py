from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError, InputError
from pipeline.ingest.archive import clean_text, parse_dispatch, read_archive

GOOD = "outlet: Hill Courier\nurl: https://example.org/a\npublished: 2031-05-12T09:00:00+02:00\ntitle: Bridge to close\n\nThe bridge will close on Friday.\n"


def archive_of(tmp_path: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = tmp_path / name.replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


@pytest.mark.parametrize(("raw", "line", "says"), [
    ("Just a text without any header.\n", 1, "no header"),
    (GOOD.replace("2031-05-12T09:00:00+02:00", "yesterday"), 3, "no date"),
    (GOOD.replace("+02:00", ""), 3, "no time zone"),
    (GOOD.replace("outlet: Hill Courier\n", ""), 1, "no 'outlet'"),
    (GOOD.replace("title:", "headline:"), 4, "unknown header line"),
    (GOOD.replace("title:", "outlet:"), 4, "twice"),
    (GOOD.split("\n\n")[0], 5, "no text"),
    ("", 1, "is empty"),
    (GOOD.encode() + b"\xff\xfe broken", 7, "not UTF-8"),
    (GOOD + "x" * 5_000_001, 1, "larger than 5 MB"),
])
def test_a_bad_dispatch_is_named_with_file_and_line_and_the_rest_is_read(tmp_path: Path, raw: str | bytes, line: int, says: str):
    archive = read_archive(archive_of(tmp_path, **{"001_txt": GOOD, "002_txt": raw}))
    assert [article.title for article in archive.articles] == ["Bridge to close"]
    (problem,) = archive.problems
    assert problem.where == f"{tmp_path / '002.txt'}:{line}"
    assert says in problem.what
    assert problem.remedy


def test_articles_come_in_the_order_in_which_they_reached_us(tmp_path: Path):
    late = GOOD.replace("title: Bridge to close", "title: Late\nfetched: 2031-06-01T00:00:00Z").replace("/a", "/b")
    edited = GOOD.replace("title: Bridge to close", "title: Edited\nupdated: 2031-05-13T09:00:00+02:00")
    archive = read_archive(archive_of(tmp_path, **{"001_txt": late, "002_txt": edited, "003_txt": GOOD}))
    assert [article.title for article in archive.articles] == ["Bridge to close", "Edited", "Late"]


def test_published_keeps_the_offset_of_its_place(tmp_path: Path):
    (article,) = read_archive(archive_of(tmp_path, **{"001_txt": GOOD})).articles
    assert article.published.utcoffset().total_seconds() == 7200


def test_removals_are_read_and_bad_ones_named(tmp_path: Path):
    lines = "url: https://example.org/a removed_at: 2031-05-20T10:00:00Z\nhttps://example.org/b gone\n"
    archive = read_archive(archive_of(tmp_path, **{"001_txt": GOOD, "removed_txt": lines}))
    assert [removal.url for removal in archive.removals] == ["https://example.org/a"]
    assert [problem.where.rsplit(":", 1)[1] for problem in archive.problems] == ["2"]


def test_pages_and_feeds_in_the_folder_are_articles_too(tmp_path: Path):
    words = " ".join(f"The bridge across the river stays shut for repair number {number}, the district said." for number in range(12))
    page = (f'<html><head><link rel="canonical" href="https://example.org/page"><meta property="og:site_name" content="Fjord Press">'
            f'<meta property="article:published_time" content="2031-05-14T08:00:00+02:00"></head><body><article><h1>Shut</h1><p>{words}</p></article></body></html>')
    feed = (f'<?xml version="1.0"?><rss version="2.0"><channel><title>Coast Post</title><item><title>Open</title><link>https://example.org/feed</link>'
            f"<pubDate>Thu, 15 May 2031 08:00:00 GMT</pubDate><description>{words}</description></item></channel></rss>")
    archive = read_archive(archive_of(tmp_path, **{"page_html": page, "feed_xml": feed}))
    assert archive.problems == ()
    assert [(article.url, article.publisher) for article in archive.articles] == [("https://example.org/page", "Fjord Press"), ("https://example.org/feed", "feed")]


def test_html_cut_in_the_middle_and_a_feed_that_is_none_are_problems_not_crashes(tmp_path: Path):
    archive = read_archive(archive_of(tmp_path, **{"001_txt": GOOD, "cut_html": "<html><head><title>x</ti", "no_xml": "<html><body>hello</body></html>"}))
    assert len(archive.articles) == 1
    assert sorted(problem.where.rsplit("/", 1)[1] for problem in archive.problems) == ["cut.html:1", "no.xml:1"]


def test_a_missing_or_empty_folder_is_a_usage_error(tmp_path: Path):
    with pytest.raises(ConfigError, match="archive"):
        read_archive(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="holds no dispatch"):
        read_archive(tmp_path)


def test_the_shipped_stories_are_read_whole(seeds: Path):
    for story, number in (("syria-withdrawal", 26), ("artemis-launch", 14)):
        archive = read_archive(seeds / story)
        assert (len(archive.articles), archive.problems) == (number, ())


@given(st.text(max_size=300))
def test_no_header_makes_the_parser_fail_in_an_unknown_way(raw: str):
    found = None
    try:
        found = parse_dispatch(raw, source="x.txt").text
    except InputError as error:
        found = error.where
    assert found


@given(st.text(max_size=200))
def test_cleaning_a_text_twice_is_cleaning_it_once(text: str):
    assert clean_text(clean_text(text)) == clean_text(text)
