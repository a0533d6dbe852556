"""What the BigQuery emulator does otherwise here: fingerprints, CSV files, and the machine's files."""
