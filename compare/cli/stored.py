"""The store and the catalogue as commands use them."""

from __future__ import annotations

from compare.catalog import Catalog, availability, load_catalog
from compare.errors import ConfigError
from compare.records import Candidate, ModelSpec
from compare.settings import database_path
from compare.store.store import Store, open_store


def the_store() -> Store:
    """The database of this installation."""
    return open_store(database_path())


def chosen(catalog: Catalog, names: str) -> tuple[tuple[Candidate, ModelSpec], ...]:
    """Candidates for a comma-separated list of model ids.

    Raises:
        NotFoundError: an id is not in the catalogue.
        ConfigError: an id comes twice, or its model cannot be asked now.
    """
    specs = [catalog.get(name.strip()) for name in names.split(",") if name.strip()]
    for place, spec in enumerate(specs):
        if spec in specs[:place]:
            raise ConfigError(f"The model {spec.id} is named twice. Name it once; --repeat asks it more often.")
        state = availability(spec)
        if not state.ready:
            raise ConfigError(f"The model {spec.id} cannot be asked: {state.reason}. Mend that, or leave it out.")
    return tuple((Candidate(model_id=spec.id, label=spec.label, simulated=spec.simulated), spec) for spec in specs)


def the_catalog() -> Catalog:
    """The catalogue as the files say now."""
    return load_catalog()
