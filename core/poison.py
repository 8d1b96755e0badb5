"""One bad row stops no queue (REL22): a heap is done at once, and where that fails one by one without the bad ones."""

import logging

from django.db import transaction

logger = logging.getLogger(__name__)


def all_but_the_bad(items, do, *, what):
    """Call do(list) with all of `items` in one transaction; when it raises, once with each alone. What fails alone is
    logged as `what` and left out. Returns (sum of what do() returned, how many were left out)."""
    try:
        with transaction.atomic():
            return do(items), 0
    except Exception:
        logger.exception("%s: %s at once; each by itself", what, len(items))
    done = failed = 0
    for item in items:
        try:
            with transaction.atomic():
                done += do([item])
        except Exception:
            logger.exception("%s: %s", what, getattr(item, "pk", item))
            failed += 1
    return done, failed
