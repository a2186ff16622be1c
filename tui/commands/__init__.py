"""The subcommands of `chunkbook`, one a file; each module has a command of its own name."""
