"""Logs: one JSON object a line, UTC. Where something broke is said, not what it held (no names, numbers or texts)."""

import json
import logging
from datetime import UTC, datetime

from core.tracing import places_of


class JsonFormatter(logging.Formatter):
    """Line breaks of a message are escaped by JSON; of an exception only its places and its class are kept."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1]:
            line["broke"] = places_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)
