"""Turns Jupyter Book's single page into a printed report: a tagged PDF that needs no network, no browser and no LaTeX."""
