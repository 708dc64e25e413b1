"""Takes the device token of an older version out of the profile's file, and into the keyring, once the data beside it is encrypted."""

from client.platform.profile import ProfileStore
from client.replica.encrypting import OLD, flush_folder, keep_name, overwrite
from shared_models.errors import ReplicaDamaged, ReplicaSealed


def move(store: ProfileStore) -> bool:
    """Move a token, and overwrite what it was read from; returns whether none stands in a file that belongs into the keyring.

    It is in the keyring, and was read back, before the file is written without it. Whoever ends the program at any moment finds it in
    one place or in both, and the next start goes on.
    """
    if not store.tokens.is_wanted():
        return True
    try:
        profile = store.load()
        if profile is not None and profile.device_token is not None:
            keep_name(store.path)
            store.save(profile)
            flush_folder(store.folder)
    except ReplicaDamaged:  # whoever asks for the account is told
        return True
    except ReplicaSealed:
        return False
    for left in (store.path.with_name(store.path.name + OLD), store.draft):
        if left.exists():
            overwrite(left)
    return True
