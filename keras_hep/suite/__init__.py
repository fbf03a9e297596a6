"""What makes the collection a suite: items, results, references, verdicts, figures, the report and the command line."""
