//! The provider of models that the environment names.

use api::config::{OpenAiSettings, openai_from_env};
use ml::DEFAULT_POLICY;

fn read(variables: &[(&str, &str)]) -> Result<Option<OpenAiSettings>, Vec<String>> {
    let get = |name: &str| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    openai_from_env(get).map_err(|faults| faults.0)
}

#[test]
fn a_key_is_enough_and_without_one_or_when_forbidden_there_is_no_provider() {
    let key = ("OPENAI_API_KEY", "sk-of-the-tests");
    let settings = read(&[key]).unwrap().unwrap();
    assert_eq!(settings.base_url.as_str(), "https://api.openai.com/v1");
    assert_eq!(settings.embedding_model.key(), "text-embedding-3-small/512");
    assert_eq!(settings.policy, DEFAULT_POLICY);
    assert!(read(&[]).unwrap().is_none());
    assert!(read(&[key, ("ML_EXTERNAL", "off")]).unwrap().is_none());
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_no_value_with_it() {
    let faults = read(&[
        ("OPENAI_API_KEY", "sk ключ"),
        ("OPENAI_BASE_URL", "ftp://models.example.org"),
        ("OPENAI_EMBEDDING_DIMENSIONS", "2001"),
        ("OPENAI_EMBEDDING_MODEL", "a model"),
        ("OPENAI_TIMEOUT_MS", "701"),
        ("OPENAI_MAX_DELAY_MS", "-1"),
        ("OPENAI_MAX_TRIES", "0"),
        ("ML_EXTERNAL", "perhaps"),
    ])
    .unwrap_err();
    assert_eq!(faults.len(), 8, "{faults:?}");
    for value in ["ключ", "models", "2001", "701", "perhaps", "a model"] {
        assert!(!faults.iter().any(|fault| fault.contains(value)), "{value}");
    }
}
