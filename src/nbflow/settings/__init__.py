"""nbflow.yaml and the notebook's own options."""
