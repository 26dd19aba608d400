"""Memory between runs: articles, claims, changes and states in SQLite or PostgreSQL (SQLAlchemy Core)."""
