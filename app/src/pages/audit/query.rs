//! The address of a view of the log: its filters, its page, and the open event, all in the query, so that a link shows the
//! same again.

use domain::ops::AuditFilter;
use leptos_router::params::ParamsMap;

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Which rows.
    pub filter: AuditFilter,
    /// The event in the panel, or empty.
    pub event: String,
}

impl AuditQuery {
    /// Reads the query of an address.
    pub fn read(params: &ParamsMap) -> Self {
        let get = |name: &str| params.get(name).unwrap_or_default();
        Self {
            filter: AuditFilter {
                search: get("search"),
                person: get("person"),
                action: get("action"),
                from: get("from"),
                to: get("to"),
                before: get("before"),
            },
            event: get("event"),
        }
    }

    /// The address that asks for this, without what is empty.
    pub fn address(&self, path: &str) -> String {
        let filter = &self.filter;
        let pairs: Vec<(&str, &str)> = [
            ("search", filter.search.as_str()),
            ("person", &filter.person),
            ("action", &filter.action),
            ("from", &filter.from),
            ("to", &filter.to),
            ("before", &filter.before),
            ("event", &self.event),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
        match serde_urlencoded::to_string(pairs) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }

    /// The same view with another event in the panel; empty closes it.
    #[must_use]
    pub fn with_event(&self, event: String) -> Self {
        Self {
            filter: self.filter.clone(),
            event,
        }
    }

    /// The same filters from an event downwards; empty is the newest page.
    #[must_use]
    pub fn before(&self, before: String) -> Self {
        Self {
            filter: AuditFilter {
                before,
                ..self.filter.clone()
            },
            event: String::new(),
        }
    }

    /// Whether anything is filtered, pages aside.
    pub fn is_filtered(&self) -> bool {
        let filter = AuditFilter {
            before: String::new(),
            ..self.filter.clone()
        };
        filter != AuditFilter::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_what_is_set_and_nothing_else() {
        let mut query = AuditQuery::default();
        assert_eq!(query.address("/w/a/audit"), "/w/a/audit");
        assert!(!query.is_filtered());
        query.filter.search = "Tern & House".to_owned();
        query.filter.before = "b".to_owned();
        assert!(query.is_filtered());
        assert_eq!(
            query.with_event("e".to_owned()).address("/x"),
            "/x?search=Tern+%26+House&before=b&event=e"
        );
        assert_eq!(query.before(String::new()).address("/x"), "/x?search=Tern+%26+House");
    }
}
