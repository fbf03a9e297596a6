"""`python -m keras_hep` is the command line `keras-hep`."""

import sys

from keras_hep.suite.cli import main

if __name__ == "__main__":
    sys.exit(main())
