"""Pipeline and settings become a Plan: pods, images, retries, addresses."""
