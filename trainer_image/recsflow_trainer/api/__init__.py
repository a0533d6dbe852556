"""What generated modules import, a file for each component that runs one.

A module is kept under the hash of its text, and so is what was computed with it. Its names come from here,
so that a file of the library can move and no module changes.
"""
