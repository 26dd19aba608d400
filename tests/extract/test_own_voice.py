"""Who speaks in an article's own words."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.watches import Entity
from tests.builders import make_article


@pytest.fixture(scope="module")
def own(reader: Reader, vocabulary: Vocabulary) -> Reader:
    entities = (
        Entity(name="Harbour Office", kind="organisation", speaks_for="Town Hall"),
        Entity(name="Hill Courier", kind="organisation", media=True),
        Entity(name="Dora Kent", kind="person"),
    )
    return Reader(reader._parser._nlp, Names((*vocabulary.entities, *entities)), vocabulary)


@pytest.mark.parametrize(("publisher", "speaker", "institution", "attributed"), [
    ("Harbour Office", "Harbour Office", "Town Hall", True),
    ("Harbour Office, Press Office", "Harbour Office", "Town Hall", True),
    ("Hill Courier", "Hill Courier", "Hill Courier", False),
    ("The Harbour Office Gazette", "The Harbour Office Gazette", "The Harbour Office Gazette", False),
    ("Dora Kent", "Dora Kent", "Dora Kent", False),
    ("Some Blog", "Some Blog", "Some Blog", False),
])
def test_a_body_that_publishes_itself_speaks_for_itself_and_an_outlet_for_nobody(
    own: Reader, publisher: str, speaker: str, institution: str, attributed: bool
):
    statement = own.read(make_article(publisher=publisher, text="The bridge was closed on Friday.")).statements[0]
    assert (statement.voice.speaker, statement.voice.institution, statement.voice.attributed) == (speaker, institution, attributed)
