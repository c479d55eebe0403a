"""Contradictions in other words, planted into other pages too: written without a look at the rules.

Of the first forty the rules of that day found thirty-two, of the thirty that followed twenty-nine; since then they
must find all of them.
"""

from pathlib import Path

import pytest

from triage.check import RULES
from triage.redact import Redactor
from triage.usecases.checking_page import check_page

HERE = Path(__file__).resolve().parent
PAGES = {path.stem: path for path in (*HERE.glob("clean_pages/*.md"), *HERE.parent.glob("samples/*/*.md"))}
PLANTED = [
    ('TR101', 'velvet-first-deploy', '## Related issues', 'In all, four blockers stood between us and a running prod.\n\n## Related issues'),
    ('TR101', 'velvet-first-deploy', '## Related issues', 'It needed two blockers to be removed and five pull requests to get there.\n\n## Related issues'),
    ('TR101', 'velvet-first-deploy', '## Related issues', 'Only one blocker was hit.\n\n## Related issues'),
    ('TR101', 'velvet-first-deploy', '## Related issues', 'Two issues remain open.\n\n## Related issues'),
    ('TR101', 'checkout-outage', 'Nobody on call knew who owns the rules.', 'Five action items came out of this.'),
    ('TR102', 'checkout-outage', '## Impact\n', 'The outage lasted 2 hours and 10 minutes.\n\n## Impact\n'),
    ('TR102', 'checkout-outage', '## Impact\n', 'Cards were refused between 09:47 and 10:22 UTC, i.e. for 50 minutes.\n\n## Impact\n'),
    ('TR102', 'velvet-first-deploy', '## Related issues', 'From first push to healthy prod took 5h 20m in total.\n\n## Related issues'),
    ('TR102', 'velvet-first-deploy', '## Related issues', 'We were blocked for 3 hours.\n\n## Related issues'),
    ('TR103', 'velvet-first-deploy', '### Running the migrations twice\n', '### Remark\n\nIssue #1140 fixes PR #1141.\n\n### Running the migrations twice\n'),
    ('TR103', 'velvet-first-deploy', '### Running the migrations twice\n', '### Remark\n\nPull request #1141, resolved by issue #1140, brought the dependency.\n\n### Running the migrations twice\n'),
    ('TR103', 'velvet-first-deploy', '### Running the migrations twice\n', '### Remark\n\n#1136 was closed by PR #1141.\n\n### Running the migrations twice\n'),
    ('TR104', 'velvet-first-deploy', '', '\n\n*Last edited on 5 May 2026 at 03:00 UTC*\n'),
    ('TR201', 'checkout-outage', '| 10:05 | Finding', '| 09:50 | Pager acknowledged | Ines |\n| 10:05 | Finding'),
    ('TR202', 'checkout-outage', '| 2026-06-03 09:47 |', '| 2206-06-03 09:47 |'),
    ('TR202', 'checkout-outage', 'Nobody on call knew who owns the rules.', 'The rule was written on 2026-13-03.'),
    ('TR301', 'checkout-outage', 'Nobody on call knew who owns the rules.', 'Blocker 2 took longer to understand.'),
    ('TR301', 'velvet-first-deploy', '### Running the migrations twice\n', '### Remark\n\nSee action 17 for the rollback.\n\n### Running the migrations twice\n'),
    ('TR401', 'checkout-outage', '| 10:22 | PR #413 merged — Withdraw rule 88 | rule 88 withdrawn |\n', '| 10:21 | PR #409 merged — dashboards | |\n'),
    ('TR402', 'velvet-first-deploy', '**Status:** RESOLVED — staging', '**Status:** SORTED — staging'),
    ('TR403', 'checkout-outage', 'Nobody on call knew who owns the rules.', 'Someone has to add the owner of the rules to the catalogue.'),
    ('TR403', 'checkout-outage', '| Put units into limits | Paul |', '| Put units into limits |  |'),
    ('TR404', 'velvet-first-deploy', '| 11 | Run the migrations (Prod) | DONE (', '| 11 | Run the migrations (Prod) | DOING ('),
    ('TR405', 'checkout-outage', 'Nobody on call knew who owns the rules.', 'Verified in review, though never actually run.'),
    ('TR405', 'velvet-first-deploy', '### Running the migrations twice\n', "### Remark\n\nUntested so far, but proven by the vendor's documents.\n\n### Running the migrations twice\n"),
    ('TR406', 'velvet-first-deploy', "| 12 | Check the tables (Prod) | DONE (observed) | Tables ['rotation_job_consumers', 'rotation_jobs', 'velvet_schema_migrations'] |\n", ''),
    ('TR407', 'velvet-first-deploy', '| 13 | Healthz smoke test (Prod)', '| 13 | Push the subtree (Prod) | DONE (observed) | the slug of staging, App raxx-velvet-prod, Release v9, Slug 2ef77cf3 |\n| 14 | Healthz smoke test (Prod)'),
    ('TR408', 'checkout-outage', '## Impact\n', '#412 is still open.\n\n## Impact\n'),
    ('TR408', 'velvet-first-deploy', '## Related issues', 'PR #1141 has not been merged yet.\n\n## Related issues'),
    ('TR408', 'checkout-outage', 'Nobody on call knew who owns the rules.', 'All action items are completed.'),
    ('TR105', 'velvet-first-deploy', '## Related issues', 'Prod and staging were deployed; on Prod the slug is 86ceec1d.\n\n## Related issues'),
    ('TR502', 'velvet-first-deploy', '### Running the migrations twice\n', '### Remark\n\nThe health check of the console passes: it answers 302.\n\n### Running the migrations twice\n'),
    ('TR502', 'velvet-first-deploy', '| 04:15 | Deploy chain complete', '| 04:14 | Healthz of the proxy | 200 OK |\n| 04:15 | Deploy chain complete'),
    ('TR503', 'velvet-first-deploy', '### Running the migrations twice\n', '### Remark\n\n```text\nsha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b8…\n```\n\n### Running the migrations twice\n'),
    ('TR601', 'checkout-outage', '- **Lead:** Ines', '- **Lead:** TBD'),
    ('TR601', 'checkout-outage', 'Nobody on call knew who owns the rules.', '(to be written)'),
    ('TR601', 'checkout-outage', 'It was a Wednesday morning, and the author of the rule was at work.\n', ''),
    ('TR201', 'checkout-outage', '| 10:25 | Share', '| 10:24 | Counters read | fine |\n| 17:25 | Share'),
    ('TR901', 'checkout-outage', 'Nobody on call knew who owns the rules.', 'This can never happen again.'),
    ('TR101', 'velvet-first-deploy', '## Related issues', 'No blockers were met on the way.\n\n## Related issues'),
    ('TR101', 'database-failover', 'Three blockers slowed us down', 'A couple of blockers slowed us down'),
    ('TR102', 'gitlab-style', 'Total Duration | 44 minutes', 'Total Duration | 1 hour 44 minutes'),
    ('TR102', 'status-page', 'Error rates are back below 0.1%.', 'Errors were served from 17:31 to 18:57 UTC (35 minutes).'),
    ('TR101', 'incident-io-style', "We're going to:", "We're going to do four things:"),
    ('TR201', 'status-list', '- 2024-01-30 21:20 UTC — Monitoring', '- 2024-01-30 19:20 UTC — Monitoring'),
    ('TR201', 'pagerduty-style', '| 08:40 | Rollback', '| 08:14 | Rollback'),
    ('TR104', 'remediation-log', 'Last updated: 2024-06-04 16:30 UTC', 'Last updated: 2024-06-03 19:00 UTC'),
    ('TR202', 'long-narrative', 'On Tuesday, 17 January 2023', 'On Tuesday, 2023-01-32'),
    ('TR301', 'database-failover', 'Writes made', 'Blocker 4 cost us most. Writes made'),
    ('TR402', 'security-advisory', 'Status: Mitigated; final report to follow', 'Status: Looks fine'),
    ('TR403', 'search-latency', '| process | docbrown |', '| process |  |'),
    ('TR403', 'network-maintenance', 'Port 17 needed', 'Somebody must label port 17. It needed'),
    ('TR405', 'kubernetes-upgrade', 'Restores had been written down, but not tested on a cluster of that size.', 'Restores had been validated, although nobody ever ran them: tested, they were not. They were verified, but never tested.'),
    ('TR404', 'dns-change', '| 4 | Compare answers for all names | Done | no difference |', '| 4 | Compare answers for all names | Blocked | resolver down |'),
    ('TR407', 'kubernetes-upgrade', '| 14:20 | Decision to restore; a downgrade is not supported |', '| 14:20 | Decision to restore; a downgrade is not supported |\n| 14:20 | Decision to restore; a downgrade is not supported |'),
    ('TR503', 'dns-change', 'ns1.new.example.\n', 'ns1.new.example.\nsig 4f9a81c2d77e0b13aa55...\n'),
    ('TR601', 'network-maintenance', 'Two engineers on site, one remote.', 'TBD'),
    ('TR601', 'dns-change', 'Change the delegation back. The old zone stays in place for 14 days; after that, this option is gone.\n', ''),
    ('TR301', 'long-narrative', '', '\nThe cost[^1] was low, the delay[^2] was not.\n\n[^1]: per job\n'),
    ('TR502', 'dns-change', 'All three resolvers agree.', 'All three resolvers agree, and the health endpoint is fine with 301.'),
    ('TR102', 'network-maintenance', '', '\nThe whole maintenance took 5h 30m.\n'),
    ('TR102', 'search-latency', 'for 66 minutes', 'for 66 minutes. The outage lasted 4 hours'),
    ('TR102', 'kubernetes-upgrade', 'until a backup was restored.', 'until a backup was restored (12:02 PM to 5:16 PM, 8 hours).'),
    ('TR408', 'database-failover', 'Twelve customers wrote', 'All follow-ups are done. Twelve customers wrote'),
    ('TR408', 'velvet-first-deploy', '## Related issues', 'As of now #1136 is not closed.\n\n## Related issues'),
    ('TR101', 'checkout-outage', '## Impact\n', 'None of the three blockers took long.\n\n## Impact\n'),
    ('TR105', 'velvet-first-deploy', '## Related issues', 'Staging got v16 in the end.\n\n## Related issues'),
    ('TR101', 'velvet-first-deploy', '## Related issues', 'The runner applied five migrations on each side.\n\n## Related issues'),
    ('TR103', 'velvet-first-deploy', '## Related issues', 'PR #1138 was fixed through #1136.\n\n## Related issues'),
    ('TR406', 'velvet-first-deploy', '| 9 | Healthz smoke test (Staging) | DONE (observed) | 200, Healthz \\{"service":"velvet","status":"ok"} |\n', ''),
]  # fmt: skip
"""A rule, a page, and what stands in the place of what; nothing in the place of the page's end."""


def found(text):
    every = frozenset(RULES)
    return {
        (each.code, each.said)
        for each in check_page(text, "page.md", every, Redactor(b"k" * 32), now="2040-01-01T00:00:00.000000Z")
    }


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted[0]} {planted[3].strip()[:40]}")
def test_a_contradiction_in_other_words_is_found(planted):
    code, page, old, new = planted
    text = PAGES[page].read_text()
    assert old in text
    changed = text.replace(old, new, 1) if old else text + new

    assert code in {code for code, _ in found(changed) - found(text)}
