"""p09: Farol's operations agent. See README.md."""
