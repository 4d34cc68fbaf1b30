"""From .ipynb to cells, tags and parameters; and back, merged."""
