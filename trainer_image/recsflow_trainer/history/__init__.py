"""What a customer's own purchases say about the next ones: part of a retrieval model's scores."""
