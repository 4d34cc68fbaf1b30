"""Rules over a pipeline: what is wrong before anything runs."""
