"""The page while one works: served to this machine only, told by events when to look again."""
