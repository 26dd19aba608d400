"""What the tests of reports need besides values: a real browser."""

from tests.browsers import browser

__all__ = ["browser"]
