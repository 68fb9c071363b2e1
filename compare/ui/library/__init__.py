"""The Threads page: the library of stored conversations, what is wrong in them, and how new ones come in."""
