"""Whether a trained model becomes the champion of its schedule."""
