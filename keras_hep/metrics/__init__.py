"""Numbers with errors: what a reproduction reports about predictions."""
