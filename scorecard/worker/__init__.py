"""The other side of the boundary: runs a learner's code, and knows no case and no expectation."""
