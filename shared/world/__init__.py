"""Farol, the company all projects share, drawn from a seed with the truth of every fact."""
