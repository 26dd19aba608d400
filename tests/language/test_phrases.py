from pipeline.language.phrases import Phrases, PhraseToken


def tokens(text: str, lemmas: dict[str, str] | None = None) -> list[PhraseToken]:
    return [PhraseToken(word, (lemmas or {}).get(word, word)) for word in text.split()]


def labels(phrases: Phrases, text: str, **lemmas: str) -> list[str]:
    return [hit.label for hit in phrases.find(tokens(text, lemmas))]


def test_a_verb_is_found_in_all_its_forms_and_in_the_noun_of_its_stem():
    phrases = Phrases([("leave", "withdraw")])
    assert labels(phrases, "the withdrawal of the ferry") == ["leave"]
    assert labels(phrases, "they are withdrawing slowly") == ["leave"]
    assert labels(phrases, "it was withdrawn", withdrawn="withdraw") == ["leave"]


def test_joined_hyphenated_and_separate_spellings_are_the_same():
    phrases = Phrases([("leave", "pull out")])
    for text in ("the pullout goes on", "the pull-out goes on", "they pull out today"):
        assert labels(phrases, text) == ["leave"], text


def test_a_star_stands_for_up_to_four_words():
    phrases = Phrases([("off", "call * off")])
    assert labels(phrases, "they called the long awaited final off") == ["off"]
    assert labels(phrases, "they called the very long awaited second final off") == []


def test_a_longer_phrase_of_one_question_hides_the_shorter_one_that_it_covers():
    phrases = Phrases([(("state", "q", "declared"), "declared"), (("own state", "q", "claimed"), "declared herself")])
    assert labels(phrases, "she declared herself the winner") == [("own state", "q", "claimed")]


def test_the_same_phrase_may_speak_to_two_questions():
    phrases = Phrases([(("cue", "one", ""), "strike"), (("cue", "two", ""), "strike")])
    assert labels(phrases, "the strike goes on") == [("cue", "one", ""), ("cue", "two", "")]


def test_a_word_in_ly_is_not_the_verb_of_its_stem():
    assert labels(Phrases([("calm", "orderly")]), "the court will order a count") == []


def test_a_very_long_row_of_words_takes_linear_time():
    phrases = Phrases([("off", "call * off"), ("x", "wait")])
    assert len(phrases.find(tokens("wait " * 20_000))) == 20_000
