"""The Jobs page: making a job, the list of jobs, and one job with its progress, its failures and its cells."""
