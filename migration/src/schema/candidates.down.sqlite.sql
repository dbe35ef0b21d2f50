DROP TRIGGER tg_tutor_profiles_update;
DROP TRIGGER tg_tutor_subjects_delete;
DROP TRIGGER tg_tutor_subjects_insert;
