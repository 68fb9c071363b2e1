"""The two faces of the playground: setting a comparison up, and reading it."""
