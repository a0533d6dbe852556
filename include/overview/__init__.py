"""What an experiment is and has found, and several side by side, for whoever shows them."""
