"""Prompts as versioned files, six ways of asking one model, and which of them pays."""
