"""What the policies of far workers ask, as functions of the database. Lays none of them."""

FUNCTIONS = """
CREATE OR REPLACE FUNCTION far_queue() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT name FROM worker_queue WHERE role_name = session_user
$$;
CREATE OR REPLACE FUNCTION far_units() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE reach AS (
        SELECT unit_id AS id FROM worker_queue WHERE role_name = session_user
        UNION ALL
        SELECT unit.id FROM unit JOIN reach ON unit.parent_id = reach.id
        WHERE NOT EXISTS (SELECT FROM worker_queue other WHERE other.unit_id = unit.id)
    )
    SELECT id FROM reach
$$;
CREATE OR REPLACE FUNCTION far_units_above() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE above AS (
        SELECT unit.id, unit.parent_id FROM worker_queue JOIN unit ON unit.id = unit_id
        WHERE role_name = session_user
        UNION ALL
        SELECT unit.id, unit.parent_id FROM unit JOIN above ON unit.id = above.parent_id
    )
    SELECT id FROM above
$$;
CREATE OR REPLACE FUNCTION far_device(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM device JOIN site ON site.id = device.site_id
        WHERE device.id = asked
          AND coalesce(device.unit_id, site.unit_id) IN (SELECT far_units())
    )
$$;
CREATE OR REPLACE FUNCTION far_site(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM site WHERE site.id = asked AND (
            site.unit_id IN (SELECT far_units()) OR EXISTS (
                SELECT FROM device
                WHERE device.site_id = site.id AND device.unit_id IN (SELECT far_units())
            )
        )
    )
$$;
CREATE OR REPLACE FUNCTION far_site_event(fingerprint text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM site
        WHERE fingerprint = 'site_unreachable:' || site.code AND far_site(site.id)
    )
$$;
CREATE OR REPLACE FUNCTION far_credential(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM credential WHERE id = asked AND unit_id IN (SELECT far_units())
    ) OR EXISTS (
        SELECT FROM device WHERE credential_id = asked AND far_device(device.id)
    )
$$;
CREATE OR REPLACE FUNCTION far_secret(asked text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM credential
        WHERE 'db:' || asked IN (password_ref, enable_ref, key_ref) AND far_credential(id)
    ) OR EXISTS (
        SELECT FROM device
        WHERE 'db:' || asked IN (own_login ->> 'reference', own_login ->> 'pending')
          AND far_device(device.id)
    )
$$;
CREATE OR REPLACE FUNCTION far_text(asked bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM snapshot WHERE digest = asked AND far_device(device_id))
        OR EXISTS (SELECT FROM baseline WHERE digest = asked AND far_device(device_id))
$$;
CREATE OR REPLACE FUNCTION far_keyframe(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- one that no device's text rests on yet has just been made by this very transaction
    SELECT coalesce(bool_or(far_device(device_id)), true) FROM (
        SELECT device_id FROM content JOIN snapshot USING (digest) WHERE keyframe_id = asked
        UNION ALL
        SELECT device_id FROM content JOIN baseline USING (digest) WHERE keyframe_id = asked
    ) AS shown
$$;
CREATE OR REPLACE FUNCTION far_dictionary(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM keyframe WHERE dictionary_id = asked AND far_keyframe(id))
$$;
CREATE OR REPLACE FUNCTION far_facts(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(bool_or(far_device(device_id)), true) FROM snapshot WHERE facts_id = asked
$$;
CREATE OR REPLACE FUNCTION far_touched(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(bool_or(far_device(device_id)), false)
    FROM change_target WHERE change_id = asked
$$;
CREATE OR REPLACE FUNCTION far_change(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(bool_and(far_device(device_id)), false)
    FROM change_target WHERE change_id = asked
$$;
CREATE OR REPLACE FUNCTION far_run(asked bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM change_run WHERE id = asked AND far_change(change_id))
$$;
CREATE OR REPLACE FUNCTION far_person(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- who voted, and on whose behalf: a deputy's vote counts by the other one's posts
    SELECT EXISTS (
        SELECT FROM approval
        WHERE asked IN (person_id, behalf_id) AND far_change(change_id)
    )
    OR EXISTS (SELECT FROM break_glass WHERE person_id = asked AND far_change(change_id))
    OR EXISTS (SELECT FROM change_request WHERE requested_by_id = asked AND far_change(id))
    OR EXISTS (SELECT FROM freeze_exception WHERE decided_by_id = asked AND far_change(change_id))
$$;
CREATE OR REPLACE FUNCTION far_mask(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM noise_mask WHERE id = asked AND (
            unit_id IN (SELECT far_units()) OR unit_id IN (SELECT far_units_above())
        )
    )
$$;
ALTER TABLE procrastinate_workers
    ADD COLUMN IF NOT EXISTS trimtab_role text NOT NULL DEFAULT session_user;
ALTER TABLE procrastinate_jobs
    ADD COLUMN IF NOT EXISTS trimtab_role text NOT NULL DEFAULT session_user;
"""
