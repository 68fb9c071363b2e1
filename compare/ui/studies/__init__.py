"""The Studies page: the owner's side of human review. Everything on it needs the role `owner`."""
