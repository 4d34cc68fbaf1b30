"""What code reads, binds and changes; which step needs what of which, and why."""
