"""Model text made faithful and inert: HTML block by block, and the frames that carry it to the reading pane."""
