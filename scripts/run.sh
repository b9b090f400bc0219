#!/usr/bin/env bash
# Opens the window, or, where there is no display, plays the main job in the
# terminal.
set -euo pipefail
case $(uname -s) in
Linux)
	if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
		echo "There is no display here, so the main job runs in this terminal: roomkeyctl demo"
		exec bin/roomkeyctl demo
	fi
	;;
esac
exec bin/roomkey
