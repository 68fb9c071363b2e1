"""A key in the environment is used and never kept by any command: not in database, files or output."""

from __future__ import annotations

from compare.sim.models import BASE_PATHS
from tests.secrecy.scene import CANARY, Scene, assert_clean, files_below


def test_no_part_of_a_key_is_kept_by_any_command_under_any_fault(scene: Scene) -> None:
    for transport in ("aiohttp", "httpx"):
        scene.env["WEIGHBRIDGE_HTTP"] = transport
        out = f"{transport}.jsonl"
        run = scene.command("run", "--threads", "threads.jsonl", "--models", ",".join(scene.models), "--out", out)
        assert_clean("the output of run", run.stdout + run.stderr)
        lines = (scene.folder / out).read_text().splitlines()
        assert len(lines) == len(scene.models)
        assert sum("the key in" in line for line in lines) >= 2 * len(BASE_PATHS), "the key was refused and echoed"
    for command in (
        ("models", "--check", "--json"),
        ("models",),
        ("doctor",),
        ("tokens", "calibration", "--json"),
        ("threads", "list", "--json"),
        ("votes", "export", "--out", "votes.csv"),
    ):
        done = scene.command(*command)
        assert_clean(" ".join(command), done.stdout + done.stderr)
    assert (scene.folder / "data" / "weighbridge.db").stat().st_size > 0
    for path in files_below(scene.folder):
        assert_clean(path.name, path.read_bytes())
    # The keys were really sent: by header, and nowhere else.
    sent = [request.headers for request in scene.record]  # type: ignore[attr-defined]
    assert any(CANARY in str(headers) for headers in sent)
    assert not any(CANARY in request.path or CANARY in str(dict(request)) for request in scene.record)  # type: ignore[attr-defined]
