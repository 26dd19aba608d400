"""What the shipped lists may not contain, and what some of them must find."""

import pytest

from pipeline.language.names import Names
from pipeline.language.phrases import Phrases, PhraseToken
from pipeline.language.vocabulary import Vocabulary

EVERYDAY = frozenset(
    "go get be have do make take come put set run hold keep open clear strike on off up down in out over end issue stay sign talk final table "
    "command commander authority authorize observe respect negotiate operate land execute normal hospital emergency critical charge fail".split()
)
NEGATORS = ("no ", "not ", "never ", "without a ", "nobody ", "nothing has ")


def hits(words: tuple[str, ...], text: str) -> bool:
    return bool(Phrases(("hit", word) for word in words).find([PhraseToken(word, word) for word in text.rstrip(".").split()]))


def test_no_state_stands_on_an_everyday_word_alone(vocabulary: Vocabulary):
    alone = {word for family in vocabulary.families.values() for state in family.states for word in state.words if word in EVERYDAY}
    assert alone <= {"fail"}, alone


def test_no_state_begins_with_a_negation_that_the_sentence_would_count_twice(vocabulary: Vocabulary):
    led = {
        word
        for family in vocabulary.families.values()
        for state in family.states
        for word in (*state.words, *state.denies)
        if word.startswith(NEGATORS) and not word.startswith(("no longer", "not guilty", "no-go"))
    }
    assert led == set()


def test_an_opposite_is_a_state_of_the_same_family(vocabulary: Vocabulary):
    for family in vocabulary.families.values():
        names = {state.name for state in family.states}
        assert {state.opposite for state in family.states} - {""} <= names, family.id


def test_every_state_has_several_ways_to_be_told(vocabulary: Vocabulary):
    thin = {(family.id, state.name) for family in vocabulary.families.values() for state in family.states if len(state.words) < 8}
    assert thin == set()


@pytest.mark.parametrize(("kind", "text"), [
    ("date", "The agency set no new date."), ("date", "The mayor did not say when the bridge would open."),
    ("date", "The talks were put off without giving a new date."), ("date", "The road is closed until further notice."),
    ("quantity", "The firm did not say how many jars it had sold."), ("quantity", "The club paid an undisclosed sum."),
    ("quantity", "The police gave no figures."), ("status", "The ministry could not be reached."),
    ("statement", "The company declined to comment."), ("statement", "He would not be drawn."),
])
def test_a_missing_answer_is_heard(vocabulary: Vocabulary, kind: str, text: str):
    words = vocabulary.silence[kind]
    plain = text.replace("gave", "give")
    assert hits(words, text) or hits(words, plain)


@pytest.mark.parametrize(("kind", "text"), [
    ("date", "The agency set a new date."), ("date", "The bridge opens on Friday."), ("quantity", "The firm sold ninety jars."),
    ("quantity", "A number of people came."), ("statement", "The company spoke to reporters."),
])
def test_a_given_answer_is_no_silence(vocabulary: Vocabulary, kind: str, text: str):
    assert not hits(vocabulary.silence[kind], text)


@pytest.mark.parametrize(("spelling", "name"), [
    ("South African", "South Africa"), ("Sri Lankan", "Sri Lanka"), ("Macedonian", "North Macedonia"), ("DRC", "Democratic Republic of the Congo"),
    ("Swaziland", "Eswatini"), ("MSF", "Medecins Sans Frontieres"), ("USGS", "US Geological Survey"), ("Gaza Strip", "Gaza"),
])
def test_other_names_lead_to_the_common_one(names: Names, spelling: str, name: str):
    assert names.canonical(spelling) == name


@pytest.mark.parametrize(("town", "country"), [
    ("Lahore", "Pakistan"), ("Texas", "United States"), ("Rotterdam", "Netherlands"), ("Kingston", "Jamaica"), ("Donetsk", "Ukraine"),
])
def test_a_large_town_or_region_lies_in_its_country(names: Names, town: str, country: str):
    assert names.same_place(town, country)


@pytest.mark.parametrize("surname", ["Douglas", "Stanley", "Hamilton", "Victoria", "Florence", "Darwin"])
def test_a_name_that_people_bear_is_no_country(names: Names, surname: str):
    assert names.institution(surname) == surname


def test_news_agencies_and_papers_are_media(names: Names):
    for outlet in ("Reuters", "NPR", "Ukrinform", "CGTN", "Le Figaro"):
        known = names.entity(outlet)
        assert known is not None, outlet
        assert known.media, outlet


@pytest.mark.parametrize(("whole", "kind"), [
    ("child", "toddler"), ("vessel", "dinghy"), ("casualty", "wounded"), ("building", "apartment"), ("vaccine", "dose"), ("town", "municipality"),
])
def test_a_kind_counts_as_what_it_is(vocabulary: Vocabulary, whole: str, kind: str):
    assert kind in vocabulary.things[whole]
