"""The steps that made the tables, one file each. A released one is never edited."""
