"""Stands for Cloud Build: builds that Google's client starts, reads, lists and cancels over REST."""
