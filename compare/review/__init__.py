"""Human review: votes and what follows from them."""
