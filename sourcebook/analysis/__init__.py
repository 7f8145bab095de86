"""The analyses, one module a notebook: pure functions from frames to frames and to named figures."""
