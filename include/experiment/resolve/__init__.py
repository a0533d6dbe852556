"""The experiment that parameters and configs resolve to."""
