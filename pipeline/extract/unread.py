"""Articles that are about no watch: kept as they came, and not analysed."""

from pipeline.model import Article
from pipeline.statements import Reading


def unread(article: Article) -> Reading:
    """The reading of an article that nobody reads: it says nothing."""
    return Reading(
        url=article.url, title=article.title, publisher=article.publisher, published=article.published, names=frozenset(), statements=()
    )
