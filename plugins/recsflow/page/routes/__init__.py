"""What is asked, a file a resource."""
