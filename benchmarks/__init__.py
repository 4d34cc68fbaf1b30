"""Measurements against the peers, as ratios from one run."""
