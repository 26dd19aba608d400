"""Tells pages that show an article from those that show something else in its place: a wall, a notice, an error."""

import re

# Longer texts are articles, whatever else is on the page.
_WALL_WORDS = 220
_KINDS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "not_found_page",
        "shows 'page not found', no article",
        re.compile(
            r"(?i)(page (you (are|were) looking for|not found|(can|could)(n.t| not) be found|does(n.t| not) exist|no longer exists)|"
            r"(this|the) (page|article|story) (is|has been) (no longer available|removed|deleted|moved)|\b(error )?404\b.{0,30}\b(not found|error)\b|"
            r"\bnot found\b.{0,20}\b404\b)"
        ),
    ),
    (
        "robot_check",
        "asks whether we are human, and shows no article",
        re.compile(
            r"(?i)(verify (that )?you are (a )?human|are you a robot|checking your browser|unusual traffic|complete the security check|captcha|"
            r"access (to this page has been )?denied|attention required|enable cookies and reload|just a moment\.\.\.|request blocked)"
        ),
    ),
    (
        "needs_javascript",
        "shows a wall (it needs JavaScript), no article",
        re.compile(
            r"(?i)((enable|turn on|activate|requires?) javascript|javascript (is|must be|seems to be|has been) (disabled|required|enabled|turned off)|"
            r"(without|no) javascript|browser (does not|doesn.t) support javascript)"
        ),
    ),
    (
        "paywall",
        "shows a wall (subscription), no article",
        re.compile(
            r"(?i)((subscribe|register|sign in|log in|sign up)( now| here| today)? (to|and|for full access)[^.]{0,40}(continue|read|unlock|access|keep)|"
            r"subscribers? only|(only|exclusive(ly)?) (available )?(to|for) (our )?(subscribers|members)|already a subscriber|"
            r"(this|the) (article|content|story) is (for|reserved|exclusive|available)[^.]{0,30}(subscribers|members)|"
            r"you have (reached|read) (your|all)[^.]{0,30}(free|limit|article)|start your (free )?trial|to continue reading|become a subscriber)"
        ),
    ),
    (
        "consent",
        "shows a wall (consent to cookies), no article",
        re.compile(
            r"(?i)(accept (all )?(the )?cookies|we (and our (\d+ )?partners )?(use|value|store)[^.]{0,60}(cookies|your privacy)|cookie (policy|preferences|settings)|"
            r"before you continue|manage (my |your )?(consent|choices|preferences)|your privacy (choices|matters)|we care about your privacy|"
            r"consent to the (use|processing))"
        ),
    ),
)


def wall(text: str, *, page_text: str, title: str, free: bool) -> tuple[str, str] | None:
    """What a page shows in place of an article, as code and words for people; None if it shows one.

    Args:
        text: The article text found on it ("" if none).
        page_text: All its text.
        title: Its title.
        free: False if the page says of itself that it is not free to read.
    """
    words = len(text.split())
    if words >= _WALL_WORDS:
        return None
    if not free and words < _WALL_WORDS:
        return "paywall", "shows only the beginning: the article is not free to read"
    shown = text or page_text[:20_000]
    if _KINDS[0][2].search(title) or re.fullmatch(r"(?i)\W*(404|not found|error 404|page not found).{0,40}", title.strip()):
        return _KINDS[0][0], _KINDS[0][1]
    for code, reason, pattern in _KINDS:
        found = list(pattern.finditer(shown))
        # A wall is mostly wall: a report about cookies or a robbed page names them in passing.
        if found and (words < 40 or sum(_sentence_words(shown, match.start()) for match in found) >= words * 0.34):
            return code, reason
    return None


def _sentence_words(text: str, at: int) -> int:
    """How many words the sentence or line around a place has."""
    start = max(text.rfind(mark, 0, at) for mark in ".!?\n") + 1
    ends = [found for found in (text.find(mark, at) for mark in ".!?\n") if found >= 0]
    return len(text[start : min(ends, default=len(text))].split())
