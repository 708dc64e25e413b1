"""Answers of a window for a control that is gone: they must not cost the window its connection."""

import flet as ft


def let_go_late_answers(page: ft.Page) -> None:
    """Take an answer for a control that is no longer on the screen as one for the page.

    Flet asks the window to put the cursor into a field, or to scroll a list, and the window answers. When the field has gone
    meanwhile, Flet 1.0.5 raises in the loop that reads the connection, which ends it (`Session.handle_invoke_method_results`,
    `flet_app.__receive_loop`): the window reconnects, and what it was about to draw in that moment is lost.
    The number of the control is asked for nothing else there. Once a session; again does no harm.
    """
    session = page.session
    take = session.handle_invoke_method_results
    root = page._i

    def taken(control_id: int, call_id: str, result: object, error: str | None) -> None:
        take(control_id if control_id in session.index else root, call_id, result, error)

    session.handle_invoke_method_results = taken  # type: ignore[method-assign]  # of this session alone
