"""What is given to you: nothing here is a task, and all of it is to be used."""
