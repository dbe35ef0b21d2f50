CREATE EXTENSION IF NOT EXISTS vector;

-- Our own stems, each field as ' stem stem stem ', so that both databases find the same.
CREATE TABLE tutor_search (
    tutor_id uuid NOT NULL PRIMARY KEY CONSTRAINT fk_tutor_search_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    name_stems text NOT NULL,
    subject_stems text NOT NULL,
    city_stems text NOT NULL,
    bio_stems text NOT NULL,
    -- Made from our stems by array_to_tsvector: PostgreSQL's own parser would split our words otherwise.
    stems tsvector NOT NULL GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(string_to_array(
            name_stems || subject_stems || city_stems || bio_stems, ' '), ''))
    ) STORED
);
CREATE INDEX ix_tutor_search_stems ON tutor_search USING gin (stems);

CREATE TABLE tutor_embeddings (
    tutor_id uuid NOT NULL CONSTRAINT fk_tutor_embeddings_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    model text NOT NULL,
    dimensions bigint NOT NULL,
    text_hash bytea NOT NULL,
    embedding vector NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_tutor_embeddings PRIMARY KEY (tutor_id, model, dimensions),
    CONSTRAINT ck_tutor_embeddings_dimensions CHECK (dimensions BETWEEN 1 AND 2000)
);

CREATE TABLE embedding_cache (
    model text NOT NULL,
    dimensions bigint NOT NULL,
    text_hash bytea NOT NULL,
    embedding vector NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    CONSTRAINT pk_embedding_cache PRIMARY KEY (model, dimensions, text_hash)
);
CREATE INDEX ix_embedding_cache_last_used_at ON embedding_cache (last_used_at);
