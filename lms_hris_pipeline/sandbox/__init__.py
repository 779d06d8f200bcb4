"""The vendors' APIs on loopback, over a made-up company whose truth is known. Shares no code with the pipeline."""
