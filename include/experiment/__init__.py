"""Typed configs, their checks, and the experiment that they resolve to."""
