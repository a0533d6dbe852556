"""The declaration of each model type, as a trainer module makes it."""
