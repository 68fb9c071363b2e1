"""How each gateway is found, started and asked; one file each."""
