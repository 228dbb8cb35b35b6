"""By what an id is known again in a cursor.

The id itself is not kept: nothing of a post that was taken back may stay, and cursors outlive it.
Where a platform's positions *are* ids (X, the stream of a Discourse), the cursor holds those.
"""

import hashlib


def trace(item_id: str) -> str:
    return hashlib.blake2b(item_id.encode(), digest_size=6).hexdigest()
