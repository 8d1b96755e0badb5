#!/bin/sh
# SalesFlow by a double click, for phones and colleagues in the same network too; later starts remember it.
exec "$(dirname "$0")/start.sh" --office "$@"
