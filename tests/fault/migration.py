"""Data folders of old formats, killed again and again while they are opened for the first time.

Each folder below tests/upgrade that has a `lazulite/registry`, or an archive `*.tar.*` of one, is copied, and opened in peace:
what all services show then is what must be there after the kills too.
"""
