#!/bin/sh
# An outage, as the people on call would have typed it while it happened, and what they wrote the day after. See README.md.
set -eu
export TRIAGE_ACTOR=human:Ines TRIAGE_DATE=2026-06-03

triage open 'Checkout refuses cards in eu-west' --slug checkout-outage --type incident --at 09:47 --severity SEV-1 \
  --service checkout --lead Ines --status investigating
triage log 'Rule 88 of the fraud filter goes live' --at 09:47 --mark impact
triage log 'Alert: share of refused cards above 5 %' 'pages on-call' --at 09:54 --mark detected
triage blocker 'rule 88 refuses every card above 100' --at 09:56 --issue 412 \
  --error 'declined: rule=88 amount=12900 limit=100' --effect 'every payment above 1.00 is refused' --cause - <<'END'
The rule compares the amount, in cents, with a limit in euros. Limits carry no unit, and the staging data holds no
amount above 100, so no test had reached the comparison.
END
triage log 'Rules are to blame, not the card network' --type finding --at 10:05
triage run --title 'Refused by rule' --section 'Evidence of the cause' --env eu-west --at 10:09 \
  --extract 'Refused=rule 88: (\d+)' -- printf 'rule 12: 31\nrule 88: 8412\nrule 90: 4\n'
triage action 'Withdraw rule 88' --env eu-west --at 10:10
triage start 1 --at 10:20
triage done 1 'rule set 2026-06-02 is active again' --at 10:22
triage issue 413 merged 'rule 88 withdrawn' --at 10:22 --title 'Withdraw rule 88'
triage fix 1 'Rule 88 is withdrawn; a new one waits for limits with units.' --pr 413 --at 10:22
triage set status=mitigated --at 10:22
triage log 'Share of refused cards back below 0.5 %' --at 10:25 --mark mitigated
triage run --observe Checks 'Check=Payment of 129.00' --expect accepted --at 10:31 -- echo 'accepted, id 7f31'
triage issue 412 closed 'rule withdrawn' --at 10:40 --title 'Cards refused since 09:47'
triage resolve 'cards are accepted, refused payments were tried again' --at 10:40

export TRIAGE_DATE=2026-06-04
triage set 'impact=8,412 payments of 7,990 customers were refused; 8,120 of them went through when they were tried again' --at 09:30
triage section Impact --at 09:30 - <<'END'
- No card was charged twice.
- Two pages, one customer call.
END
triage section 'Contributing factors' --at 09:30 - <<'END'
1. Limits carry no unit: the type of the comparison is a number on both sides.
2. The review of a rule reads it, and does not run it.
3. It took time to find who owns the rules: the service is in two teams' lists.
END
triage section 'What went well' --at 09:30 'The alert fired after seven minutes, and withdrawing a rule takes one.'
triage section 'What went wrong' --at 09:30 'Nobody on call knew who owns the rules.'
triage section 'Where we got lucky' --at 09:30 'It was a Wednesday morning, and the author of the rule was at work.'
triage action 'Put units into limits' --owner Paul --issue 414 --at 09:30
triage action 'Add large amounts to the staging data' --owner Ines --issue 415 --at 09:30
triage action 'Say in the catalogue who owns the rules' --owner Mira --at 09:30
triage set 'summary=Cards above 1.00 were refused in eu-west for {{ span("impact", "mitigated") }}: a new rule of the fraud filter compared cents with euros. {{ value("Refused") }} payments were refused; withdrawing the rule ended it.' --at 09:35
