"""Sweeps: their plan, trials and winner."""
