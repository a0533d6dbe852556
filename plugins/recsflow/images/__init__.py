"""The image that jobs run, by its digest."""
