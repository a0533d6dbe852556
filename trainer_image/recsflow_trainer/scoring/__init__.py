"""Saved models scored side by side on the same rows: a champion and its challenger."""
