"""Are our figures those of the peers? The same votes through every package, largest differences.

    python -m benchmarks.ratings.peers VOTES.csv [a=model_left b=model_right model_a=left ...] [cluster=COLUMN ...]
                                       [rater=COLUMN item=COLUMN,COLUMN]

`a`, `b`: the file's columns of candidates; model_a, model_b, tie: its words for the outcome. Needs evalica, choix,
arena-rank, statsmodels and krippendorff beside the product. arena-rank is run as it is and with its tolerances at 0,
because its optimiser stops early: its largest gradient is shown beside ours.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd

from compare.errors import CompareError
from compare.ratings import bradley_terry as bt
from compare.ratings import davidson
from compare.ratings.agreement import agreement
from compare.ratings.bradley_terry import ELO_PER_LOGIT
from compare.ratings.intervals import sandwich
from compare.ratings.leaderboard import rate
from compare.ratings.votes import Votes, encode, vote_arrays

Z = 1.959963984540054
USAGE = "python -m benchmarks.ratings.peers VOTES.csv [NAME=VALUE ...]"
NAMES = ("a", "b", "model_a", "model_b", "tie", "cluster", "rater", "item")


def asked_for(arguments: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """The file, the options, and the columns of clusters; ends with a sentence where they cannot be meant."""
    if not arguments:
        sys.exit(f"No file of votes was named. Usage: {USAGE}")
    path, *rest = arguments
    pairs = [each.partition("=")[::2] for each in rest]
    for argument, (name, value) in zip(rest, pairs, strict=True):
        if name not in NAMES or not value:
            sys.exit(f"{argument!r} is no option: NAME=VALUE, where NAME is one of {', '.join(NAMES)}. Usage: {USAGE}")
    options = {name: value for name, value in pairs if name != "cluster"}
    if ("rater" in options) != ("item" in options):
        sys.exit("Agreement needs both rater=COLUMN and item=COLUMN[,COLUMN]; one of them is missing.")
    return path, options, [value for name, value in pairs if name == "cluster"]


def read(path: str, options: dict[str, str], clusters: list[str]) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as exc:
        sys.exit(f"{path} cannot be read as a CSV file of votes: {exc}")
    sides = {options.get("a", "model_a"): "model_a", options.get("b", "model_b"): "model_b"}
    columns = [*sides, "winner", *clusters, *options.get("rater", ""), *options.get("item", "").split(",")]
    missing = [name for name in columns if name and name not in frame]
    if missing:
        sys.exit(f"{path} has no column {', '.join(missing)}; it has {', '.join(frame.columns)}.")
    frame = frame.rename(columns=sides)
    words = {options.get(word, word): word for word in ("model_a", "model_b", "tie")}
    unknown = sorted(set(frame["winner"]) - set(words))
    if unknown:
        sys.exit(
            f"The column winner of {path} has words that are no outcome: {unknown[0]!r} and {len(unknown) - 1} more, "
            f"beside {', '.join(words)}. Name the file's own: model_a=left model_b=right tie=even."
        )
    frame["winner"] = frame["winner"].map(words)
    return frame


def arena(frame: pd.DataFrame, **settings: float) -> Any:
    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.utils.data_utils import PairDataset

    data = PairDataset.from_pandas(frame[["model_a", "model_b", "winner"]])
    found = BradleyTerry(n_competitors=len(data.competitors), **settings).compute_ratings_and_cis(
        data, significance_level=0.05
    )
    columns = (found[name] for name in ("ratings", "rating_lower", "rating_upper"))
    return {str(n): each for n, *each in zip(found["competitors"], *(np.asarray(c) for c in columns), strict=True)}


def statsmodels(frame: pd.DataFrame, names: tuple[str, ...], cluster: np.ndarray) -> np.ndarray:
    """Clustered standard errors in points, of centred ratings."""
    import statsmodels.api as sm

    a, b = (frame[side].map({n: i for i, n in enumerate(names)}).to_numpy() for side in ("model_a", "model_b"))
    y = frame["winner"].map({"model_a": 1.0, "model_b": 0.0, "tie": 0.5}).to_numpy()
    design = np.zeros((len(y), len(names)))
    design[np.arange(len(y)), a] += 1
    design[np.arange(len(y)), b] -= 1
    model = sm.GLM(y, design[:, 1:], family=sm.families.Binomial())
    fitted = model.fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": cluster})
    full = np.zeros((len(names), len(names)))
    full[1:, 1:] = fitted.cov_params()
    centre = np.eye(len(names)) - 1 / len(names)
    return ELO_PER_LOGIT * np.sqrt(np.diag(centre @ full @ centre))


def main() -> None:
    path, options, clusters = asked_for(sys.argv[1:])
    frame = read(path, options, clusters)
    votes = Votes.from_frame(frame)
    board = rate(votes)
    ours = {row.model: row for row in board.models}
    arrays = vote_arrays(votes)
    wins = bt.count_wins(arrays.index_a, arrays.index_b, arrays.score, len(arrays.names))
    fit = bt.fit(wins)
    print(f"{len(votes)} votes, {len(ours)} candidates; largest gradient of our fit {slope(arrays, fit.theta):.1e}")

    for told, settings in (("as it is", {}), ("tolerances at 0", {"ftol": 0.0, "gtol": 1e-12, "max_iter": 20_000})):
        theirs = arena(frame, **settings)
        theta = np.array([theirs[name][0] for name in arrays.names]) / ELO_PER_LOGIT
        rating = max(abs(ours[name].rating - each[0]) for name, each in theirs.items())
        limits = max(max(abs(ours[n].ci_low - t[1]), abs(ours[n].ci_high - t[2])) for n, t in theirs.items())
        print(
            f"arena-rank {told}: ratings within {rating:.1e} points, limits of independent votes within {limits:.1e}; "
            f"its largest gradient {slope(arrays, theta):.1e}"
        )
    for column in clusters:
        numbers = encode(frame[column].tolist())[0]
        spread = sandwich(fit.theta, fit.hessian, arrays.index_a, arrays.index_b, arrays.score, [numbers])
        apart = Z * np.abs(spread.standard_errors * ELO_PER_LOGIT - statsmodels(frame, arrays.names, numbers)).max()
        print(f"statsmodels, clustered by {column} ({numbers.max() + 1}): limits within {apart:.1e} points")

    import choix
    import evalica

    words = {"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y, "tie": evalica.Winner.Draw}
    triple = (frame["model_a"], frame["model_b"], frame["winner"].map(words))
    scores = evalica.bradley_terry(*triple, tolerance=1e-14, limit=100_000).scores
    print(f"evalica: within {points(fit.theta, np.log(scores[list(arrays.names)].to_numpy())):.1e} points")
    lsr = choix.ilsr_pairwise_dense(wins, tol=1e-13, max_iter=10_000)
    print(f"choix: within {points(fit.theta, lsr):.1e} points")
    tie = davidson.fit(*davidson.count_ties(arrays.index_a, arrays.index_b, arrays.score, len(arrays.names)))
    newman = evalica.newman(*triple, tolerance=1e-13, limit=100_000)
    its = np.log(newman.scores[list(arrays.names)].to_numpy())
    print(
        f"evalica's newman (Davidson's model, nu = 2 v): within {points(tie.theta, its):.1e} points, "
        f"nu within {abs(tie.nu - 2 * newman.v):.1e}"
    )
    if "rater" in options:
        alphas(frame, votes, options["rater"], options["item"].split(","))


def alphas(frame: pd.DataFrame, votes: Votes, rater: str, item: list[str]) -> None:
    import krippendorff

    found = agreement(votes, rater=rater, item=item)
    low = frame[["model_a", "model_b"]].min(axis=1)
    turned = frame["model_a"] != low
    keys = list(zip(*(frame[name] for name in item), low, frame[["model_a", "model_b"]].max(axis=1), strict=True))
    fixed = not (frame.assign(key=pd.Series(keys), turned=turned).groupby("key")["turned"].nunique() > 1).any()
    word = frame["winner"].map({"model_a": 0.0, "tie": 1.0, "model_b": 2.0})
    frame = frame.assign(key=pd.Series(keys), value=word if fixed else word.where(~turned, 2.0 - word))
    table = frame.drop_duplicates(["key", rater]).pivot(index=rater, columns="key", values="value").to_numpy()
    for level in ("nominal", "ordinal"):
        theirs = krippendorff.alpha(reliability_data=table, level_of_measurement=level)
        mine = getattr(found, f"alpha_{level}")
        print(f"alpha, {level}: {mine:.6f}, krippendorff differs by {abs(mine - theirs):.1e}")


def points(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs((ours - ours.mean()) - (theirs - theirs.mean())).max() * ELO_PER_LOGIT)


def slope(arrays: Any, theta: np.ndarray) -> float:
    p = 1 / (1 + np.exp(theta[arrays.index_b] - theta[arrays.index_a]))
    m = len(theta)
    r = arrays.score - p
    return float(np.abs(np.bincount(arrays.index_a, r, m) - np.bincount(arrays.index_b, r, m)).max())


if __name__ == "__main__":
    try:
        main()
    except CompareError as exc:
        sys.exit(str(exc))
    except ModuleNotFoundError as exc:
        sys.exit(f"The package {exc.name} is missing; benchmarks/README.md says how the peers are installed.")
