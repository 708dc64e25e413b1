"""Wrong variants of the real code, one by one: each must be found. A patch fails loudly when what it replaces is gone.

The names are those of the executable model of the protocol, where it has the variant; it has no forms that stay open. These of
its variants have nothing that could be patched here, because the product does not have the thing itself yet:

| variant | what the product has no counterpart for |
|---|---|
| alias_own, alias_bv, alias_loop | merging two records, which would leave an alias of one id for the other |
| merge_drops, merge_no_card_move, moved_card_stale | the same |
| leave_always | a record that left and entered within one pull: what leaves is told from where it lies at the end |
| stage_no_leave | the same as `leave_unsent`: a page that is put aside never says what leaves |
| resurrect_confirmed, request_first, cancel_kept | bookings (policy RQ) |

Two are different from the model's. `silent_verdict`: a verdict without a seq of its own cannot be stored, as the ledger's key
is the seq; so the device is told another one than the ledger has. `old_numbers`: an answer of an older numbering leaves a gap,
which the product notices and heals (`push._has_gap`), so the variant takes that away as well.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tests.simulation import wrong_client as device
from tests.simulation import wrong_files, wrong_first_sync, wrong_in_time, wrong_rights, wrong_servers, wrong_versions
from tests.simulation import wrong_server as centre
from tests.simulation.wrong_client import Patch


class Missing(LookupError):
    """A wrong variant replaces something that the code no longer has."""


def _ack_by_number() -> list[Patch]:
    return device.ack_by_number() + centre.acks_by_number()


VARIANTS: tuple[Callable[[], list[Patch]], ...] = (
    device.cursor_before_rows, device.ack_before_stored, device.ack_moves_ver, device.early_settle, device.ack_of_refused,
    device.echo_no_epoch, device.stale_page, device.torn_stage, device.bv_moves, device.rebase_moves_bv, device.after_empty,
    device.after_flat, device.restore_blind, device.form_after, device.form_epoch, device.no_reissue, device.deferred_resend,
    device.reissue_late, device.fix_is_origin, device.number_acked, device.old_answer, device.old_numbers, device.reoffer_if_ahead,
    device.rewind_only, device.save_unsynced, device.pull_unsafe, device.repair_over_edit, device.digest_adopted,
    centre.cursor_by_clock, centre.own_writer, centre.bv_any_epoch, centre.pn_typed, centre.insert_overwrites, centre.lm_own,
    centre.lm_last_wins, centre.ask_is_apply, centre.sm_direct, centre.group_split, centre.le_raw_stamp, centre.lose_forgotten,
    centre.archive_column, centre.no_resurrect, centre.child_hidden, centre.su_noop_add, centre.su_last_writer,
    centre.code_reuse, centre.code_unchecked, centre.no_ledger, centre.ledger_by_number, centre.silent_verdict,
    centre.echo_by_device, centre.echo_refused, centre.last_restore, *wrong_first_sync.VARIANTS,
    *wrong_in_time.VARIANTS, *wrong_rights.VARIANTS, *wrong_versions.VARIANTS, *wrong_files.VARIANTS,
    *wrong_servers.VARIANTS,
)  # fmt: skip
WRONG: Mapping[str, Callable[[], list[Patch]]] = {
    **{variant.__name__: variant for variant in VARIANTS},
    "ack_by_number": _ack_by_number,
}
"""Name -> what it replaces. The first three of the list that every simulator should find: `cursor_by_clock`,
`cursor_before_rows`, `ack_before_stored`."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with one wrong variant in place."""
    patches = WRONG[name]()
    for holder, attribute, _ in patches:
        if not hasattr(holder, attribute):
            raise Missing(f"{name}: {holder.__name__} has no {attribute}")
    saved = [(holder, attribute, holder.__dict__[attribute]) for holder, attribute, _ in patches]
    for holder, attribute, value in patches:
        setattr(holder, attribute, value)
    try:
        yield
    finally:
        for holder, attribute, value in saved:
            setattr(holder, attribute, value)
