"""The card of the run at hand, written when something about it has changed."""
