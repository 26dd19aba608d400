"""What all our HTML pages share: templates, the style of the house, and the hashes by which a page allows only that."""

import base64
import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

from jinja2 import Environment, StrictUndefined

_TEMPLATES = files("pipeline.report") / "templates"


def own_text(name: str, folder: Traversable = _TEMPLATES) -> str:
    """A template, style or script that ships with us."""
    return (folder / name).read_text(encoding="utf-8")


def page_environment() -> Environment:
    """Templates in which all text is escaped and a name that is not given is an error."""
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def source_hash(text: str) -> str:
    """What a content security policy calls an inline style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
