//! What `docs/security.md` promises is held by the tests that it names.

use std::path::Path;

fn sources(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap();
    let text = |path: std::path::PathBuf| {
        if path.is_dir() {
            sources(&path)
        } else {
            std::fs::read_to_string(path).unwrap_or_default()
        }
    };
    entries.map(|entry| text(entry.unwrap().path())).collect()
}

#[test]
fn every_test_that_the_page_on_security_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/security.md")).unwrap();
    let named = page.split('`').skip(1).step_by(2);
    let named: Vec<&str> = named.filter(|word| word.starts_with("tests/")).collect();
    assert!(named.len() > 25, "{named:?}");
    for name in named {
        let Some((folder, test)) = name.split_once("::") else {
            assert!(root.join(name).exists(), "{name}");
            continue;
        };
        let text = sources(&root.join(folder));
        assert!(text.contains(&format!("fn {test}(")), "{name}");
    }
}
