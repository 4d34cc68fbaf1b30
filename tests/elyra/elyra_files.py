"""Small files in the form that Elyra's editor writes."""

import json

from nbflow.elyra import Declared, Notebook, convert, read_flow

NOTEBOOK, PYTHON = "execute-notebook-node", "execute-python-node"


def node(name, *, after=(), op=NOTEBOOK, label=None, kind="execution_node", **properties):
    """A node as version 4 and later have it; `after` names nodes, or pairs of node and port."""
    links = [one if isinstance(one, tuple) else (one, "outPort") for one in after]
    if op == NOTEBOOK:
        properties = {"filename": f"{name}.ipynb", **properties}
    return {
        "id": name,
        "type": kind,
        "op": op,
        "app_data": {
            "component_parameters": properties,
            "label": "",
            "ui_data": {"label": label or name, "x_pos": 1, "y_pos": 2},
        },
        "inputs": [
            {
                "id": "inPort",
                "links": [
                    {"id": f"link-{target}", "node_id_ref": target, "port_id_ref": port}
                    for target, port in links
                ],
            }
        ],
        "outputs": [{"id": "outPort"}],
    }


def group(name, inner, *, inputs=(), outputs=()):
    """A supernode; its ports are triples of id, inner binding and links."""
    sides = {"inputs": inputs, "outputs": outputs}
    return {
        "id": name,
        "type": "super_node",
        "subflow_ref": {"pipeline_id_ref": inner},
        "app_data": {"ui_data": {"label": name}},
        **{side: [_port(*port) for port in ports] for side, ports in sides.items()},
    }


def binding(name, *, inputs=(), outputs=()):
    """What stands inside of a supernode for one of its ports."""
    sides = {"inputs": inputs, "outputs": outputs}
    return {
        "id": name,
        "type": "binding",
        "app_data": {},
        **{side: [_port(port, None, links) for port, links in sides[side]] for side in sides},
    }


def _port(name, reference, links):
    return {
        "id": name,
        **({"subflow_node_ref": reference} if reference else {}),
        "links": [{"node_id_ref": target, "port_id_ref": port} for target, port in links],
    }


def pipeline(*nodes, name="primary", **app_data):
    """One pipeline of a file."""
    return {"id": name, "nodes": list(nodes), "app_data": {"ui_data": {}, **app_data}}


def text(*nodes, version=8, others=(), comments=(), **properties):
    """A file with these nodes in its primary pipeline."""
    main = pipeline(
        *nodes, version=version, ui_data={"comments": list(comments)}, properties=properties
    )
    return json.dumps(
        {
            "doc_type": "pipeline",
            "version": "3.0",
            "primary_pipeline": "primary",
            "pipelines": [main, *others],
        }
    )


def flow(*nodes, **about):
    """The same, read."""
    return read_flow(text(*nodes, **about), source="some.pipeline")


def converted(*nodes, declared=None, notebooks=None, **about):
    """The same, in nbflow's words; every notebook is there."""
    read = flow(*nodes, **about)
    known = {one.id: Notebook(f"{one.id}.ipynb") for one in read.nodes if one.is_notebook}
    return convert(
        read,
        name="some",
        notebooks=known | (notebooks or {}),
        declared=declared or Declared({}, "default"),
    )


def verdicts(made, key):
    """The verdicts on a property, in the order of the report."""
    return [str(note.verdict) for note in made.notes if note.key == key]
