#!/bin/sh
# Record the sample in a fresh store and render it; the one argument is the folder to do it in.
set -eu

sample=$(cd "$(dirname "$0")" && pwd)
rm -rf "${1:?which folder?}"
mkdir -p "$1"
cd "$1"
folder=$(pwd)

# Nothing of the user's is read or changed.
export HOME="$folder/home" TRIAGE_SESSION=demo
export XDG_CONFIG_HOME="$folder/home" XDG_DATA_HOME="$folder/home" XDG_STATE_HOME="$folder/home"
unset TRIAGE_STORE TRIAGE_JOURNAL TRIAGE_DATE

triage init >record.log
cp "$sample/triage.toml" .
sh "$sample/record.sh" >>record.log
triage export velvet-first-deploy --output velvet-first-deploy.jsonl 2>>record.log
triage render velvet-first-deploy --output velvet-first-deploy.md 2>>record.log
triage render velvet-first-deploy --output velvet-first-deploy.html 2>>record.log

cat <<END
$(grep -c '^triage ' "$sample/record.sh") commands recorded the sample. There are now:

The record    $folder/.triage/triage.db
As lines      $folder/velvet-first-deploy.jsonl
As Markdown   $folder/velvet-first-deploy.md
As a page     $folder/velvet-first-deploy.html
END
