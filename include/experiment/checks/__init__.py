"""What is checked across configs, and against the tables of the warehouse."""
