"""What a clause says happens, to whom, how far, on whose word, and which question that answers."""

import pytest

from pipeline.extract.claims import ClaimMaker
from pipeline.extract.readings import Reader
from pipeline.language.vocabulary import Vocabulary
from pipeline.model import Certainty
from pipeline.statements import ClauseClaim
from tests.builders import make_article


@pytest.fixture(scope="module")
def maker(vocabulary: Vocabulary) -> ClaimMaker:
    return ClaimMaker(vocabulary)


def claims(reader: Reader, maker: ClaimMaker, text: str) -> list[ClauseClaim]:
    statements = reader.read(make_article(text=text, title="Harbour news")).statements
    return [claim for statement in statements for claim in maker.claims_of(statement)]


@pytest.mark.parametrize(("text", "group", "aspect"), [
    ("The harbour office closed the bridge.", "close", ""),
    ("The bridge has reopened.", "open", "completed"),
    ("Norway began withdrawing its ferries.", "withdraw", "begun"),
    ("The withdrawal has been completed.", "withdraw", "completed"),
    ("The withdrawal is over.", "withdraw", "completed"),
    ("The third round of talks will resume on Tuesday.", "negotiate", "resumed"),
    ("The army carried out an attack on the village.", "attack", ""),
    ("The union called off the strike.", "strike", "stopped"),
    ("The soldiers are pulling out of the valley.", "withdraw", "under way"),
    ("The airport is closed.", "close", ""),
    ("The ferry painted the harbour of Norway.", "paint", ""),
])
def test_a_clause_has_the_class_of_its_verb_or_noun_and_how_far_it_has_come(reader: Reader, maker: ClaimMaker, text: str, group: str, aspect: str):
    (claim,) = claims(reader, maker, text)
    assert (claim.predicate.group, claim.predicate.aspect) == (group, aspect)


def test_an_end_is_no_denial_of_what_ended(reader: Reader, maker: ClaimMaker):
    (claim,) = claims(reader, maker, "The union called off the strike.")
    assert (claim.polarity, claim.certainty) == (True, Certainty.FACT)


def test_opposites_answer_one_question(reader: Reader, maker: ClaimMaker):
    (closed,), (opened,), (other,) = (
        claims(reader, maker, text) for text in ("The bridge was closed.", "The bridge was reopened.", "The school was closed."))
    assert closed.key == opened.key
    assert closed.key != other.key
    assert closed.predicate.opposite == opened.predicate.group


def test_each_clause_has_its_own_certainty_and_span(reader: Reader, maker: ClaimMaker):
    first, second = claims(reader, maker, "The school has closed, and the port may close.")
    assert (first.text, first.certainty) == ("The school has closed", Certainty.FACT)
    assert (second.text, second.certainty) == ("the port may close", Certainty.POSSIBLE)


def test_what_is_denied_is_a_claim_and_the_denying_is_none(reader: Reader, maker: ClaimMaker):
    (claim,) = claims(reader, maker, "The mayor denied that the dam had collapsed.")
    assert (claim.predicate.group, claim.polarity, claim.certainty) == ("collapse", False, Certainty.DENIED)


def test_each_clause_has_its_own_dates(reader: Reader, maker: ClaimMaker):
    first, second = claims(reader, maker, "The bridge closed on Friday and the school will open on Monday.")
    assert [[date.text for date in claim.dates] for claim in (first, second)] == [["Friday"], ["Monday"]]


@pytest.mark.parametrize("text", ["Will the bridge close?", "Photo: The bridge closed on Friday, Anna Berg", "It was so."])
def test_questions_credits_and_empty_words_make_no_claim(reader: Reader, maker: ClaimMaker, text: str):
    assert claims(reader, maker, text) == []


@pytest.mark.parametrize(("text", "role", "episode"), [
    ("Twelve sailors were killed on Monday.", "quantity", "total; 2031-05-12"),
    ("Some 30 breaches are counted per day.", "quantity", "per day"),
    ("The second attempt was called off.", "state", "attempt 2"),
    ("The second bridge was closed.", "state", ""),
    ("The bridge will close from Friday.", "start", ""),
    ("The bridge will open by Friday.", "deadline", ""),
    ("The closure began on Friday.", "start", ""),
    ("The truce has collapsed.", "state", ""),
    ("The backup date for the launch is Friday.", "date", "reserve"),
])
def test_the_key_says_what_is_asked_and_in_which_episode(reader: Reader, maker: ClaimMaker, text: str, role: str, episode: str):
    key = claims(reader, maker, text)[0].key
    assert (key.role, key.episode) == (role, episode)


def test_a_place_is_where_it_happens_and_an_actor_is_none(reader: Reader, maker: ClaimMaker):
    (claim,) = claims(reader, maker, "Norway withdrew its ferries from Denmark.")
    assert (claim.key.entities, claim.key.place, claim.key.scope) == (("Norway",), "Denmark", "ferry")


def test_offsets_slice_the_article(reader: Reader, maker: ClaimMaker):
    text = "The bridge closed on Friday.\n\nNorway, which owns it, said the school will open."
    found = claims(reader, maker, text)
    assert found
    assert all(text[claim.start : claim.end] == claim.text for claim in found)


def test_softening_words_are_kept(reader: Reader, maker: ClaimMaker):
    soft, hard = claims(reader, maker, "The dam has apparently collapsed. The school has closed.")
    assert (soft.hedges, hard.hedges) == (("apparently",), ())


@pytest.mark.parametrize(("text", "speaker", "lemma"), [
    ("The Harbour Court on Friday ordered a recount of all the ballots.", "Harbour Court", "recount"),
    ("The members rejected the pay deal, the Harbour Union said.", "Harbour Union", "reject"),
    ("The commission will announce the result on Wednesday, its chair, Anna Berg, told reporters.", "Anna Berg", "announce"),
])
def test_an_order_or_a_refusal_of_a_thing_is_itself_a_claim(reader: Reader, maker: ClaimMaker, text: str, speaker: str, lemma: str):
    (claim,) = claims(reader, maker, text)
    assert claim.voice.speaker == speaker
    assert lemma in claim.text


def test_an_order_with_a_clause_leaves_the_claim_to_the_clause(reader: Reader, maker: ClaimMaker):
    (claim,) = claims(reader, maker, "The mayor ordered the crew to close the dam.")
    assert claim.predicate.group == "close"


def test_what_somebody_says_is_a_claim_even_without_a_known_predicate(reader: Reader, maker: ClaimMaker):
    assert len(claims(reader, maker, "The soup tasted odd, Anna Berg said.")) == 1
    assert claims(reader, maker, "It tasted odd.") == []


def test_a_thought_inside_a_quotation_leaves_the_claim_to_who_is_quoted(reader: Reader, maker: ClaimMaker):
    found = claims(reader, maker, '"We think the dam will close on Friday," Anna Berg said.')
    assert {claim.voice.speaker for claim in found} == {"Anna Berg"}
