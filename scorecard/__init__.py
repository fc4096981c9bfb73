"""The grader: runs projects from outside, imports none, and says where a person stands."""
