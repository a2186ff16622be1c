"""Text work: frames in, frames out."""
