"""What is given: it holds no task, and is worth reading all the same."""
