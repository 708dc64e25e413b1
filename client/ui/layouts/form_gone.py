"""A form on a record that is not on this device any more: what was typed about it can still be read, and given up."""

import flet as ft

from client.ui.figures import value
from client.ui.theme import S16, S24, Look
from client.ui.view_models.form_state import FormState
from client.ui.widgets import col, empty, txt
from shared_models.fields import data_columns
from shared_models.registry import CRM


def form_gone(look: Look, state: FormState) -> ft.Control:
    """Return what stands in place of the fields of a record that is not here: what was typed about it."""
    entity = CRM.get(state.place.entity)
    typed = {c.name: c for c in data_columns(entity) if state.typed.get(c.name) not in (None, "")}
    rows = [
        col(
            txt(look, look.t(f"{entity.entity_name}.{name}"), "meta", "ink3"),
            txt(look, value(look, entity, column, state.typed[name], state.names.get(name)), lines=None, key=f"typed.{name}"),
        )
        for name, column in typed.items()
    ]
    text = look.t("form.gone_text" if rows else "record.gone_text")
    said = empty(look, "archive", look.t("record.gone"), text, key="form.gone")
    return ft.ListView([ft.Container(said, height=240), *rows], padding=S24, spacing=S16, expand=True)
