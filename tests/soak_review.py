"""`make soak`: a million fields of hostile and arbitrary text through the rows, the pages and the feed of the review; none may be live."""

import os
import random
import sys

from tests.review.test_hostile import ALL, renders_of

FIELDS = int(os.environ.get("FIELDS", "1000000"))


def main() -> None:
    """Renders until that many fields have been shown; ends with an AssertionError at the first that is live."""
    chance, fields = random.Random(11), 0
    while fields < FIELDS:
        parts = [chance.choice(ALL) if chance.random() < 0.7 else "".join(chr(chance.randrange(1, 0x11000)) for _ in range(20)) for _ in range(3)]
        fields += renders_of("".join(part for part in parts))
        print(f"\r{fields:,} fields, 0 live", end="", file=sys.stderr, flush=True)
    print(f"\n{fields:,} fields of hostile text rendered, 0 live")


if __name__ == "__main__":
    main()
