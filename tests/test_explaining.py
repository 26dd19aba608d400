"""`claimwatch explain`: an article as it was understood, in text and as a page."""

import dataclasses
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html
from playwright.sync_api import Browser
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.explaining import explain_article
from pipeline.report.explain_html import render_explanation_page
from pipeline.report.explain_text import render_explanation
from pipeline.report.explanation import Explanation
from pipeline.watches import Cues, Question, QuestionKind, Story, Watch
from tests.builders import make_article
from tests.report.conftest import browser  # noqa: F401 - a fixture
from tests.report.test_browser import CONTRAST
from tests.report.test_hostile import HOSTILE

TEXT = (
    "OSLO (Hill Courier) - The bridge will close on Friday, Anna Berg said. It may reopen in June if 40 workers are found.\n"
    "Photo: Lars Holm/Hill Courier\n"
    "The harbour office denied that the ferry had sunk. It was all a bit much."
)
STORY = Story(
    watches=(
        Watch(
            id="bridge",
            title="The bridge",
            subject=("bridge",),
            questions=(Question(id="closing", kind=QuestionKind.DATE, asks="When does it close?", cues=(Cues(state="", words=("close",)),)),),
        ),
        Watch(id="dam", title="The dam", subject=("dam",)),
    )
)


@pytest.fixture(scope="module")
def explained() -> Explanation:
    return explain_article(make_article(text=TEXT, date_text="Mon, 12 May 2031 11:00:00 +0200"), STORY, name="bridge.txt", dated="header")


def test_every_claim_is_marked_in_place_and_the_words_are_those_of_the_article(explained: Explanation):
    sentences = [sentence for paragraph in explained.paragraphs for sentence in paragraph.sentences]
    for sentence in sentences:
        assert "".join(segment.text for segment in sentence.segments) == TEXT[sentence.start:sentence.end]
    marked = {segment.number for sentence in sentences for segment in sentence.segments if segment.number}
    assert marked == {card.number for sentence in sentences for card in sentence.claims}
    opened = [number for sentence in sentences for segment in sentence.segments for number in segment.opens]
    assert sorted(opened) == sorted(marked)


def test_the_slots_stand_beside_the_claim(explained: Explanation):
    (closing, *_) = [card for paragraph in explained.paragraphs for sentence in paragraph.sentences for card in sentence.claims]
    slots = dict(closing.slots)
    assert slots["who"].startswith("Anna Berg")
    assert slots["sure"] == "planned"
    assert slots["when"] == '"Friday" = 16 May 2031'
    assert slots["what"].startswith("close")


def test_what_makes_no_claim_says_why(explained: Explanation):
    text = render_explanation(explained)
    assert "OSLO (Hill Courier) -" in text
    assert "(by the file's header: “Mon, 12 May 2031 11:00:00 +0200”)" in " ".join(text.split())
    assert "cut off before the first sentence" in text
    assert "caption or credit, makes no claim" in text
    assert "no claim: it says nothing" in text


def test_a_watch_says_which_question_a_sentence_answers_and_why_it_passed_another_over(explained: Explanation):
    assert dict(explained.watches)["The bridge"] == ""
    assert dict(explained.watches)["The dam"] == "no sentence has a word of the subject: dam"
    text = render_explanation(explained, width=200)
    assert "The bridge: When does it close?" in text
    assert "The bridge: passed over" in text


def test_without_watches_nothing_is_said_of_questions():
    bare = explain_article(make_article(text=TEXT), None, name="bridge.txt", dated="now")
    assert not bare.watches
    assert not any(sentence.asked for paragraph in bare.paragraphs for sentence in paragraph.sentences)


def test_the_text_has_a_bracket_for_every_claim(explained: Explanation):
    text = render_explanation(explained, width=200)
    assert "[1 The bridge will close on Friday], Anna Berg said." in text
    assert text.count("[") >= explained.claims


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_page_has_no_live_markup_from_an_article(hostile: str):
    article = make_article(title=hostile, publisher=hostile, url=hostile, text=f"The bridge closed on Friday, {hostile} said.\n{hostile}")
    page = render_explanation_page(explain_article(article, None, name=hostile, dated="now"))
    tree = lxml_html.fromstring(page)
    assert not tree.xpath("//script|//img|//svg|//iframe|//form")
    assert not [name for element in tree.iter() if isinstance(element.tag, str) for name in element.attrib if name.startswith("on")]
    assert all(re.match(r"#|https?://", link) for link in tree.xpath("//a/@href"))
    assert "default-src 'none'" in page
    assert "\u202e" not in page


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_is_legible_on_a_phone_and_on_a_desk(explained: Explanation, browser: Browser, tmp_path: Path, width: int, scheme: str):  # noqa: F811
    long = dataclasses.replace(explained, title="Un" * 200)
    file = tmp_path / "page.html"
    file.write_text(render_explanation_page(long), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.evaluate("""() => [document.querySelector('.sentence mark'), document.querySelector('.card')].map(n => {
      const b = n.getBoundingClientRect(); return [b.left, b.top]; })""")
    assert (boxes[1][0] > boxes[0][0] + 200) is (width == 1440)
    assert refused == []
    assert page.evaluate(CONTRAST) == []
    context.close()


def test_the_command_writes_a_page_or_prints_text(tmp_path: Path):
    file = tmp_path / "a.txt"
    file.write_text("outlet: Hill Courier\nurl: https://example.org/a\npublished: 2031-05-12T09:00:00+00:00\ntitle: Bridge\n\n" + TEXT, encoding="utf-8")
    printed = CliRunner().invoke(app, ["explain", str(file)])
    assert printed.exit_code == 0
    assert "[1 The bridge will close on Friday]" in printed.output
    page = tmp_path / "out" / "a.html"
    written = CliRunner().invoke(app, ["explain", str(file), "--html", str(page)])
    assert written.exit_code == 0
    assert "4 sentences" in written.output
    assert "<mark" in page.read_text(encoding="utf-8")


def test_text_from_standard_input_is_read_as_of_the_day_that_is_given():
    printed = CliRunner().invoke(app, ["explain", "-", "--published", "2031-05-12", "--publisher", "Hill Courier"], input="The bridge closed on Friday.")
    assert '"Friday" = 9 May 2031' in printed.output
    assert "Hill Courier, in its own words" in printed.output
