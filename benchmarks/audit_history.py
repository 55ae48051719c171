"""A large organization's history behind the questions: devices, changes, windows, votes, findings.

Written with SQL as the platform would have left it, the worst cases on purpose: all touches lie in
the span that is asked for and in open windows or excepted from a freeze, so that every one is
looked at and none is told; whoever had a change executed seldom approved it.
"""

from sqlalchemy import Connection, text

SITES, DEVICES, PERSONS = 50, 10_000, 200
PIECE = 100_000  # records of one statement

_PEOPLE_AND_DEVICES = """
INSERT INTO unit (code, name, parent_id)
SELECT 'u' || n, 'Unit ' || n, (SELECT id FROM unit WHERE code = 'root')
FROM generate_series(1, 10) n;

INSERT INTO site (code, name, unit_id)
SELECT 's' || n, 'Site ' || n, (SELECT id FROM unit WHERE code = 'u' || (1 + n % 10))
FROM generate_series(1, :sites) n;

INSERT INTO person (username, name, active, created_at)
SELECT 'p' || n, 'Person ' || n, true, now() - interval '2 years'
FROM generate_series(2, :persons) n;

INSERT INTO post (unit_id, title, duties, permissions)
SELECT id, 'Approver ' || n, '', ARRAY['change.approve'] FROM unit, generate_series(1, 20) n;

INSERT INTO post_holding (person_id, post_id, since)
SELECT p.id, q.id, now() - interval '1 year'
FROM person p JOIN post q ON q.title = 'Approver ' || (1 + p.id % 20);

INSERT INTO device (hostname, site_id, platform, driver, address, port, credential_id, state, role,
    options, created_at)
SELECT 'd' || n, (SELECT id FROM site WHERE code = 's' || (1 + n % :sites)), 'cisco_ios',
    'netmiko', '10.0.0.1', 22, (SELECT min(id) FROM credential), 'active', '', '{}',
    now() - interval '1 year'
FROM generate_series(1, :devices) n;
"""
_WHEN = """
INSERT INTO change_window (name, site_id, device_ids, starts, zone, lasting_seconds, rule, also,
    but, kinds, over_at, created_at, reason, end_reason)
SELECT 'w' || id, id, '{}', '2025-10-01T00:00:' || to_char(id, 'FM00'), 'Europe/Berlin', 90000,
    'FREQ=DAILY', '{}', '{}', '{}', now() + interval '9 years', now() - interval '1 year', '', ''
FROM site;

INSERT INTO change_window (name, unit_id, device_ids, starts, zone, lasting_seconds, rule, also,
    but, kinds, over_at, created_at, reason, end_reason)
SELECT 'v' || id, id, '{}', '2026-01-03T08:00:00', 'Europe/Berlin', 36000, 'FREQ=WEEKLY;BYDAY=SA',
    '{}', '{}', '{}', now() + interval '9 years', now() - interval '1 year', '', ''
FROM unit;

INSERT INTO change_freeze (name, device_ids, starts, zone, lasting_seconds, rule, also, but, kinds,
    over_at, created_at, reason, end_reason)
VALUES ('busy', '{}', to_char(now() - interval '20 days', 'YYYY-MM-DD"T"00:00:00'), 'UTC', 432000,
    '', '{}', '{}', '{emergency}', now() + interval '1 day', now() - interval '1 year', 'r', '');
"""
_CHANGES = """
INSERT INTO change_request (kind, title, reason, state, method, plan, digest, requested_by_id,
    requested_at, window_start, window_end, outcome)
SELECT CASE WHEN n % 50 = 0 THEN 'emergency' ELSE 'normal' END, 'Change ' || n, 'r', 'succeeded',
    'playbook', jsonb_build_object('lines', (SELECT string_agg(md5(n || '-' || m), ' ')
    FROM generate_series(1, 30) m)), md5(n::text), 1 + n % :persons, at - interval '1 day',
    at - interval '1 hour', at + interval '1 hour', 'done'
FROM (SELECT n, now() - interval '91 days' + n * (interval '90 days' / :changes) AS at
    FROM generate_series(1, :changes) n) told;

INSERT INTO change_target (change_id, device_id, state, wave, result, touched_at)
SELECT c.id, 1 + (c.id * 7 + t * 4999) % :devices, 'done', 1, '', window_start + interval '1 hour'
FROM change_request c, generate_series(1, 2) t;

INSERT INTO approval (change_id, person_id, decision, digest, decided_at, stage, note, void_reason)
SELECT c.id, 1 + (c.id + v) % :persons, 'approved', c.digest, requested_at + interval '1 hour',
    'approval', '', ''
FROM change_request c, generate_series(1, 2) v;

INSERT INTO freeze_exception (freeze_id, change_id, digest, reason, state, asked_by_id, asked_at,
    decided_by_id, decided_at, note)
SELECT f.id, c.id, c.digest, 'r', 'approved', c.requested_by_id, c.requested_at, 1, c.requested_at,
    ''
FROM change_freeze f JOIN change_request c ON c.window_end BETWEEN f.starts::timestamptz
    AND f.starts::timestamptz + interval '5 days 2 hours';

INSERT INTO break_glass (change_id, digest, person_id, reason, broken_at, valid_until, end_reason,
    review_due_at, reviewed_at)
SELECT id, digest, requested_by_id, 'r', requested_at, window_end, '', window_end, window_end
FROM change_request WHERE kind = 'emergency';

INSERT INTO emergency_review (break_glass_id, person_id, verdict, note, reviewed_at)
SELECT g.id, 1 + (g.person_id + v) % :persons, 'justified', '', g.reviewed_at
FROM break_glass g, generate_series(1, 2) v;
"""
_SEEN = """
INSERT INTO content (digest, place) VALUES (sha256('x'), 0);

INSERT INTO snapshot (device_id, source, digest, lines, trusted, score, doubts, first_seen_at,
    last_seen_at)
SELECT id, 'running', sha256('x'), 1, true, 100, '', created_at, now() FROM device;

INSERT INTO baseline (device_id, version, digest, source, reason, valid_from, sections, provenance)
SELECT id, 1, sha256('x'), 'intended', 'r', created_at, '{}', '' FROM device;

INSERT INTO finding (device_id, kind, fingerprint, state, severity, verdict, verdict_reason,
    baseline_id, snapshot_id, differences, remediation, rollback, refusals, opened_at,
    last_seen_at, resolved_at, suppressed_reason)
SELECT b.device_id, 'drift', md5(b.id || '-' || n), 'resolved', 'low', 'authorised', '', b.id, s.id,
    '[]', '{}', '{}', '[]', at, at, at, ''
FROM baseline b JOIN snapshot s USING (device_id), generate_series(1, 10) n,
    LATERAL (SELECT now() - n * interval '3 days' AS at) told;

INSERT INTO rule_set (name, digest, rules)
SELECT sha256(sha256('r') || convert_to(array_to_string(rules, E'\\n'), 'UTF8')), sha256('r'), rules
FROM (SELECT array_agg('R' || n) AS rules FROM generate_series(1, 50) n) told;

INSERT INTO standing (device_id, since, outcome, rule_set, failed)
SELECT d.id, now() - n * interval '7 days', 'in_sync', r.name, jsonb_build_object('R' || n, 'no')
FROM device d, rule_set r, generate_series(1, 12) n;

INSERT INTO policy (code, title, unit_id) SELECT 'P1', 'P', id FROM unit WHERE code = 'root';

INSERT INTO policy_version (policy_id, version, body, published_at, published_by_id)
SELECT id, 1, '', now() - interval '1 year', 1 FROM policy;

INSERT INTO clause (policy_version_id, number, text, rules)
SELECT v.id, n::text, 'Clause ' || n, ARRAY['R' || n]
FROM policy_version v, generate_series(1, 50) n;
"""
_RECORDS = """
INSERT INTO audit_record (record_id, recorded_at, actor_id, actor_name, action, subject_type,
    subject_id, subject_label, facts, canonical, digest)
SELECT gen_random_uuid(), now() - interval '91 days' + n * (interval '90 days' / :records),
    CASE WHEN n / 8 % 4 = 0 THEN 1 WHEN n / 8 % 4 = 1 THEN NULL ELSE 1 + n * 7 % :persons END, 'x',
    (ARRAY['device.collected', 'change.queued', 'change.touching', 'change.approved',
        'change.requested', 'finding.opened', 'change.succeeded', 'change.verified'])[1 + n % 8],
    CASE WHEN n % 8 IN (0, 5) THEN 'device' ELSE 'change_request' END,
    (1 + n / 8 % :changes)::text, 'x', facts,
    convert_to(jsonb_build_object('origin', '{"door": "rest", "address": "10.0.0.7"}'::jsonb,
        'facts', facts, 'more', md5('m' || n) || md5('n' || n) || md5('o' || n))::text, 'UTF8'),
    sha256(convert_to(n::text, 'UTF8'))
FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) n,
    LATERAL (SELECT jsonb_build_object('digest', md5(n::text), 'before', md5('b' || n), 'after',
        md5('a' || n), 'note', 'as agreed in the window', 'outcome', 'succeeded') AS facts) told;
"""
_HELD = """
INSERT INTO audit_record (record_id, recorded_at, actor_name, action, subject_type, subject_id,
    subject_label, facts, canonical, digest)
SELECT gen_random_uuid(), h.since, 'x', 'post.assigned', 'post', h.post_id::text, 'x',
    jsonb_build_object('person', p.username, 'since', h.since),
    '{"origin":{"door":"rest","address":"10.0.0.7"}}', sha256(convert_to('h' || h.id, 'UTF8'))
FROM post_holding h JOIN person p ON p.id = h.person_id;
"""


def written(connection: Connection, records: int) -> None:
    """Write the history, a change for ten records; the caller commits and analyses."""
    sizes = {
        "sites": SITES, "devices": DEVICES, "persons": PERSONS, "changes": records // 10,
        "records": records,
    }  # fmt: skip
    for part in (_PEOPLE_AND_DEVICES, _WHEN, _CHANGES, _SEEN):
        _run(connection, part, sizes)
    for first in range(1, records + 1, PIECE):
        _run(
            connection, _RECORDS, sizes | {"first": first, "last": min(records, first + PIECE - 1)}
        )
    _run(connection, _HELD, sizes)


def _run(connection: Connection, part: str, sizes: dict[str, int]) -> None:
    """The part's statements, each with the numbers that it names."""
    for statement in part.split(";\n"):
        if statement.strip():
            wanted = {name: value for name, value in sizes.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)
