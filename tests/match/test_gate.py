"""What the gate keeps from the parser is nothing that the full reading would have taken."""

from pathlib import Path

import pytest

from pipeline import monitor
from pipeline.config import load_language, load_story
from pipeline.extract.lemmas import possible_lemmas
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.ingest.archive import read_archive
from pipeline.language.names import Names
from pipeline.match.gate import Gate
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion
from pipeline.watches import Entity, Watch
from tests.builders import make_article

STORIES = ("syria-withdrawal", "artemis-launch", "karlov-election", "northport-strike")
OWN = (Entity(name="Harbour Union", kind="organisation", also=("HU",)), Entity(name="Ann Vale", kind="person", speaks_for="Harbour Union"))


def gate(*subject: str, must_name: tuple[tuple[str, ...], ...] = ()) -> Gate:
    watch = Watch(id="harbour", title="The harbour", subject=subject, must_name=must_name)
    return Gate((watch,), Names((*load_language().entities, *OWN)), possible_lemmas(load_english()))


@pytest.mark.parametrize(("subject", "text"), [
    ("pull out", "The troops pulled out at dawn."),
    ("pull out", "The pullout is over."),
    ("pull out", "The pull-out is over."),
    ("leave", "They left at dawn."),
    ("withdrawal", "They have withdrawn."),
    ("strike", "They struck at noon."),
    ("call * off", "They called the whole thing off."),
])
def test_a_word_of_the_subject_in_any_form_lets_an_article_in(subject: str, text: str):
    assert gate(subject).admits("Morning", text)


@pytest.mark.parametrize("text", ["The pull of the tide was strong.", "A right turn.", "It was off."])
def test_without_the_subject_an_article_stays_outside(text: str):
    assert not gate("pull out", "leave", "call * off").admits("Morning", text)


@pytest.mark.parametrize("text", [
    "The strike of the Harbour Union goes on.", "The strike goes on, says HU.", "The strike goes on, said Ann Vale.", "HARBOUR UNION STRIKE GOES ON",
    "The strike goes on.Harbour Union men cheered.",
])
def test_a_name_that_must_be_there_counts_in_any_spelling_and_by_who_speaks_for_it(text: str):
    assert gate("strike", must_name=(("Harbour Union",),)).admits("Morning", text)


def test_a_name_that_nobody_declared_counts_as_it_is_written():
    inner = gate("strike", must_name=(("Osk Valley Farmers",),))
    assert inner.admits("Morning", "The strike of the Osk Valley Farmers goes on.")
    assert not inner.admits("Morning", "The strike of the Osk River Farmers goes on.")


def test_one_name_of_every_group_must_be_there():
    both = gate("strike", must_name=(("Harbour Union",), ("Norway", "Denmark")))
    assert both.admits("Morning", "The strike of the Harbour Union in Copenhagen, Denmark, goes on.")
    assert not both.admits("Morning", "The strike of the Harbour Union goes on.")


@pytest.fixture(scope="module")
def readings(seeds: Path) -> dict[str, list[tuple[ArticleVersion, object]]]:
    vocabulary = load_language()
    found = {}
    for name in STORIES:
        names = Names((*vocabulary.entities, *load_story(seeds / name / "config").entities))
        reader = Reader(load_english(), names, vocabulary)
        articles = read_archive(seeds / name).articles
        reader.prepare(articles)
        found[name] = [(ArticleVersion(article=article, version=1), reader.read(article)) for article in articles]
    return found


@pytest.mark.parametrize("story", STORIES)
def test_no_article_that_makes_a_claim_is_kept_out_and_other_stories_are(story: str, seeds: Path, readings: dict[str, list]):
    declared = load_story(seeds / story / "config")
    vocabulary = load_language()
    names = Names((*vocabulary.entities, *declared.entities))
    inner = Gate(declared.watches, names, possible_lemmas(load_english()))
    indexes = [WatchIndex(watch, names, vocabulary) for watch in declared.watches]
    kept_out = 0
    for other in STORIES:
        for stored, reading in readings[other]:
            admitted = inner.admits(stored.article.title, stored.article.text)
            claims = [claim for index in indexes for claim in find_claims(reading, stored, index)]
            assert admitted or not claims, stored.article.source
            kept_out += not admitted
    assert kept_out > 30


def test_an_article_about_no_watch_is_stored_unread(seeds: Path):
    judge = monitor.make_judge(load_story(seeds / "northport-strike" / "config"))
    assert judge.read(make_article(title="Weather", text="It rained in the hills.")).statements == ()
    assert judge.read(make_article(title="Weather", text="It rained in the hills."), edited=True).statements != ()
