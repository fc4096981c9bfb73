"""PostgreSQL with pgvector: embedded, or yours by ``DATABASE_URL``."""
