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

from compare.ratings import bradley_terry as bt
from compare.ratings import davidson
from compare.ratings.agreement import agreement
from compare.ratings.bradley_terry import ELO_PER_LOGIT
from compare.ratings.intervals import sandwich
from compare.ratings.leaderboard import rate
from compare.ratings.votes import Votes, encode, vote_arrays

Z = 1.959963984540054


def read(path: str, options: dict[str, str]) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame = frame.rename(columns={options.get("a", "model_a"): "model_a", options.get("b", "model_b"): "model_b"})
    words = {options.get(word, word): word for word in ("model_a", "model_b", "tie")}
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
    path, *rest = sys.argv[1:]
    options = {k: v for k, v in (each.split("=", 1) for each in rest) if k != "cluster"}
    clusters = [each.split("=", 1)[1] for each in rest if each.startswith("cluster=")]
    frame = read(path, options)
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
    main()
