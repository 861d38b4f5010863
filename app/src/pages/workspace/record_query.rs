//! The address of a view of the list: what is filtered, how it is sorted, which page; so that a link shows the same again.

use domain::{
    ops::{RecordFilter, RecordSort},
    policy::Shelf,
};
use leptos_router::params::ParamsMap;

/// Reads the query of an address. What is no filter does not count.
pub(super) fn read(params: &ParamsMap) -> RecordFilter {
    let get = |name: &str| params.get(name).unwrap_or_default();
    RecordFilter {
        search: get("search"),
        kind: get("kind"),
        state: get("state"),
        shelf: Shelf::parse(&get("shelf")).unwrap_or_default(),
        sort: RecordSort::parse(&get("sort")).unwrap_or_default(),
        from: get("from").parse().unwrap_or_default(),
    }
}

/// The address that asks for this, without what is usual.
pub(super) fn address(path: &str, filter: &RecordFilter) -> String {
    let from = filter.from.to_string();
    let pairs: Vec<(&str, &str)> = [
        ("search", filter.search.as_str(), ""),
        ("kind", &filter.kind, ""),
        ("state", &filter.state, ""),
        ("shelf", filter.shelf.word(), Shelf::default().word()),
        ("sort", filter.sort.word(), RecordSort::default().word()),
        ("from", &from, "0"),
    ]
    .into_iter()
    .filter(|(_, value, usual)| value != usual)
    .map(|(name, value, _)| (name, value))
    .collect();
    match serde_urlencoded::to_string(pairs) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_what_is_unusual_and_are_read_back() {
        let mut filter = RecordFilter::default();
        assert_eq!(address("/w/a", &filter), "/w/a");
        filter.search = "tide & time".to_owned();
        filter.shelf = Shelf::Trash;
        filter.sort = RecordSort::Title;
        filter.from = 50;
        let written = address("/w/a", &filter);
        assert_eq!(written, "/w/a?search=tide+%26+time&shelf=trash&sort=title&from=50");
        let query = written.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("a query");
        let mut params = ParamsMap::new();
        for (name, value) in pairs {
            params.insert(name, value);
        }
        assert_eq!(read(&params), filter);
    }
}
