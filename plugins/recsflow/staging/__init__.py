"""Staged rows: made, counted, exported, and checked."""
