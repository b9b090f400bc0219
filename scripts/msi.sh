#!/usr/bin/env bash
# Builds one Windows installer: msi.sh perMachine|perUser x64|arm64 VERSION FOLDER
# OUT.msi, with the programs of FOLDER. The same input gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
scope=$1 arch=$2 version=$3 folder=$4 out=$(realpath -m "$5")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# An id that is the same for the same version, installer and use.
id() {
	printf 'Roomkey %s %s %s %s' "$version" "$scope" "$arch" "$1" | sha1sum |
		sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-5\3-8\4-\5/' | tr a-f A-F
}

cp "$folder"/Roomkey.exe "$folder"/roomkeyctl.exe "$folder"/LICENSE.txt packaging/windows/OpenGL.txt packaging/windows/roomkey.wxs "$work"
convert resources/icons/roomkey.png -strip -define icon:auto-resize=256,48,32,16 "$work/roomkey.ico"
cd "$work"
touch -d "@$SOURCE_DATE_EPOCH" ./*

# faketime: wixl and msibuild write the time of day into the file.
still() { faketime -f "$(date -u -d "@$SOURCE_DATE_EPOCH" '+%Y-%m-%d %H:%M:%S')" "$@"; }
still wixl -a x64 -D "Scope=$scope" -D "Version=$version" -D "ProductCode={$(id product)}" -o roomkey.msi roomkey.wxs

# wixl knows no Environment element: the table is imported, with its two actions.
# It knows no arm64 either, which is said in the summary alone.
mark='*' # of the system's variables
[ "$scope" = perUser ] && mark=
{
	printf 'Environment\tName\tValue\tComponent_\r\ns72\tl255\tL255\ts72\r\nEnvironment\tEnvironment\r\n'
	printf 'Path\t=-%sPATH\t[~];[INSTALLDIR]\tCtl\r\n' "$mark"
} >Environment.idt
still msibuild roomkey.msi -i Environment.idt
still msibuild roomkey.msi \
	-q "INSERT INTO InstallExecuteSequence (Action, Sequence) VALUES ('RemoveEnvironmentStrings', 3300)" \
	-q "INSERT INTO InstallExecuteSequence (Action, Sequence) VALUES ('WriteEnvironmentStrings', 5200)"
# What the toolkit keeps for the window goes with it, but stays at an upgrade. Not
# with the installer for everyone: it deletes as the system, where a link in
# somebody's own folders could lead it anywhere.
if [ "$scope" = perUser ]; then
	at=1010
	for folder in '[AppDataFolder]fyne\app.roomkey.desktop' '[LocalAppDataFolder]fyne\app.roomkey.desktop' '[AppDataFolder]fyne' '[LocalAppDataFolder]fyne'; do
		still msibuild roomkey.msi \
			-q "INSERT INTO CustomAction (Action, Type, Source, Target) VALUES ('Look$at', 51, 'LOOK$at', '$folder')" \
			-q "INSERT INTO InstallExecuteSequence (Action, Condition, Sequence) VALUES ('Look$at', 'REMOVE=\"ALL\" AND NOT UPGRADINGPRODUCTCODE', $at)" \
			-q "INSERT INTO RemoveFile (FileKey, Component_, DirProperty, InstallMode) VALUES ('LookFolder$at', 'Main', 'LOOK$at', 2)"
		case $folder in *.desktop)
			still msibuild roomkey.msi -q "INSERT INTO RemoveFile (FileKey, Component_, FileName, DirProperty, InstallMode) VALUES ('Look$at', 'Main', '*', 'LOOK$at', 2)" ;;
		esac
		at=$((at + 1))
	done
fi
# The package code, which wixl makes up at random.
still msibuild roomkey.msi -s "Roomkey $version" Roomkey "${arch/arm64/Arm64};1033" "{$(id package)}"
mkdir -p "$(dirname "$out")"
mv roomkey.msi "$out"
