"""Generated showers: generators that are trained here, and what their showers are compared with."""
