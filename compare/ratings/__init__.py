"""From votes to ratings: arrays in, arrays out. Nothing here reads a database, a file or a clock."""
