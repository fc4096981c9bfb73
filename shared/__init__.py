"""What every project stands on: models, embeddings, PostgreSQL, Farol's world, criteria."""
