"""Studies: answers rated by many, how far the ballots can be trusted, and taking them along."""

from compare.ui.studies.page import draw

draw()
