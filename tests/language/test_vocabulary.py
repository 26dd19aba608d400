import pytest

from pipeline.errors import ConfigError
from pipeline.language.phrases import Phrases, PhraseToken
from pipeline.language.vocabulary import Vocabulary, load_vocabulary

FAMILIES = {
    "process": ("announced", "ordered", "begun", "under way", "partial", "complete", "paused", "cancelled", "reversed"),
    "holding": ("in force", "holding", "strained", "broken", "ended", "renewed"),
    "talks": ("proposed", "under way", "suspended", "resumed", "agreed", "failed"),
    "approval": ("filed", "pending", "granted", "refused", "withdrawn"),
    "attempt": ("scheduled", "go", "scrubbed", "postponed", "done", "failed"),
    "search": ("under way", "scaled down", "ended"),
    "offer": ("made", "raised", "accepted", "rejected", "withdrawn", "closed"),
    "order": ("threatened", "imposed", "suspended", "lifted"),
    "on-off": ("on", "off"),
    "threat": ("none", "warned", "imminent", "past"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_its_documented_states_in_their_order(vocabulary: Vocabulary, family: str):
    assert tuple(state.name for state in vocabulary.families[family].states) == FAMILIES[family]


def test_no_word_stands_for_two_states_of_one_family(vocabulary: Vocabulary):
    for family in vocabulary.families.values():
        seen: dict[str, str] = {}
        for state in family.states:
            for word in state.words:
                assert seen.setdefault(word, state.name) == state.name, f"{family.id}: {word}"


@pytest.mark.parametrize(("family", "text", "state"), [
    ("offer", "the board turned down the bid", "rejected"),
    ("offer", "the company sweetened its offer", "raised"),
    ("talks", "the two sides walked out on Sunday", "suspended"),
    ("talks", "a tentative deal was reached", "agreed"),
    ("approval", "the regulator gave the merger the green light", "granted"),
    ("order", "residents were allowed to return", "lifted"),
    ("search", "rescuers scaled down the operation", "scaled down"),
    ("case", "the jury found him guilty", "convicted"),
    ("holding", "the pact hangs by a thread", "strained"),
    ("strike", "the crews walked out at dawn", "on"),
])
def test_everyday_wordings_lead_to_their_state(vocabulary: Vocabulary, family: str, text: str, state: str):
    pairs = [(known.name, word) for known in vocabulary.families[family].states for word in known.words]
    found = {hit.label for hit in Phrases(pairs).find([PhraseToken(word, word) for word in text.split()])}
    assert state in found


@pytest.mark.parametrize(("family", "text"), [
    ("holding", "the meeting was held in the town hall"), ("on-off", "he took the train to the coast"),
    ("attempt", "they go to school by bus"), ("talks", "he spoke about the weather"), ("search", "the shop sells boots"),
])
def test_everyday_words_of_other_meaning_lead_to_no_state(vocabulary: Vocabulary, family: str, text: str):
    pairs = [(known.name, word) for known in vocabulary.families[family].states for word in known.words]
    assert Phrases(pairs).find([PhraseToken(word, word) for word in text.split()]) == ()


def test_countries_carry_demonyms_and_capitals_speak_for_them(names):
    assert names.canonical("French") == "France"
    assert names.institution("Berlin") == "Germany"
    assert names.institution("White House") == "United States"


def test_a_missing_vocabulary_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="Install Claimwatch again"):
        load_vocabulary(tmp_path)
