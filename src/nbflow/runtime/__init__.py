"""What runs inside a step's kernel."""
