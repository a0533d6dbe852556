"""Cloud Storage on loopback: the JSON API, reads of the XML API, a proxy for Google's names."""
