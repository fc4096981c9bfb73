"""Verify many repositories, one after another or a few at a time."""
