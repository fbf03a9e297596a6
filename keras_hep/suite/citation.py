"""BibTeX of the publications behind the items, and of this project."""

import pathlib

import keras_hep


def path(root, source):
    """Return the path of the BibTeX file of a source (str) in the checkout `root`."""
    return pathlib.Path(root) / "results" / "references" / source / "source.bib"


def publication(root, source):
    """Return the BibTeX of a source's publications.

    Raises:
        FileNotFoundError: if there is none.
    """
    return path(root, source).read_text(encoding="utf-8")


def project():
    """Return the BibTeX of this project at its present version."""
    return (
        "@software{keras_hep,\n"
        "  title   = {{keras\\_hep}: published deep-learning results of high-energy physics, reproduced in Keras},\n"
        "  author  = {{The keras\\_hep contributors}},\n"
        f"  version = {{{keras_hep.__version__}}},\n"
        "}\n"
    )
