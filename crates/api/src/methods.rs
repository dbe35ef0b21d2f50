//! Which paths there are and which methods they have: for the limits, which are asked before the router
//! is, and for the answer to a wrong method, which the router doesn't tell from a path that isn't there.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::Method;

/// Which methods each path has: for the limits, and for the answer to a wrong one.
#[derive(Debug, Clone, Default)]
pub struct Methods(Arc<Table>);

#[derive(Debug, Default)]
struct Table {
    /// Paths that are one word for word, found without going through the others.
    literal: HashMap<String, Vec<&'static str>>,
    patterns: Vec<Pattern>,
}

/// A path with an id in it.
#[derive(Debug)]
struct Pattern {
    /// What stands before the id. Asked first: few paths get as far as the expression then.
    prefix: String,
    resource: actix_router::ResourceDef,
    methods: Vec<&'static str>,
}

impl Methods {
    /// Those of the OpenAPI document, which is made from the mounted routes, and the pages beside
    /// it.
    #[must_use]
    pub fn of_document(document: &utoipa::openapi::OpenApi) -> Self {
        let mut table = Table::default();
        for (path, item) in &document.paths.paths {
            let methods = [
                ("GET", item.get.is_some()),
                ("HEAD", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let methods = methods.into_iter().filter(|(_, exists)| *exists);
            table.add(path, methods.map(|(name, _)| name).collect());
        }
        for page in ["/", "/docs", "/docs/{_:.*}", "/openapi.json"] {
            table.add(page, vec!["GET"]);
        }
        Self(Arc::new(table))
    }

    /// Where a path leads. A literal path stands before one with an id.
    #[must_use]
    pub fn route(&self, path: &str) -> Option<Route<'_>> {
        if let Some((pattern, methods)) = self.0.literal.get_key_value(path) {
            return Some(Route { pattern, methods });
        }
        let found = self.0.patterns.iter().find(|known| known.leads(path))?;
        Some(Route {
            pattern: found.resource.pattern()?,
            methods: &found.methods,
        })
    }
}

impl Table {
    fn add(&mut self, path: &str, methods: Vec<&'static str>) {
        let Some((prefix, _)) = path.split_once('{') else {
            self.literal.insert(path.to_owned(), methods);
            return;
        };
        self.patterns.push(Pattern {
            prefix: prefix.to_owned(),
            resource: actix_router::ResourceDef::new(path),
            methods,
        });
    }
}

impl Pattern {
    fn leads(&self, path: &str) -> bool {
        path.starts_with(&self.prefix) && self.resource.is_match(path)
    }
}

/// A path that there is.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    pub pattern: &'a str,
    methods: &'a [&'static str],
}

impl Route<'_> {
    /// The methods that it has, for the answer to a wrong one.
    pub(crate) fn allow(&self) -> String {
        self.methods.join(", ")
    }

    /// Those of a path that is one word for word and lacks this one. The router would take the last
    /// word for an id of another path: `GET /payments/checkout` for that of a payment.
    #[must_use]
    pub fn lacks(&self, method: &Method) -> Option<String> {
        let is_literal = !self.pattern.contains('{');
        (is_literal && !self.methods.contains(&method.as_str())).then(|| self.allow())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi;

    /// As the router has it: each path of the document leads to itself, with something in place of
    /// its ids.
    #[test]
    fn every_path_leads_to_its_own_pattern_and_a_literal_one_before_one_with_an_id() {
        let document = openapi::document();
        let methods = Methods::of_document(&document);
        let pattern_of = |path: &str| methods.route(path).map(|route| route.pattern.to_owned());
        for pattern in document.paths.paths.keys() {
            let words = pattern.split('/');
            let words = words.map(|word| if word.starts_with('{') { "x1" } else { word });
            let path = words.collect::<Vec<_>>().join("/");
            assert_eq!(pattern_of(&path).as_ref(), Some(pattern), "{path}");
        }
        assert_eq!(pattern_of("/docs/a/b.css").as_deref(), Some("/docs/{_:.*}"));
        for nowhere in ["/api/v1", "/api/v1/subjects/", "/api/v1/orders/x1/x2", ""] {
            assert_eq!(pattern_of(nowhere), None, "{nowhere}");
        }
    }
}
