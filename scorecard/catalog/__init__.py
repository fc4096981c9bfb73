"""What there is to grade: the projects, as their ``project.toml`` files declare them."""
