"""What a user writes, typed, each mistake named: datasets, features, models, schedules, parameters."""
