"""The embedded model family and its server: reads what it is given, fails as real models do."""
