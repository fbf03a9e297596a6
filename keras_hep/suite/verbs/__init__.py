"""The verbs of the command line: functions of the parsed arguments that print and return an exit code."""

from keras_hep.suite.verbs.checking import check
from keras_hep.suite.verbs.data_sets import data
from keras_hep.suite.verbs.drawing import figure, report
from keras_hep.suite.verbs.errors import REFUSALS, sentence
from keras_hep.suite.verbs.listing import cite, list_items
from keras_hep.suite.verbs.running import run

__all__ = ["REFUSALS", "check", "cite", "data", "figure", "list_items", "report", "run", "sentence"]
