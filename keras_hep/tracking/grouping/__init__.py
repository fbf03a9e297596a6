"""How the tracks of a time slice are grouped to events, from the edges between them or from scores of the edges."""
