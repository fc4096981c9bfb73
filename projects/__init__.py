"""The curriculum: one folder a skill, all of the same shape."""
