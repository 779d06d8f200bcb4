"""What speaks to the vendors: one module or folder a vendor, and the HTTP client they share.

Not here: landing, loading and deciding; no table is known in this room.
"""
