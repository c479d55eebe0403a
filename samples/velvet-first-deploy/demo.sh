#!/bin/sh
# Record the sample in a fresh store and render it; the one argument is the folder to do it in.
set -eu

sample=$(cd "$(dirname "$0")" && pwd)
rm -rf "${1:?which folder?}"
mkdir -p "$1"
cd "$1"
folder=$(pwd)

# Nothing of the user's is read or changed.
export XDG_CONFIG_HOME="$folder/home" XDG_DATA_HOME="$folder/home" XDG_STATE_HOME="$folder/home"
export TRIAGE_STORE="$folder/demo.sqlite" TRIAGE_SESSION=demo TRIAGE_ACTOR='demo'
unset TRIAGE_JOURNAL TRIAGE_DATE

sh "$sample/record.sh"
triage render --format md --output velvet-first-deploy.md
triage render --format html --output velvet-first-deploy.html

cat <<END

The record    $folder/demo.sqlite
As Markdown   $folder/velvet-first-deploy.md
As a page     $folder/velvet-first-deploy.html
END
