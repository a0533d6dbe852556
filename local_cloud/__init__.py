"""BigQuery and Vertex AI Pipelines for one machine, on loopback.

The control part (settings, services, processes, command line) uses the standard library only, so that any
Python 3.12 can start the servers, which live in environments of their own.
"""
