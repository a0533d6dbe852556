"""MLflow: what is recorded of runs, found again and compared, and who is champion."""
