//! What processes cost, by `/proc`.

use std::collections::HashMap;

/// How long processes have computed, in seconds, by `/proc`, and how much memory of their own they hold (not what they
/// share with files), in KiB.
pub(super) fn costs(processes: &[u32]) -> (f64, f64) {
    let cost = |process: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        // In hundredths of a second: its own, and that of children that have ended.
        let ticks: f64 = (11..15)
            .filter_map(|field| fields.get(field)?.parse::<f64>().ok())
            .sum();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:")?.split_whitespace().next()?.parse().ok());
        (ticks / 100.0, resident.unwrap_or(0.0))
    };
    processes
        .iter()
        .map(cost)
        .fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

/// A process and its descendants, by what the kernel calls them.
pub(super) fn descendants(process: u32) -> HashMap<u32, String> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let Some((front, back)) = stat.rsplit_once(')') else {
            continue;
        };
        let name = front.split_once('(').map_or("", |(_, name)| name).to_owned();
        if let Some(parent) = back
            .split_whitespace()
            .nth(1)
            .and_then(|parent| parent.parse::<u32>().ok())
        {
            parents.push((id, parent, name));
        }
    }
    let mut family = HashMap::from([(process, String::new())]);
    loop {
        let before = family.len();
        for (id, parent, name) in &parents {
            if *id == process || family.contains_key(parent) {
                family.insert(*id, name.clone());
            }
        }
        if family.len() == before {
            return family;
        }
    }
}
