"""Memory: facts planted in threads and asked for later, and how each candidate forgets."""

from compare.ui import state
from compare.ui.probes.new_run import draw_new
from compare.ui.probes.one_run import draw_run
from compare.ui.probes.place import is_making, run_on_screen, runs

state.follow_address()
found = runs()
row = run_on_screen(found)
if row is None or is_making():
    draw_new(can_go_back=row is not None)
else:
    draw_run(row, found)
