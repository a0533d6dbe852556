"""What a task carries besides its work: links, assets, retries, pools, priorities, notes and messages."""
