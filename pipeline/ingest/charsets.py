"""Which encoding bytes are in, whatever their server and they themselves say; pages become UTF-8 before anything reads them."""

import codecs
import re

from trafilatura.utils import detect_encoding

_NAME = re.compile(r"[A-Za-z0-9._:+-]{1,40}")
_IN_META = re.compile(rb"(?i)<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:+-]{1,40})")
_IN_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:+-]{1,40})")
_LOOKED_AT = 4_096
# Names that stand for a larger set on the web than they say (WHATWG Encoding).
_LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Python knows them, and no page is written in them: some cost far more time than the bytes are long.
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode_escape", "raw-unicode-escape", "utf-7", "undefined", "mbcs", "oem"))
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def believed(body: bytes, named: str) -> str:
    """The encoding that a feed's server named, "" where it names none that can be, or where the bytes themselves say otherwise.

    Many servers name one encoding for all they send. Bytes that are UTF-8 are hardly ever anything else by chance.

    Args:
        body: The feed.
        named: What the server said.
    """
    known = _known(named)
    if not known:
        return ""
    declared = _IN_XML.match(body[:_LOOKED_AT])
    says_other = declared is not None and _known(declared[1].decode("ascii")) != "utf-8"
    return "" if known != "utf-8" and not says_other and _is_utf8(body) else named


def as_utf8(body: bytes, named: str = "") -> bytes:
    """A page in UTF-8.

    A byte order mark counts first, then that the bytes are UTF-8, then what the server says, what the page says, what it looks like.

    Args:
        body: As it was fetched.
        named: The encoding that its server named ("" if none).
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace").encode()
    declared = _IN_META.search(body[:_LOOKED_AT]) or _IN_XML.match(body[:_LOOKED_AT])
    said = [name for name in (_known(named), _known(declared[1].decode("ascii")) if declared else "") if name]
    if _decodes(body, "utf-8"):
        # What is written in seven bits (ISO 2022, HZ) is UTF-8, too, to look at.
        name = next((name for name in said if name.startswith(("iso2022", "hz"))), "")
        return body.decode(name, "replace").encode() if name else body
    for name in said:
        if _decodes(body, name):
            return body.decode(name).encode("utf-8", "replace")
    for name in detect_encoding(body):
        if _decodes(body, name):
            return body.decode(name).encode("utf-8", "replace")
    return body.decode(said[0] if said else "utf-8", "replace").encode("utf-8", "replace")


def _known(name: str) -> str:
    """The name that Python has for an encoding of texts, "" if there is none."""
    try:
        found = codecs.lookup(name.strip()) if _NAME.fullmatch(name.strip()) else None
    except (LookupError, ValueError):
        return ""
    # "zip" and the like are codecs, but of bytes.
    if found is None or found.name in _NO_CHARSETS or not getattr(found, "_is_text_encoding", True):
        return ""
    return _LARGER.get(found.name, found.name)


def _is_utf8(body: bytes) -> bool:
    return not body.isascii() and _decodes(body, "utf-8")


def _decodes(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except (UnicodeError, LookupError):
        return False
    return True

