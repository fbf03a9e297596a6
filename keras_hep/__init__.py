"""Published deep-learning results of high-energy physics, reproduced in Keras and checked."""

__version__ = "0.1.0"
