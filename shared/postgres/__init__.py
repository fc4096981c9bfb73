"""PostgreSQL with pgvector: embedded, or yours by ``DATABASE_URL``.

``server`` finds or starts one; ``database`` opens a pool on a database that stays,
``fresh_database`` on one that is dropped afterwards. They live in modules of their own, so that
importing this package costs nothing.
"""
