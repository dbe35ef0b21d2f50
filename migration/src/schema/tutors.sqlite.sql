-- Our own stems, each field as ' stem stem stem ', so that both databases find the same.
CREATE TABLE tutor_search (
    -- A named rowid: VACUUM keeps it, and the index points at it.
    search_id integer PRIMARY KEY,
    tutor_id blob NOT NULL UNIQUE CONSTRAINT fk_tutor_search_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    name_stems text NOT NULL,
    subject_stems text NOT NULL,
    city_stems text NOT NULL,
    bio_stems text NOT NULL
) STRICT;

-- The words are stems already: the tokenizer only has to split at blanks.
CREATE VIRTUAL TABLE tutor_search_index USING fts5 (
    stems, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE TRIGGER tg_tutor_search_insert AFTER INSERT ON tutor_search BEGIN
    INSERT INTO tutor_search_index (rowid, stems)
    VALUES (new.search_id, new.name_stems || new.subject_stems || new.city_stems || new.bio_stems);
END;
CREATE TRIGGER tg_tutor_search_update AFTER UPDATE ON tutor_search BEGIN
    DELETE FROM tutor_search_index WHERE rowid = old.search_id;
    INSERT INTO tutor_search_index (rowid, stems)
    VALUES (new.search_id, new.name_stems || new.subject_stems || new.city_stems || new.bio_stems);
END;
CREATE TRIGGER tg_tutor_search_delete AFTER DELETE ON tutor_search BEGIN
    DELETE FROM tutor_search_index WHERE rowid = old.search_id;
END;

CREATE TABLE tutor_embeddings (
    tutor_id blob NOT NULL CONSTRAINT fk_tutor_embeddings_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    model text NOT NULL,
    dimensions integer NOT NULL,
    text_hash blob NOT NULL,
    -- float32, little-endian
    embedding blob NOT NULL,
    created_at text NOT NULL,
    CONSTRAINT pk_tutor_embeddings PRIMARY KEY (tutor_id, model, dimensions),
    CONSTRAINT ck_tutor_embeddings_dimensions CHECK (dimensions BETWEEN 1 AND 2000)
) STRICT;

CREATE TABLE embedding_cache (
    model text NOT NULL,
    dimensions integer NOT NULL,
    text_hash blob NOT NULL,
    embedding blob NOT NULL,
    created_at text NOT NULL,
    last_used_at text NOT NULL,
    CONSTRAINT pk_embedding_cache PRIMARY KEY (model, dimensions, text_hash)
) STRICT;
CREATE INDEX ix_embedding_cache_last_used_at ON embedding_cache (last_used_at);
