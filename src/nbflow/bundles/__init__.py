"""A Plan becomes a Bundle: step notebooks, DAG text, manifest."""
