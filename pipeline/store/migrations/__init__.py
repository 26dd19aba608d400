"""Schema migrations (Alembic), run by `pipeline.store.database.open_database`.

A new step: change `pipeline/store/tables.py`, write `versions/NNNN_what_it_does.py` with the way there and back, and add to
`tests/store/test_migrations.py` what becomes of stored rows. The tests there fail where tables and migrations differ. A step
that was released is never edited; SQLite alters a table by copying it (`op.batch_alter_table` with `copy_from`).
"""
