"""From staged rows to a manifest: products as nodes, joint purchases as edges, a visit's value as target."""
