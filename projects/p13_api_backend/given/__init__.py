"""What is given: it holds no task, and reads on its own."""
