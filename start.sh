#!/bin/sh
# SalesFlow without a terminal's knowledge: finds a Python that is new enough and starts run.py with what follows.
#   ./start.sh                 this computer only          ./start.sh --office          phones and colleagues too
#   ./start.sh autostart on    with the computer           ./start.sh autostart off     no longer
cd "$(dirname "$0")" || exit 1

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

found=""
old=""
for name in ${SALESFLOW_PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    command -v "$name" >/dev/null 2>&1 || continue
    if new_enough "$name"; then
        found=$name
        break
    fi
    old=$name
done

if [ -n "$found" ]; then
    "$found" run.py "$@"
    code=$?
else
    code=1
    if [ -n "$old" ]; then
        echo "SalesFlow needs Python 3.11 or newer; this computer has an older one ($old)."
        echo "SalesFlow 需要 Python 3.11 或更新版本，这台电脑上的 $old 太旧。"
    else
        echo "SalesFlow needs Python 3.11 or newer; there is none on this computer."
        echo "SalesFlow 需要 Python 3.11 或更新版本，这台电脑上没有。"
    fi
    case "$(uname -s 2>/dev/null)" in
        Darwin) echo "Install it from the official Python site, then open this file again.  请从 Python 官网安装后再打开本文件。" ;;
        *) echo "Debian, Ubuntu:  sudo apt install python3 python3-venv    Fedora:  sudo dnf install python3"
           echo "安装后再打开本文件。 Then open this file again." ;;
    esac
fi

# Opened by a double click the window would close before anybody has read what is wrong.
if [ "$code" -ne 0 ] && [ "$code" -ne 130 ] && [ -t 0 ] && [ -t 1 ]; then
    printf 'Press Enter to close. 按回车键关闭。'
    read -r _ || true
fi
exit "$code"
