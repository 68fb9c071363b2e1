"""Jobs: threads x candidates x repeats, resumable; what the command line and the Jobs page run."""
