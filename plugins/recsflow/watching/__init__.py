"""Following a job until it ends, and the words about how it did."""
