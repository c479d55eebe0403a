#!/bin/sh
# The Velvet first deploy, as its agent would have typed it while it happened. See README.md.
set -eu
export TRIAGE_ACTOR=agent:sre-agent TRIAGE_DATE=2026-05-05

triage open 'Velvet First-Deploy Triage — 2026-05-05' --slug velvet-first-deploy --type deploy --at 01:09 \
  --service 'Velvet (credential rotation)' --summary - <<'END'
Velvet reached staging and prod for the first time. On the way the package itself turned out not to be
installed on the dynos, and then SQLAlchemy was missing; one PR each removed that. All three database
migrations are in place in both environments.
END
triage issue 1128 merged 'First subtree push attempted' --at 01:09 --title 'setup.cfg + psycopg2-binary'

triage log 'Deploys v11–v13, slug 2d03871a, still without `-e .`' 'Worker crash loop' --at 03:09
triage blocker 'velvet package not registered' --at 03:09 --issue 1136 \
  --error "ModuleNotFoundError: No module named 'velvet'" --effect 'gunicorn crashes on every boot' --cause - <<'END'
The Heroku-24 buildpack installs with `pip install -r requirements.txt` and nothing else: a `setup.cfg`
does not make it run `pip install .`. As `requirements.txt` had no `-e .`, the package never got into
site-packages.
END
triage log 'Last crash before the fix' 'Dyno state: crashed' --at 03:43
triage issue 1138 merged 'main@9ded331' --title '`-e .` in requirements.txt' --at 03:50
triage fix 1 '`-e .` is now the last line of `velvet/requirements.txt`.' --pr 1138 --at 03:50
triage issue 1136 closed 'deployed in v14' --title '`-e .` fix' --at 03:50

triage did 'git pull origin main' 'HEAD 9ded331, brings `-e .` from PR #1138' --at 03:50
triage did 'git subtree push --prefix velvet heroku-velvet-staging main' --env Staging --at 03:50 \
  App=raxx-velvet-staging Release=v14 Slug=86ceec1d
triage did 'Staging boots and answers' 'gunicorn up, healthz 200' --env Staging --at 03:50 \
  Healthz='{"service":"velvet","status":"ok"}'
triage action 'heroku run python -m velvet.db.migrate' --env Staging --at 03:52 \
  --command 'heroku run --app raxx-velvet-staging --no-tty "python -m velvet.db.migrate"'
triage block 4 "ModuleNotFoundError: No module named 'sqlalchemy'" --at 03:52 --issue 1140 \
  --title 'sqlalchemy dependency missing' --effect 'the migration runner crashes' --cause - <<'END'
Importing the package `velvet.db` already imports `velvet.db.models`, which imports sqlalchemy. It was listed
neither in `velvet/requirements.txt` nor under `install_requires` in `velvet/setup.cfg`.
END
triage observe Prod App=raxx-velvet-prod Release='none yet' --at 03:53
triage log 'Prod deploy gated' --type escalation --at 03:53
triage issue 1141 merged 'main@98f2418' --title 'sqlalchemy fix' --at 04:06
triage fix 2 '`sqlalchemy>=2.0,<3.0` went into both files.' --pr 1141 --at 04:06
triage issue 1140 closed 'deployed in v15 and v9' --title 'sqlalchemy missing from requirements' --at 04:12
triage did 'Fetch the sqlalchemy fix' 'git fetch origin main, branch deploy-temp, commit 98f2418' --at 04:09
triage did 'Push the subtree with the fix' 'temp branch to Heroku main' --env Staging --at 04:09 Release=v15 Slug=2ef77cf3
triage did 'Run the migrations' 'cleanly, in 131 ms' --env Staging --at 04:10 Migrations='3 applied'
triage did 'Check the tables' --env Staging --at 04:10 \
  Tables="['rotation_job_consumers', 'rotation_jobs', 'velvet_schema_migrations']"
triage did 'Healthz smoke test' '200' --env Staging --at 04:10 \
  Healthz='{"service":"velvet","status":"ok"}'
triage did 'Push the subtree' 'the slug of staging' --env Prod --at 04:12 \
  App=raxx-velvet-prod Release=v9 Slug=2ef77cf3
triage did 'Run the migrations' 'cleanly, in 155 ms' --env Prod --at 04:13 Migrations='3 applied'
triage did 'Check the tables' --env Prod --at 04:13 \
  Tables="['rotation_job_consumers', 'rotation_jobs', 'velvet_schema_migrations']"
triage did 'Healthz smoke test' '200' --env Prod --at 04:13 --mark end \
  Healthz='{"service":"velvet","status":"ok"}'
triage evidence --title 'Migration output' --section 'Staging deploy (final)' --action 7 --at 04:10 <<'END'
2026-05-05 04:10:37,530 INFO __main__: Applying migration: 001_create_rotation_jobs_v2.sql
2026-05-05 04:10:37,618 INFO __main__: Applied migration: 001_create_rotation_jobs_v2.sql
2026-05-05 04:10:37,619 INFO __main__: Applying migration: 002_create_rotation_job_consumers.sql
2026-05-05 04:10:37,642 INFO __main__: Applied migration: 002_create_rotation_job_consumers.sql
2026-05-05 04:10:37,643 INFO __main__: Applying migration: 003_indexes.sql
2026-05-05 04:10:37,661 INFO __main__: Applied migration: 003_indexes.sql
2026-05-05 04:10:37,662 INFO __main__: Migrations complete.
Applied 3 migration(s): 001_create_rotation_jobs_v2.sql, 002_create_rotation_job_consumers.sql, 003_indexes.sql
END
triage evidence --title 'Migration output' --section 'Prod deploy (final)' --action 11 --at 04:13 <<'END'
2026-05-05 04:13:13,991 INFO __main__: Applying migration: 001_create_rotation_jobs_v2.sql
2026-05-05 04:13:14,088 INFO __main__: Applied migration: 001_create_rotation_jobs_v2.sql
2026-05-05 04:13:14,089 INFO __main__: Applying migration: 002_create_rotation_job_consumers.sql
2026-05-05 04:13:14,116 INFO __main__: Applied migration: 002_create_rotation_job_consumers.sql
2026-05-05 04:13:14,117 INFO __main__: Applying migration: 003_indexes.sql
2026-05-05 04:13:14,146 INFO __main__: Applied migration: 003_indexes.sql
2026-05-05 04:13:14,146 INFO __main__: Migrations complete.
Applied 3 migration(s): 001_create_rotation_jobs_v2.sql, 002_create_rotation_job_consumers.sql, 003_indexes.sql
END
triage record - <<'END'
{"kind":"issue","at":"04:15","fields":{"ref":"#1129","state":"open","note":"unblocked: it has a live DB to run against now","title":"CI smoke test for velvet"}}
{"kind":"issue","at":"04:15","fields":{"ref":"#1130","state":"open","note":"hold for next sprint, owner: sre-agent","title":"Release phase (migrate in Procfile)"}}
{"kind":"issue","at":"04:15","fields":{"ref":"#1137","state":"open","note":"hold for next sprint, owner: sre-agent","title":"Post-deploy healthz CI check"}}
END
triage resolve 'staging and prod deployed, migrations applied, healthz passing' --at 04:15 --log 'Deploy chain complete'

triage section 'Operational notes' --at 04:15 - <<'END'
# Which branch a subtree push lands on

`git subtree push --prefix <dir> <remote> <local-branch>` names the remote branch after `<local-branch>`, and
Heroku builds only `main` and `master`. What always works:

```sh
# Compute subtree split hash
SPLIT=$(git subtree split --prefix velvet HEAD)
# Push directly to Heroku's main
git push heroku-velvet-staging $SPLIT:refs/heads/main
```

From a local branch that is itself called `main` this does too:

```sh
git subtree push --prefix velvet heroku-velvet-staging main
```

# Running the migrations twice

`velvet_schema_migrations` remembers what was applied, and `python -m velvet.db.migrate` skips that. This is by
design; nobody tried it in this session.

# heroku run without a terminal

```sh
heroku run --app <appname> --no-tty "<command>"
```

The form `heroku run -a <appname> <cmd>` is gone from this CLI version, which says `Nonexistent flag: -a`.
END
triage ref https://github.com/moosequest/TradeMasterAPI/issues/1136 'The issue behind blocker 1' --at 04:15

triage addendum 'DKIM TXT record remediation (#1144)' --slug dkim --at 04:27 --severity 'P2 HIGH' \
  --severity-note 'pre-condition for Postmark sandbox exit' --issue 1144
triage section Finding --at 04:20 - <<'END'
The security agent's triage of 2026-05-05 saw NXDOMAIN for `pm._domainkey.raxx.app` on 8.8.8.8: Postmark's
canonical DKIM selector was missing from the Cloudflare zone of raxx.app. The date-stamped selector,
`20260430051323pm._domainkey.raxx.app`, was there and verified by Postmark.
END
triage section 'Pre-state (before fix)' --at 04:20 - <<'END'
DNS at 04:20 UTC:

```text
20260430051323pm._domainkey.raxx.app  TXT  k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxX9MjFeCMegRCNnuM0DhSgLBL7WfOAISymao02MgPq20oXEQJILhSWQP9xJLz4Ie3aMJpJJXd9cKkRQb/rn6cMxTFUrgzyHIoznWTekXf5IU0orPm4tibKe9GZL0Rr+OxVwjcZttZ4modiJeCb+m1Yg2VGkdfrYSOxiCPwE4GAQIDAQAB  (PRESENT — CF record ID 83a6227b782ce931f97fd3d889ea28f6)
pm._domainkey.raxx.app                TXT  (ABSENT — NXDOMAIN)
```

The domain at Postmark:

```text
DKIMVerified: True   (against date-stamped selector only)
DKIMHost: 20260430051323pm._domainkey.raxx.app
DKIMUpdateStatus: Verified
```
END
triage section 'Postmark API response' --at 04:26 - <<'END'
`GET https://api.postmarkapp.com/domains/4616861` has the authoritative DKIMTextValue. The request carries
`X-Postmark-Account-Token`, which the vault holds at `/MooseQuest/postmark/POSTMARK_ACCOUNT_API_KEY`:

```text
DKIMHost:      20260430051323pm._domainkey.raxx.app
DKIMTextValue: k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxX9MjFeCMegRCNnuM0DhSgLBL7WfOAISymao02MgPq20oXEQJILhSWQP9xJLz4Ie3aMJpJJXd9cKkRQb/rn6cMxTFUrgzyHIoznWTekXf5IU0orPm4tibKe9GZL0Rr+OxVwjcZttZ4modiJeCb+m1Yg2VGkdfrYSOxiCPwE4GAQIDAQAB
```

One key pair serves both selectors, so both carry this value.
END
triage evidence --title 'TXT record created in Cloudflare, by the DNS-edit token CLOUDFLARE_EDIT_DNS' --section 'Fix applied' --at 04:27 \
  --command 'POST https://api.cloudflare.com/client/v4/zones/f12dbb5cac57d5591a5058874498a6d1/dns_records' <<'END'
Zone:    raxx.app (ID: f12dbb5cac57d5591a5058874498a6d1)
Name:    pm._domainkey.raxx.app
Type:    TXT
Content: k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxX9MjFeCMegRCNnuM0DhSgLBL7WfOAISymao02MgPq20oXEQJILhSWQP9xJLz4Ie3aMJpJJXd9cKkRQb/rn6cMxTFUrgzyHIoznWTekXf5IU0orPm4tibKe9GZL0Rr+OxVwjcZttZ4modiJeCb+m1Yg2VGkdfrYSOxiCPwE4GAQIDAQAB
TTL:     1 (auto)
CF Record ID: e3963b1bf40bda34e11c99274915023c
Created: 2026-05-05T04:27:26.274254Z
END
triage evidence --title 'About 15 s after the record was made' --section 'DNS verification' --at 04:27 --language console <<'END'
$ dig +short TXT pm._domainkey.raxx.app @1.1.1.1
"k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxX9MjFeCMegRCNnuM0DhSgLBL7WfOAISymao02MgPq20oXEQJILhSWQP9xJLz4Ie3aMJpJJXd9cKkRQb/rn6cMxTFUrgzyHIoznWTekXf5IU0orPm4tibKe9GZL0Rr+OxVwjcZttZ4modiJeCb+m1Yg2VGkdfrYSOxiCPwE4GAQIDAQAB"

$ dig +short TXT pm._domainkey.raxx.app @8.8.8.8
"k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxX9MjFeCMegRCNnuM0DhSgLBL7WfOAISymao02MgPq20oXEQJILhSWQP9xJLz4Ie3aMJpJJXd9cKkRQb/rn6cMxTFUrgzyHIoznWTekXf5IU0orPm4tibKe9GZL0Rr+OxVwjcZttZ4modiJeCb+m1Yg2VGkdfrYSOxiCPwE4GAQIDAQAB"
END
triage section 'DNS verification' --at 04:27 - <<'END'
Both public resolvers have the right value; Cloudflare had propagated at once. The default resolver here times out
for every raxx.app name, the older `20260430051323pm._domainkey` among them, so that is no sign of slow propagation.
END
triage section 'Postmark verification status' --at 04:27 - <<'END'
Postmark checks DKIM against its own date-stamped selector, which had been verified before any of this. The
domain after the fix:

```text
DKIMVerified:      True
DKIMHost:          20260430051323pm._domainkey.raxx.app
DKIMUpdateStatus:  Verified
SPFVerified:       True
ReturnPathDomainVerified: True
```

With the canonical selector in DNS as well, the security agent's finding is met, and receivers that look only for
Postmark's standard selectors can verify mail once the sandbox is left.
END
triage section 'Records untouched' --at 04:27 - <<'END'
- SPF: `v=spf1 a mx include:spf.mtasv.net ~all`
- DMARC: `v=DMARC1; p=quarantine; rua=mailto:kris@moosequest.net; fo=1`
- CNAME of `pm-bounces.raxx.app`: `pm.mtasv.net`
END
triage action 'Approve the Postmark sandbox exit in its dashboard; SPF, date-stamped DKIM and Return-Path CNAME are verified, so no more DNS work is needed' \
  --owner Kristerpher --at 04:27
triage issue 1144 closed 'canonical selector live beside Postmark'\''s own, which never was missing: no recurrence risk' --at 04:27

triage addendum 'FREESCOUT_OPERATIONS_MAILBOX_ID provisioning' --slug freescout --at '~17:00' \
  'Preceded by=Kristerpher created the Operations mailbox in the FreeScout Admin UI' \
  SOP=docs/ops/runbooks/freescout-operations-mailbox-provisioning.md
triage section 'Mailbox verification' --at '~17:00' - <<'END'
`GET https://tickets.raxx.app/api/mailboxes`, with FreeScout's own header `X-FreeScout-API-Key` (it takes no
`Authorization: Bearer`), answered HTTP 200 with two mailboxes:

```text
id=1  name=Raxx Support   email=support@raxx.app
id=2  name=Operations     email=ops@raxx.app
```

Mailbox 2 is the one for operations. `GET /api/mailboxes/2` answers HTTP 405, which the runbook does not say: list
them with `GET /api/mailboxes` and pick by id.
END
triage section 'Infisical vault write' --at '~17:00' - <<'END'
- `FREESCOUT_OPERATIONS_MAILBOX_ID` written to the vault with the value 2.
- Read back: the value is there.
END
triage section 'Heroku env var set' --at '~17:00' - <<'END'
`heroku config:set FREESCOUT_OPERATIONS_MAILBOX_ID=2` on both apps, stdout silenced per policy.
`heroku config:get FREESCOUT_OPERATIONS_MAILBOX_ID` read it back:
END
triage section 'Dyno restarts' --at '~17:00' - <<'END'
```text
heroku dyno:restart -a raxx-console-staging  →  "Restarting all dynos... done"
heroku dyno:restart -a raxx-console-prod     →  "Restarting all dynos... done"
```

`heroku ps` then listed `web.*` for both: the dynos are up.
END
triage record - <<'END'
{"kind":"observation","at":"~17:00","fields":{"table":"Readback","section":["Heroku env var set"],"cells":[["App","raxx-console-staging"],["Result","returned 2"]]}}
{"kind":"observation","at":"~17:00","fields":{"table":"Readback","section":["Heroku env var set"],"cells":[["App","raxx-console-prod"],["Result","returned 2"]]}}
{"kind":"observation","at":"~17:00","fields":{"table":"Health checks (post-restart)","cells":[["URL","https://console-staging.raxx.app/health"],["HTTP code","302"],["Interpretation","CF Access redirect; the app behind it was not asked"]]}}
{"kind":"observation","at":"~17:00","fields":{"table":"Health checks (post-restart)","cells":[["URL","https://console.raxx.app/health"],["HTTP code","302"],["Interpretation","CF Access redirect; the app behind it was not asked"]]}}
END
triage section 'Log-quiet check' --at '~17:00' - <<'END'
About 12 seconds of raxx-console-staging's log after its restart, searched for
`FREESCOUT_OPERATIONS|missing.*mailbox|mailbox.*id|WARNING|WARN|startup|error|fatal`: no match, so the new
variable causes no warning at start.
END
triage section 'Flags unchanged' --at '~17:00' - <<'END'
`FLAG_CONSOLE_INVESTIGATE_FROM_STATUS` and `FLAG_CONSOLE_ALERTS_AUTO_TICKET` stay off by default, and the variable
waits unused. The operator will switch them on at `/console/flags`: staging, about 24 h of soak, then prod, as
`docs/ops/runbooks/auto-ticketing-rollout.md` has it.
END
triage section 'Post-provisioning checklist' --at '~17:00' - <<'END'
- [x] Mailbox exists and its id is known
- [x] Value in the vault
- [x] Value on both apps, read back
- [x] Dynos restarted, health checked, log quiet
- [ ] Flags switched on @operator
END

triage addendum '#990 CONSOLE_CROSS_ENV_READ_TOKEN provisioning' --slug xenv-token --at 11:11 \
  --issue 990 --epic 988 \
  'Epic title=console self-deploy' 'Sub-card=S2 of the self-deploy chain (#988)' --summary - <<'END'
`CONSOLE_CROSS_ENV_READ_TOKEN` now exists: the service token by which the console apps and the Cloudflare Worker
`console-deploy-shim` read each other's deploy status across environments. It closes the last open sub-card of
epic #988. The token was made as §7.4 of `docs/architecture/console-self-deploy-web-layer.md` asks.
END
triage section 'What was done' --at 11:11 - <<'END'
# Token generation

- A fresh token from `openssl rand -hex 32`, never printed.

# Infisical storage

Both paths went from version 1, a placeholder, to version 2 with the fresh token; by SHA-256 it is the same value in
both. The vault is https://vault.raxx.app, project ID `29b77751-f761-4afa-b3fa-2c842988f95c`.

# Heroku config vars (silenced)

```sh
heroku config:set CONSOLE_CROSS_ENV_READ_TOKEN=<value> --app raxx-console-staging >/dev/null 2>&1
heroku config:set CONSOLE_CROSS_ENV_READ_TOKEN=<value> --app raxx-console-prod >/dev/null 2>&1
```

# CF Worker secret

- `CONSOLE_CROSS_ENV_READ_TOKEN` put as a secret of `console-deploy-shim`, and the worker deployed.

# Dyno restarts

```text
heroku ps:restart --app raxx-console-staging  →  done  (web.1: up ~12s after restart)
heroku ps:restart --app raxx-console-prod     →  done  (web.1: up ~10s after restart)
```
END
triage section 'Endpoint verification (staging)' --at 11:11 - <<'END'
`GET /api/internal/deploys/<id>/xenv` on https://raxx-console-staging-58974c77617a.herokuapp.com, with
`FLAG_CONSOLE_DEPLOY_XENV_READ` on for the while of the test and unset after it.
END
triage record - <<'END'
{"kind":"observation","at":"11:11","fields":{"table":"Infisical paths","section":["What was done"],"cells":[["Infisical path","/Console/prod/CONSOLE_CROSS_ENV_READ_TOKEN"],["Environment","prod"],["Version","2"],["Status","PATCHED + verified"]]}}
{"kind":"observation","at":"11:11","fields":{"table":"Infisical paths","section":["What was done"],"cells":[["Infisical path","/Console/staging/CONSOLE_CROSS_ENV_READ_TOKEN"],["Environment","prod"],["Version","2"],["Status","PATCHED + verified"]]}}
{"kind":"observation","at":"11:11","fields":{"table":"Heroku apps","section":["What was done"],"cells":[["App","raxx-console-staging"],["Result","config:get hash match confirmed"]]}}
{"kind":"observation","at":"11:11","fields":{"table":"Heroku apps","section":["What was done"],"cells":[["App","raxx-console-prod"],["Result","config:get hash match confirmed"]]}}
{"kind":"observation","at":"11:11","fields":{"table":"Tests","section":["Endpoint verification (staging)"],"expected":"501","cells":[["Test","Flag off"],["Authorization","Bearer valid-token"],["Actual","501"]]}}
{"kind":"observation","at":"11:11","fields":{"table":"Tests","section":["Endpoint verification (staging)"],"expected":"404","cells":[["Test","Valid token + unknown deploy_id (flag on)"],["Authorization","Bearer valid-token"],["Actual","404 {\"error\":\"not_found\"}"]]}}
{"kind":"observation","at":"11:11","fields":{"table":"Tests","section":["Endpoint verification (staging)"],"expected":"401","cells":[["Test","No token (flag on)"],["Authorization","none"],["Actual","401 {\"error\":\"unauthorized\"}"]]}}
{"kind":"observation","at":"11:11","fields":{"table":"Tests","section":["Endpoint verification (staging)"],"expected":"401","cells":[["Test","Wrong token (flag on)"],["Authorization","Bearer wrongtoken"],["Actual","401 {\"error\":\"unauthorized\"}"]]}}
END
triage section 'Rotation runbook' --at 11:11 - <<'END'
1. `openssl rand -hex 32` makes a new token.
2. PATCH Infisical `/Console/prod/CONSOLE_CROSS_ENV_READ_TOKEN` (env: prod).
3. PATCH Infisical `/Console/staging/CONSOLE_CROSS_ENV_READ_TOKEN` (env: prod, the same value).
4. `heroku config:set CONSOLE_CROSS_ENV_READ_TOKEN=<new> --app raxx-console-staging >/dev/null 2>&1`
5. `heroku config:set CONSOLE_CROSS_ENV_READ_TOKEN=<new> --app raxx-console-prod >/dev/null 2>&1`
6. `printf '%s' "$NEW_TOKEN" | CLOUDFLARE_API_TOKEN="$CF_WORKER_DEPLOY" npx wrangler@4 secret put CONSOLE_CROSS_ENV_READ_TOKEN --name=console-deploy-shim`
7. `CLOUDFLARE_API_TOKEN="$CF_WORKER_DEPLOY" npx wrangler@4 deploy --config infra/cf-workers/console-deploy-shim/wrangler.toml`

Steps 4 and 5 restart the dynos by themselves, as every change of Heroku's configuration does; no `ps:restart` is needed.
END
triage section 'What remains before round-trip testing (#994, #995)' --at 11:11 - <<'END'
- [ ] Switch `FLAG_CONSOLE_DEPLOY_XENV_READ` on in staging for #994 @operator
- [ ] The same in prod for #995 @operator
END
triage issue 990 closed 'one token, freshly made, in all three places: both Infisical paths, both Heroku apps, the CF Worker' --at 11:11
