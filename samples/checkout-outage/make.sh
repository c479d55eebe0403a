#!/bin/sh
# Record the sample anew in a fresh store, and put the record and its documents beside the script.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Nothing of the user's is read or changed.
export HOME="$folder/home" TRIAGE_SESSION=demo
export XDG_CONFIG_HOME="$folder/home" XDG_DATA_HOME="$folder/home" XDG_STATE_HOME="$folder/home"
unset TRIAGE_STORE TRIAGE_JOURNAL TRIAGE_DATE

triage init >record.log
sh "$here/record.sh" >>record.log 2>&1
triage check checkout-outage 2>>record.log
triage export checkout-outage --output "$here/checkout-outage.jsonl" 2>>record.log
for ending in md html; do
    triage render checkout-outage --template postmortem --output "$here/checkout-outage.$ending" 2>>record.log
done
