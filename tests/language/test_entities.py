from collections import defaultdict

from pipeline.language.vocabulary import Vocabulary


def test_no_shipped_spelling_means_two_entities(vocabulary: Vocabulary):
    meant: dict[str, set[str]] = defaultdict(set)
    for entity in vocabulary.entities:
        for spelling in (entity.name, *entity.also):
            meant[spelling].add(entity.name)
    assert {spelling: entities for spelling, entities in meant.items() if len(entities) > 1} == {}


def test_every_institution_and_place_that_is_named_exists(vocabulary: Vocabulary):
    known = {entity.name for entity in vocabulary.entities} | {spelling for entity in vocabulary.entities for spelling in entity.also}
    missing = {entity.name for entity in vocabulary.entities if entity.speaks_for and entity.speaks_for not in known}
    assert missing <= {"Downing Street", "Holyrood"}, missing
    assert {entity.inside for entity in vocabulary.entities if entity.inside} - known <= {"Palestine", "Scotland"}
