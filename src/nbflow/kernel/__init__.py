"""The process that steps' kernels are forked from, and what runs inside such a kernel."""

from nbflow.kernel.frames import HEADER, decode, encode, receive
from nbflow.kernel.launch import Launched, abandon, launch, take

__all__ = ["HEADER", "Launched", "abandon", "decode", "encode", "launch", "receive", "take"]
