"""Measure a system from outside: gather facts about it, judge criteria on them."""
