-- SQLite's one writer at a time makes a check before the write as good as a constraint.
CREATE TRIGGER ex_bookings_tutor_id_period_insert BEFORE INSERT ON bookings
WHEN new.starts_at IS NOT NULL AND new.status IN ('pending', 'confirmed', 'completed', 'disputed')
BEGIN
    SELECT RAISE(ABORT, 'ex_bookings_tutor_id_period') FROM bookings
    WHERE tutor_id = new.tutor_id AND id <> new.id
      AND status IN ('pending', 'confirmed', 'completed', 'disputed')
      AND starts_at < new.ends_at AND new.starts_at < ends_at;
END;
CREATE TRIGGER ex_bookings_tutor_id_period_update BEFORE UPDATE OF starts_at, ends_at, status, tutor_id ON bookings
WHEN new.starts_at IS NOT NULL AND new.status IN ('pending', 'confirmed', 'completed', 'disputed')
BEGIN
    SELECT RAISE(ABORT, 'ex_bookings_tutor_id_period') FROM bookings
    WHERE tutor_id = new.tutor_id AND id <> new.id
      AND status IN ('pending', 'confirmed', 'completed', 'disputed')
      AND starts_at < new.ends_at AND new.starts_at < ends_at;
END;
