"""What the Results page says: which votes, their figures, the sentences over them, and the ballots behind each."""
