"""What is an edit, and what only looks like one."""

from dataclasses import replace

import pytest

from pipeline.ingest.versions import same_words, settled
from pipeline.model import ArticleVersion
from pipeline.report.versions import version_edits
from tests.builders import make_article

BASE = make_article(title="Bridge shut", text="The bridge is shut until May.\n\nTwelve boats wait, the harbour said.\n\nThe mayor spoke at noon.")


def changed(old: str, new: str) -> object:
    return replace(BASE, text=BASE.text.replace(old, new))


@pytest.mark.parametrize("text", [
    BASE.text.replace("\n\n", "\n"), BASE.text.replace(".", " ."), BASE.text.upper(), BASE.text.replace("Twelve boats", "Twelve  boats"),
    BASE.text + "\n\nUpdated 5 minutes ago", "Last updated: 12 May 2031 at 09:41 GMT\n\n" + BASE.text, BASE.text + "\n\n1,204 views", BASE.text + "\n\n4 min read",
    BASE.text + "\n\nRead more: Harvest festival opens", BASE.text + "\n\nWhy the ferry is late again", "A boat at the bridge (Photo: Hill Courier)\n\n" + BASE.text,
    BASE.text.replace("boats wait, the", "boats wait – the"), BASE.text.replace("until May.", "until May…"),
])
def test_other_type_and_what_moves_by_itself_is_no_edit(text: str):
    assert same_words(BASE, replace(BASE, text=text))


@pytest.mark.parametrize(("old", "new"), [
    ("May", "June"), ("Twelve", "Eleven"), ("Twelve boats wait, the harbour said.", ""), ("is shut", "is not shut"), ("the harbour said", "the mayor said"),
    ("spoke at noon", "spoke at noon. He is ill"), ("May", "15 May"),
])
def test_another_word_is_an_edit(old: str, new: str):
    assert not same_words(BASE, changed(old, new))


def test_another_title_is_an_edit_and_a_title_that_counts_is_not():
    assert not same_words(BASE, replace(BASE, title="Bridge open"))
    assert same_words(replace(BASE, title="Bridge shut, 5 minutes ago"), replace(BASE, title="Bridge shut, 20 minutes ago"))


def test_two_sightings_settle_on_what_both_of_them_show():
    noise, other = "The weather will be fine today, said the office.", "A concert takes place tonight in the hall."
    first = replace(BASE, text=BASE.text.replace("May", "June") + f"\n\n{noise}")
    second = replace(BASE, text=BASE.text.replace("May", "June") + f"\n\n{other}")
    assert settled(BASE, first, second).text == BASE.text.replace("May", "June")


def test_what_only_one_sighting_lacks_stays_and_what_both_lack_goes():
    paragraphs = BASE.text.split("\n\n")
    first = replace(BASE, text="\n\n".join(paragraphs[:1]))
    second = replace(BASE, text="\n\n".join((paragraphs[0], paragraphs[2])))
    assert settled(BASE, first, second).text == "\n\n".join((paragraphs[0], paragraphs[2]))


def test_noise_in_both_sightings_settles_on_the_stored_text():
    first, second = (replace(BASE, text=f"{BASE.text}\n\nNumber {number} of the day was drawn tonight.") for number in (3, 8))
    assert same_words(BASE, settled(BASE, first, second))


def test_an_edit_seen_alike_twice_is_taken_to_the_letter():
    edit = changed("Twelve", "Eleven")
    assert settled(BASE, edit, edit) == edit  # type: ignore[arg-type]


def test_the_difference_of_two_versions_is_shown_by_words_in_the_paragraphs_they_stand_in():
    old = ArticleVersion(article=BASE, version=1)
    new = ArticleVersion(article=replace(BASE, title="Bridge open", text=BASE.text.replace("until May", "until 15 June") + "\n\nA new line."), version=2)
    (edit,) = version_edits((old, new))
    assert [(piece.kind, piece.text) for piece in edit.title] == [("same", "Bridge "), ("old", "shut"), ("new", "open")]
    first, last = edit.paragraphs
    assert [(piece.kind, piece.text) for piece in first] == [("same", "The bridge is shut until "), ("old", "May"), ("new", "15 June"), ("same", ".")]
    assert [(piece.kind, piece.text) for piece in last] == [("new", "A new line.")]


def test_a_long_article_is_compared_quickly():
    import time

    text = "\n\n".join(f"Paragraph {number} has words that are its own, {number * 7} of them." for number in range(2_000))
    versions = [ArticleVersion(article=replace(BASE, text=body), version=number) for number, body in enumerate((text, text.replace("Paragraph 77 has", "Paragraph 77 had")), start=1)]
    started = time.monotonic()
    (edit,) = version_edits(versions)
    assert len(edit.paragraphs) == 1
    assert time.monotonic() - started < 5
