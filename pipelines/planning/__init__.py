"""What must run and why; pure."""
