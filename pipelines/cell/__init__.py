"""What a cell makes of documents in memory: one op over a batch, a chain of cells, the checks."""
