"""Shows that the simulated models answer better for the reasons that real ones do.

Every claim draws items from a seed, asks a profile for each of them in two ways, and compares:
``python -m shared.simulator.sensitivity`` prints the verdicts, ``--cards`` writes the model cards.
"""
