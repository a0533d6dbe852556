"""What a user writes, typed and with each mistake named: datasets, features, models, schedules, parameters."""
