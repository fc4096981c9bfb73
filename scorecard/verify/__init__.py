"""Re-execute somebody's work with one's own graders, and say whether their claim holds."""
