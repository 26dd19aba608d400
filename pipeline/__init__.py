"""Claimwatch: what was claimed, and what has changed since. The program never says who is right.

Where to start reading, in the order in which an article travels:

1. `monitor`: gather, decide, save; the whole run in three steps, with or without Prefect.
2. `ingest`: feeds, pages and archives become articles.
3. `extract`: an article becomes statements, each with exact character offsets.
4. `match`: which question a statement answers, and which stored claim it speaks of.
5. `detect`: what has changed between the two, and the state of each question.
6. `store`: what was known, and since when.
7. `report`: both sentences side by side.

`model` and `statements` hold the vocabulary that all of them share.
"""

import os

# The matrices of a small model are small: a second thread of numpy's multiplication mostly waits, and takes the processor from others.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
