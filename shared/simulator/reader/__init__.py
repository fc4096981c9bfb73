"""Reads a prompt as a language model would be asked to, within a profile's declared limits."""

from shared.simulator.reader.read import read

__all__ = ["read"]
