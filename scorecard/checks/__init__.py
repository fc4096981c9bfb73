"""Typed, linted, tested, practised: checks of a project's files, one tool run for all of them."""
