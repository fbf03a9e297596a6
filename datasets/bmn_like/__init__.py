"""Events of the BM@N look-alike."""
