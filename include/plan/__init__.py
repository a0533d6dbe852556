"""What a run would do, said before it costs anything: rows, what is re-used, differences, a bound on cost."""
