"""How long a test waits for an answer: a slow or busy machine is no fault, only a hang is."""

PATIENCE_S = 1200.0
