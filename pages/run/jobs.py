"""Jobs: many threads to many candidates, and what became of each."""

from compare.ui import state
from compare.ui.jobs.from_library import is_linked
from compare.ui.jobs.job_list import draw_list
from compare.ui.jobs.new_job import draw_new
from compare.ui.jobs.one_job import draw_job
from compare.ui.jobs.place import is_making, job_on_screen

if not is_linked():
    state.follow_address()
job_id = job_on_screen()
if job_id is not None:
    draw_job(job_id)
elif is_making():
    draw_new()
else:
    draw_list()
