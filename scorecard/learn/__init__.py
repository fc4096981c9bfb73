"""The learner's road: start, next, check, watch, hint, compare, reset, list."""
