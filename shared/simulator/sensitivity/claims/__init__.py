"""What is claimed of the simulated models: one small function a claim."""
