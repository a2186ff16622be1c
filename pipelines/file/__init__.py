"""A notebook file as values: cells and notes, checked, wired column by column."""
