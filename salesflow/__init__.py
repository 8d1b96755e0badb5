from .celery import app as celery_app

VERSION = "1.0"  # of the program; what changed from one to the next is in docs/changes.md

__all__ = ["VERSION", "celery_app"]
