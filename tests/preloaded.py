"""What the server of `tests.processes` has ready when it forks: the program with its libraries, and the language model."""

from pipeline import cli, monitor, notifying, outputs  # noqa: F401
from pipeline.extract.nlp import load_english
from pipeline.store import database  # noqa: F401

load_english()
