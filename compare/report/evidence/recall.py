"""What candidates still know of what was said: by probes, whose facts were planted, and by what raters marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compare.probes.curve import Bin
from compare.probes.curves import curve_of
from compare.probes.job import newest_results
from compare.report.memory.human import human_curves
from compare.report.memory.words import finding
from compare.store.store import Store
from compare.store.votes import vote_name


def recall(store: Store, names: Mapping[str, str]) -> dict[str, Any]:
    """The newest probes of each candidate, and raters' marks `forgot` on answers of studies.

    Args:
        store: everything that is kept.
        names: what the pack calls the candidates, by the names that votes use.
    """
    return {"probes": _probed(store, names), "raters": _rated(store, names)}


def _probed(store: Store, names: Mapping[str, str]) -> list[dict[str, Any]]:
    candidates, newest, rows = store.candidates(), newest_results(store), []
    for candidate_id, results in newest.results.items():
        answered = [each for each in results if each.passed is not None]
        curve = curve_of(answered)
        name = vote_name(candidates[candidate_id])
        rows.append(
            {
                "candidate": names.get(name, name),
                "job_id": newest.jobs[candidate_id],
                "sentence": finding(curve),
                "n_failed": len(results) - len(answered),
                **curve.to_json(),
            }
        )
    return sorted(rows, key=lambda row: row["candidate"])


def _rated(store: Store, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """An answer counts as kept in every range of distances in which nobody marked a message as forgotten."""
    return [
        {"candidate": names.get(name, name), "bins": [_bin(each) for each in bins]}
        for name, bins in sorted(human_curves(store).items())
    ]


def _bin(each: Bin) -> dict[str, Any]:
    kept = each.recall
    return {
        "name": each.label, "low": each.low, "high": each.high, "n": kept.n,
        "n_threads": kept.n_clusters[0] if kept.n_clusters else 0, "kept": kept.value, "ci_low": kept.ci_low,
        "ci_high": kept.ci_high,
    }  # fmt: skip
