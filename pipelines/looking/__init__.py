"""What there is to see without changing it: views, samples, lineage, search, comparisons."""
