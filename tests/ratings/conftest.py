"""Property tests run without a deadline: the machine is shared, and a slow moment is no defect."""

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
