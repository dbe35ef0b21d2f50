-- Vectors of up to a page stay in their row: fetched one by one from beside it, they made comparing
-- them several times slower.
ALTER TABLE tutor_embeddings ALTER COLUMN embedding SET STORAGE MAIN;
ALTER TABLE embedding_cache ALTER COLUMN embedding SET STORAGE MAIN;
