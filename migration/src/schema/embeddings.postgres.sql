-- Vectors of up to a page stay in their row, so that comparing them fetches nothing from beside it.
ALTER TABLE tutor_embeddings ALTER COLUMN embedding SET STORAGE MAIN;
ALTER TABLE embedding_cache ALTER COLUMN embedding SET STORAGE MAIN;
