"""The web application in which people review what changed (`claimwatch review`). Starlette, Jinja2, no build step, no network.

Read `app.py` (every route on one page), `guard.py` (what every request passes: who it is, headers, tokens), `desk.py` (what all pages
share), then the pages by noun. Pages read in one connection that cannot write; only a POST writes, and `guard.py` lets none
through without session, token and origin.
"""
