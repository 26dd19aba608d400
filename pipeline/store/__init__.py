"""Memory between runs: articles, claims, changes and states in SQLite or PostgreSQL (SQLAlchemy Core).

Read `tables.py` (what is kept), `database.py` (how it is opened, who may write when), `codec.py` (values as JSON), then the
modules by noun: each turns its domain values into rows and back. `dump.py` shows two databases to be equal.
"""
