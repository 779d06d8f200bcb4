"""The vocabulary of the pipeline: plain values, no I/O, standard library only."""
