"""Show that a notebook's pipeline does what the notebook does: run both, compare each output."""

from nbflow.proving.comparison import Difference, compare, report
from nbflow.proving.cuts import cut_every_cell
from nbflow.proving.noise import NOISE, Noise, quiet
from nbflow.proving.proofs import CellProof, Crossing, EdgeProof, FileProof, Proof, Verdict
from nbflow.proving.runs import prove
from nbflow.proving.wholes import whole_notebook

__all__ = [
    "NOISE",
    "CellProof",
    "Crossing",
    "Difference",
    "EdgeProof",
    "FileProof",
    "Noise",
    "Proof",
    "Verdict",
    "compare",
    "cut_every_cell",
    "prove",
    "quiet",
    "report",
    "whole_notebook",
]
