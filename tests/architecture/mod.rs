//! The house: which crate may know which, read off `cargo metadata`.

mod promises;

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate of the workspace depends on, and who else knows certain libraries.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".into()])
        .exec()
        .unwrap();
    metadata
        .packages
        .iter()
        .map(|package| {
            let named = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind == DependencyKind::Normal)
                .map(|dependency| dependency.name.clone())
                .collect();
            (package.name.to_string(), named)
        })
        .collect()
}

#[test]
fn arrows_point_downwards_only() {
    let may_know: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("domain", &[][..]),
        ("persistence", &["domain"]),
        ("timing", &[]),
        ("payments", &["domain", "timing"]),
        ("ml", &["domain", "timing"]),
        ("mailer", &[]),
        ("stripe_fake", &[]),
        ("openai_fake", &[]),
        ("migration", &[]),
        (
            "services",
            &[
                "domain",
                "persistence",
                "payments",
                "ml",
                "mailer",
                "timing",
            ],
        ),
        ("seed", &["domain", "persistence", "payments", "services"]),
        // It measures how good a match is: the rules alone, without what serves them.
        ("eval", &["domain", "openai_fake"]),
        // It measures the server from outside, beside a baseline that shares none of its code.
        ("bench", &["stripe_fake", "openai_fake"]),
        (
            "api",
            &[
                "domain",
                "persistence",
                "payments",
                "ml",
                "mailer",
                "timing",
                "services",
                "seed",
                "eval",
                "migration",
                "stripe_fake",
                "openai_fake",
            ],
        ),
    ]);
    let found = dependencies();
    let ours: BTreeSet<&str> = may_know.keys().copied().collect();
    assert_eq!(
        found.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        ours
    );
    for (name, known) in &found {
        for dependency in known.iter().filter(|d| ours.contains(d.as_str())) {
            assert!(
                may_know[name.as_str()].contains(&dependency.as_str()),
                "{name} may not know {dependency}"
            );
        }
    }
}

#[test]
fn each_library_is_known_where_it_belongs_and_nowhere_else() {
    let belongs: [(&[&str], &[&str]); 5] = [
        (
            &[
                "actix-web",
                "utoipa",
                "utoipa-actix-web",
                "utoipa-swagger-ui",
            ],
            &["api", "stripe_fake", "bench"],
        ),
        (
            &["sea-orm", "sea-orm-migration", "sqlx"],
            &["persistence", "migration", "bench"],
        ),
        (
            &[
                "async-stripe",
                "async-stripe-checkout",
                "async-stripe-core",
                "async-stripe-shared",
                "async-stripe-types",
                "async-stripe-webhook",
            ],
            &["payments"],
        ),
        (&["backoff"], &["timing"]),
        (&["async-openai"], &["ml"]),
    ];
    for (name, known) in dependencies() {
        for (libraries, homes) in belongs {
            for library in libraries {
                assert!(
                    !known.contains(*library) || homes.contains(&name.as_str()),
                    "{name} may not know {library}"
                );
            }
        }
    }
}
