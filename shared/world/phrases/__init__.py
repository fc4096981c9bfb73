"""The sentences Farol's documents and customers are made of, in English and Portuguese."""
