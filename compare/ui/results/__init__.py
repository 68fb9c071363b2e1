"""The Results page's parts, from the sentences over everything to the method below."""
