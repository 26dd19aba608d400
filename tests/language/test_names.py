from pipeline.language.names import Names
from pipeline.watches import Entity


def make_names() -> Names:
    return Names((
        Entity(name="Norway", kind="place", also=("Norwegian", "Oslo")),
        Entity(name="United States", kind="place", also=("US", "U.S.", "American")),
        Entity(name="Harbour Office", kind="organisation", also=("the harbour office",), speaks_for="Norway"),
        Entity(name="Liv Dahl", kind="person", also=("Dahl",), speaks_for="Harbour Office"),
        Entity(name="Bergen", kind="place", inside="Norway"),
    ))


def test_every_spelling_leads_to_the_canonical_name():
    names = make_names()
    assert names.canonical("Norwegian") == "Norway"
    assert names.canonical("U.S.") == "United States"
    assert names.canonical("the Unknown Club") == "Unknown Club"


def test_words_count_as_those_of_the_institution_at_the_end_of_the_chain():
    assert make_names().institution("Dahl") == "Norway"


def test_a_chain_that_runs_in_a_circle_ends():
    names = Names((Entity(name="A", kind="group", speaks_for="B"), Entity(name="B", kind="group", speaks_for="A")))
    assert names.institution("A") in ("A", "B")


def test_the_longest_name_wins_and_possessives_do_not_matter():
    hits = make_names().find("The Harbour Office's chief and Dahl met American captains".split())
    assert [hit.entity.name for hit in hits] == ["Harbour Office", "Liv Dahl", "United States"]


def test_the_pronoun_us_is_no_country():
    names = make_names()
    assert names.find(["they", "told", "us"]) == ()
    assert [hit.entity.name for hit in names.find(["US", "ships"])] == ["United States"]


def test_a_town_lies_in_its_country():
    names = make_names()
    assert names.same_place("Bergen", "Norway")
    assert not names.same_place("Norway", "Bergen")


def test_users_own_entities_win_over_shipped_ones(vocabulary):
    names = Names((*vocabulary.entities, Entity(name="Paris Agreement", kind="thing", also=("Paris",))))
    assert names.canonical("Paris") == "Paris Agreement"


def test_an_apostrophe_or_an_article_inside_a_name_does_not_cut_it_and_a_comma_does():
    names = Names((Entity(name="Bakers' Guild", kind="organisation"), Entity(name="Office of the Warden", kind="organisation")))
    assert [hit.entity.name for hit in names.find(["the", "Bakers", "'", "Guild", "said"])] == ["Bakers' Guild"]
    assert [hit.entity.name for hit in names.find("the Office of the Warden said".split())] == ["Office of the Warden"]
    assert names.find(["Bakers", ",", "Guild", "members"]) == ()
