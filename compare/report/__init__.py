"""What the stored votes and answers say, put together for pages and for the command line."""
