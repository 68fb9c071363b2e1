"""Vote: the items of a study, one after the other; `/vote?study=ID` is the link to send to raters."""

from compare.ui.vote import page

page.draw()
