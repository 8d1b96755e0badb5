#!/bin/sh
# SalesFlow by a double click: starts with this computer from now on; "off" takes it back.
[ "$#" -gt 0 ] || set -- on
exec "$(dirname "$0")/start.sh" autostart "$@"
