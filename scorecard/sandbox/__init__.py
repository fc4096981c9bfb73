"""Run code nobody vouches for: limited, watched, and gone without a trace when it must end."""
