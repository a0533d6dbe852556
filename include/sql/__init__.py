"""SQL of an experiment: templates with validated identifiers, values as query parameters."""
