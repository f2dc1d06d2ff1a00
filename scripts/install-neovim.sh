#!/usr/bin/env bash
# Unpacks the Neovim of a newer Debian suite, with its own libraries, into FOLDER; nothing outside FOLDER changes.
# usage: install-neovim.sh SUITE [FOLDER]     trixie: Neovim 0.10, forky: 0.12. Default folder: .editors/neovim-SUITE
# Needs Debian's apt, dpkg and patchelf. Afterwards FOLDER/nvim runs it.
set -euo pipefail
suite=${1:?usage: install-neovim.sh SUITE [FOLDER]}
folder=$(realpath -m "${2:-$(dirname "$0")/../.editors/neovim-$suite}")
if [ -x "$folder/nvim" ] && "$folder/nvim" --version >/dev/null 2>&1; then exit 0; fi
rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/root"

# The mirror that this machine is set up with, and a package state of our own.
site=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u | grep '/debian/\?$' | head -1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main" >"$folder/apt/sources.list"
: >"$folder/apt/status"
apt=(apt-get -qq -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=-
  -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" -o Dir::State::status="$folder/apt/status"
  -o Acquire::Languages=none -o Acquire::Retries=3 -o Debug::NoLocking=1 -o APT::Sandbox::User=root
  -o APT::Update::Post-Invoke=)
"${apt[@]}" update
"${apt[@]}" install -y -d --no-install-recommends neovim
for package in "$folder"/apt/cache/archives/*.deb; do dpkg -x "$package" "$folder/root"; done

# Its own loader and libraries, not the host's; as a changed binary, because Neovim's terminal interface starts itself again.
libraries=$folder/root/usr/lib/x86_64-linux-gnu
patchelf --set-interpreter "$libraries/ld-linux-x86-64.so.2" --set-rpath "$libraries" --force-rpath "$folder/root/usr/bin/nvim"
printf '#!/bin/sh\nVIMRUNTIME=%s/usr/share/nvim/runtime exec %s/usr/bin/nvim "$@"\n' "$folder/root" "$folder/root" >"$folder/nvim"
chmod +x "$folder/nvim"
rm -rf "$folder/apt"
"$folder/nvim" --version | head -1
