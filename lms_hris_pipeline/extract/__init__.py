"""From the vendors to the raw tables: pages land in files, files are verified, files are loaded.

Not here: how a vendor is asked (`connectors`), and what a record means (`stage`).
"""
