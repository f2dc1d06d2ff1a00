#!/usr/bin/env bash
# Installs the VS Code that the end-to-end tests run in, into the folder named (default: .vscode-test). It is
# code-server 4.100.3, which is Code 1.100.3 with its own workbench and extension host, and comes from the npm registry.
# 200 MB, half a minute; nothing outside the folder changes.
set -euo pipefail
folder=${1:-$(dirname "$0")/../.vscode-test}
version=4.100.3
mkdir -p "$folder"
cd "$folder"
if [ -f installed ] && [ "$(cat installed)" = "$version" ]; then exit 0; fi

[ -f package.json ] || printf '{ "name": "editor-host", "private": true }\n' >package.json
# Native modules are built with the headers of the node that runs them, where they lie beside it: nothing to download.
prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
[ -f "$prefix/include/node/node_api.h" ] && export npm_config_nodedir=$prefix

# Its own install script builds a terminal and fetches a search tool, which the tests don't need.
npm install --ignore-scripts --no-audit --no-fund "code-server@$version"
# The one native module that it can't start without.
npm rebuild argon2 --build-from-source
cd node_modules/code-server/lib/vscode
npm install --ignore-scripts --omit=dev --no-audit --no-fund
# Log files, and a tidy end of the extension host; works without, too.
npm rebuild @vscode/spdlog native-watchdog || echo 'install-vscode: no log files' >&2
cd - >/dev/null
echo "$version" >installed
