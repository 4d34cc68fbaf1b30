"""The notebook whole in one nbclient run, saved once at the end: `whole.py IN OUT`."""

import sys

import nbclient
import nbformat

notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook).execute()
nbformat.write(notebook, sys.argv[2])
