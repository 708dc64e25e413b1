"""Makes a failing run shorter: steps are left out as long as the same promise breaks. Source: delta debugging, Zeller 1999."""

from contextlib import nullcontext
from pathlib import Path

from tests.simulation.casts import Cast
from tests.simulation.run import STEPS, Run
from tests.simulation.wrong import planted

TRIES = 120


def shorter(folder: Path, seed: int, wrong: str = "", cast: Cast | None = None) -> list[str]:
    """Return the trace of the shortest run that was found to break in the same way."""
    broken, trace = _play(folder, seed, frozenset(), wrong, cast)
    if not broken:
        return ["the failure does not repeat: something outside the seed takes part"]
    skipped: frozenset[int] = frozenset()
    size, tries = STEPS // 2, 0
    while size >= 1 and tries < TRIES:
        for start in range(0, STEPS, size):
            part = frozenset(range(start, start + size)) - skipped
            if not part or tries >= TRIES:
                continue
            tries += 1
            found, shorter_trace = _play(folder, seed, skipped | part, wrong, cast)
            if found[:12] == broken[:12]:
                skipped, trace, broken = skipped | part, shorter_trace, found
        size //= 2
    return [*trace, f"seed {seed}, {STEPS - len(skipped)} steps left: {broken}"]


def _play(folder: Path, seed: int, skipped: frozenset[int], wrong: str, cast: Cast | None) -> tuple[str, list[str]]:
    run = Run(folder, seed, cast=cast, skipped=skipped)
    try:
        with planted(wrong) if wrong else nullcontext():
            run.play()
    except Exception as error:  # noqa: BLE001  # whatever breaks is what is looked for
        return f"{type(error).__name__}: {error}", run.trace
    return "", run.trace
