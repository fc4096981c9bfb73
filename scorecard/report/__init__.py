"""Results, and the ways to show them: printers read results and change nothing."""
