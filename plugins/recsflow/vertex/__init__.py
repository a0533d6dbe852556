"""Jobs of Vertex AI: what they look like to us, how they are asked for, and what they leave."""
