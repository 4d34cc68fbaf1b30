"""Executed notebooks written by hand."""

import base64
import io


def notebook(*cells, widgets=None):
    """A notebook; each cell is a list of its outputs."""
    metadata = {}
    if widgets:
        state = {"state": widgets, "version_major": 2, "version_minor": 0}
        metadata = {"widgets": {"application/vnd.jupyter.widget-state+json": state}}
    written = [
        {"cell_type": "code", "id": f"cell-{index}", "source": "", "outputs": list(outputs)}
        for index, outputs in enumerate(cells)
    ]
    return {"cells": written, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def shown(content, mime="text/plain", kind="display_data", **others):
    return {"output_type": kind, "data": {mime: content, **others}, "metadata": {}}


def error(evalue, ename="ValueError", traceback=()):
    return {
        "output_type": "error",
        "ename": ename,
        "evalue": evalue,
        "traceback": list(traceback),
    }


def encoded(image, kind="png", **options):
    """A Pillow image in base64."""
    stored = io.BytesIO()
    image.save(stored, kind, **options)
    return base64.b64encode(stored.getvalue()).decode()
