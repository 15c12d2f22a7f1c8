"""Make sandboxed kernels available to Jupyter clients."""
