"""Whether a run would find all that it needs, asked before anything is spent."""
