"""A criteria file to begin with."""

EXAMPLE = """\
# What a candidate must reach. Every criterion has a name, a metric and a limit; docs/criteria.md has the whole grammar.

[[criterion]]
name = "Answers come in time on long threads"
metric = "p95"
time = "total"            # ttft, first_text, total or wall
bucket = "9+ messages"
limit = "<= 5 s"

[[criterion]]
name = "Errors are rare"
metric = "error_rate"
limit = "<= 2 %"

[[criterion]]
name = "A query is affordable"
metric = "cost_per_query"
limit = "<= 0.01 USD"

[[criterion]]
name = "Readers prefer it to the large model about as often as not"
metric = "win_share"
against = "sim-large"
limit = ">= 40 %"
min_n = 20
"""
