#!/bin/sh
# Record the sample anew, and put the record and its documents beside the script.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sh "$here/demo.sh" "$folder/demo" >/dev/null
for ending in jsonl md html; do
    cp "$folder/demo/velvet-first-deploy.$ending" "$here/"
done
