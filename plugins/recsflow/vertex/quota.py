"""What Vertex AI says of a job that is larger than the project's quota, and what to do then."""

# The words of a job that asks for more machines or accelerators than the project may have at all.
NO_QUOTA = "quota metrics exceed quota limits"
HIGHER_QUOTA = "Ask for a higher quota in this region, or choose a smaller machine or another accelerator."
