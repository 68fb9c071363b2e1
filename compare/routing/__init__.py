"""From ratings to routes: the rule grammar, weights, routing.yaml, the canary test and exports to gateways."""
