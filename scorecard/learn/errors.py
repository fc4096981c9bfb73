"""What cannot be done on the learner's road: apart, since arguments are read before all else."""

from shared.errors import CapstoneError


class LearnError(CapstoneError):
    """Something on the learner's road cannot be done; says why and what to do."""
