"""Little worlds to ask about, drawn from a seed: each module makes the items of one task."""
