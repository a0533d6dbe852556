"""Quotas and what is used of them, as Cloud Quotas and Cloud Monitoring tell."""
