"""What probes, votes and raters' marks together say of a candidate's memory."""
