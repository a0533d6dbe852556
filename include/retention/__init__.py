"""What of the runs' leavings is older than the retention, what is needed still, and what may go."""
