"""How the runs of a schedule did, by the date that their rows end."""
