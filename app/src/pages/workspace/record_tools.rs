//! The search and the filters of the list: a plain GET form, so that each view has an address; hydrated, it finds as one
//! types.

use super::record_query;
use crate::{Loaded, components::Icon, format};
use domain::{
    ops::{RecordFilter, RecordPage, RecordSort, WorkspaceView},
    policy::Shelf,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Search, type, state and order.
#[component]
pub fn RecordTools(
    /// The workspace.
    workspace: WorkspaceView,
    /// The page that is shown, for its counts.
    page: Loaded,
    /// What is shown.
    filter: Memo<RecordFilter>,
    /// What is being typed.
    typed: RwSignal<Option<String>>,
) -> impl IntoView {
    let path = format!("/w/{}", workspace.id);
    let first = filter.get_untracked();
    let navigate = use_navigate();
    let go = {
        let path = path.clone();
        Callback::new(move |change: RecordFilter| {
            navigate(&record_query::address(&path, &change), NavigateOptions::default());
        })
    };
    let listed = path.clone();
    let placeholder = move || {
        let total = page
            .get::<RecordPage>()
            .and_then(Result::ok)
            .map_or(0, |page| u64::from(page.total));
        format!("Search {}", format::count(total, "record", "records"))
    };
    let kinds = workspace
        .types
        .iter()
        .map(|kind| (kind.id.clone(), kind.many.clone()))
        .collect();
    let shown = workspace.clone();
    let states = move || states_of(&shown, &filter.with(|filter| filter.kind.clone()));
    let shelf = move || filter.with(|filter| filter.shelf);
    // Where nothing is, there is nothing to search.
    let idle = move || {
        let none = page
            .get::<RecordPage>()
            .and_then(Result::ok)
            .is_some_and(|page| page.total == 0);
        none && filter.with(|filter| *filter == RecordFilter::default())
    };
    view! {
        <form class="toolrow filters rec-tools" class:is-idle=idle method="get" action=path role="search" aria-label="Find records">
            <label class="input-wrap grow">
                <span class="vh">"Search the titles"</span>
                <Icon name="magnifying-glass"/>
                <input
                    class="input"
                    type="search"
                    name="search"
                    value=first.search
                    placeholder=placeholder
                    maxlength=domain::validate::SEARCH_MAX.to_string()
                    on:input:target=move |event| search(event.target().value(), &listed, filter, typed)
                />
            </label>
            <input class="more vh only-phone" type="checkbox" id="rec-more"/>
            <label class="btn btn-line btn-icon only-phone" for="rec-more">
                <Icon name="funnel-simple"/>
                <span class="vh">"More filters"</span>
            </label>
            <div class="more-fields">
                <Pick
                    name="kind"
                    label="Type"
                    all="Every type"
                    value=Signal::derive(move || filter.with(|filter| filter.kind.clone()))
                    options=Signal::stored(kinds)
                    on_pick=Callback::new(move |kind| {
                        go.run(RecordFilter { kind, state: String::new(), from: 0, ..filter.get_untracked() });
                    })
                />
                <Pick
                    name="state"
                    label="State"
                    all="Every state"
                    value=Signal::derive(move || filter.with(|filter| filter.state.clone()))
                    options=Signal::derive(states)
                    on_pick=Callback::new(move |state| {
                        go.run(RecordFilter { state, from: 0, ..filter.get_untracked() });
                    })
                />
                <Pick
                    name="sort"
                    label="Order"
                    all=""
                    value=Signal::derive(move || filter.with(|filter| filter.sort.word().to_owned()))
                    options=Signal::stored(orders())
                    on_pick=Callback::new(move |sort: String| {
                        let sort = RecordSort::parse(&sort).unwrap_or_default();
                        go.run(RecordFilter { sort, from: 0, ..filter.get_untracked() });
                    })
                />
                {move || {
                    (shelf() != Shelf::Desk).then(|| view! { <input type="hidden" name="shelf" value=shelf().word()/> }.into_any())
                }}
                <button class="btn btn-line" type="submit">
                    "Show"
                </button>
            </div>
        </form>
    }
}

/// Finds what is being typed. That has an address as what is chosen has: Back and a reload show the same again.
fn search(words: String, path: &str, filter: Memo<RecordFilter>, typed: RwSignal<Option<String>>) {
    typed.set(Some(words));
    let address = record_query::address(path, &filter.get_untracked());
    #[cfg(feature = "hydrate")]
    crate::browser::readdress(&address);
    // Nobody types into a page that the server makes.
    #[cfg(not(feature = "hydrate"))]
    let _ = address;
}

/// The orders there are.
fn orders() -> Vec<(String, String)> {
    [
        (RecordSort::Changed, "Last changed"),
        (RecordSort::Title, "By title"),
        (RecordSort::Made, "Last made"),
    ]
    .map(|(sort, words)| (sort.word().to_owned(), words.to_owned()))
    .to_vec()
}

/// The states there are, of one type or of all; those with the same id count once.
fn states_of(workspace: &WorkspaceView, kind: &str) -> Vec<(String, String)> {
    let mut states: Vec<(String, String)> = Vec::new();
    for found in workspace
        .types
        .iter()
        .filter(|found| kind.is_empty() || found.id == kind)
    {
        for state in &found.states {
            match states.iter_mut().find(|(id, _)| *id == state.id) {
                None => states.push((state.id.clone(), state.name.clone())),
                Some((_, name)) if !name.split(", ").any(|known| known == state.name) => {
                    name.push_str(", ");
                    name.push_str(&state.name);
                }
                Some(_) => {}
            }
        }
    }
    states
}

/// A choice that takes effect at once in a hydrated page.
#[component]
fn Pick(
    name: &'static str,
    label: &'static str,
    /// What stands for none; empty: there is no such choice.
    all: &'static str,
    value: Signal<String>,
    options: Signal<Vec<(String, String)>>,
    on_pick: Callback<String>,
) -> impl IntoView {
    view! {
        <label class="select-wrap">
            <span class="vh">{label}</span>
            <select class="input select" name=name on:change:target=move |event| on_pick.run(event.target().value())>
                {(!all.is_empty()).then(|| view! { <option value="">{all}</option> }.into_any())}
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|(option, words)| {
                            let chosen = option == value.get();
                            view! {
                                <option value=option selected=chosen>
                                    {words}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
            <Icon name="caret-down"/>
        </label>
    }
}
