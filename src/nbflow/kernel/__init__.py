"""The process that steps' kernels are forked from, and what runs inside such a kernel."""
