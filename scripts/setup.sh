#!/usr/bin/env bash
# Installs what building (build), testing (test), a release (release) or Wine (wine) needs, or says what is missing
# and how to get it where it cannot be installed without asking.
set -euo pipefail
what=${1:-build}

need_go() {
	command -v go >/dev/null || {
		echo "Go 1.26 or newer is missing: https://go.dev/dl/" >&2
		exit 1
	}
}

debian() {
	local packages=(gcc pkg-config libgl1-mesa-dev xorg-dev libxkbcommon-dev libwayland-dev libegl1-mesa-dev)
	if [ "$what" = test ]; then
		packages+=(xvfb xauth libgl1-mesa-dri imagemagick dbus gnome-keyring gcc-mingw-w64-x86-64)
	fi
	if [ "$what" = release ]; then
		packages+=(gcc-mingw-w64-x86-64 wixl msitools osslsigncode openssl faketime imagemagick zip jq)
	fi
	if [ "$what" = wine ]; then
		packages+=(wine wine64)
	fi
	local missing=()
	for p in "${packages[@]}"; do
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p")
	done
	[ ${#missing[@]} -eq 0 ] && return
	echo "Installing: ${missing[*]}"
	local sudo=
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || {
			echo "Run this as root, then again: apt-get install ${missing[*]}" >&2
			exit 1
		}
		sudo=sudo
	fi
	$sudo apt-get update -qq
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
}

need_go
case $(uname -s) in
Linux)
	if command -v apt-get >/dev/null; then
		debian
	elif ! pkg-config --exists gl x11 xkbcommon 2>/dev/null; then
		echo "Fyne needs a C compiler and the development files of OpenGL, X11, Xcursor, Xrandr," >&2
		echo "Xinerama, Xi, Xxf86vm, xkbcommon and Wayland. Install them with your package manager" >&2
		echo "(Fedora: dnf install gcc libXcursor-devel libXrandr-devel mesa-libGL-devel libXi-devel" >&2
		echo " libXinerama-devel libXxf86vm-devel libxkbcommon-devel wayland-devel), then try again." >&2
		exit 1
	fi
	;;
Darwin)
	xcode-select -p >/dev/null 2>&1 || {
		echo "The Xcode command line tools are missing. Get them with: xcode-select --install" >&2
		exit 1
	}
	;;
MINGW* | MSYS* | CYGWIN*)
	command -v gcc >/dev/null || {
		echo "A C compiler is missing. Install MSYS2 (https://www.msys2.org), open 'MSYS2 MINGW64' and run:" >&2
		echo "  pacman -S mingw-w64-x86_64-gcc mingw-w64-x86_64-go make" >&2
		exit 1
	}
	;;
esac
