"""What is true about the made-up company. The pipeline never reads it; only tests hold the pipeline against it."""
