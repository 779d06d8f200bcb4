"""What is fast and how fast, and what the shipped models are fitted on. Run by hand; not part of the package."""
