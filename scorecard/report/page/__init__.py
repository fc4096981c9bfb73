"""The page: one HTML file with everything in it, to be read in two minutes or for an hour."""
