"""How many submissions a minute: this grader beside check50 and nbgrader, Dask beside Ray."""
