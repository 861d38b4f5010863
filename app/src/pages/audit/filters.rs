//! The filters of the log: a plain GET form, so that each view has an address.

use super::{AuditQuery, verb};
use crate::{components::Icon, format};
use domain::{Problem, ops::ActorView};
use leptos::prelude::*;

/// The filters. `problem` says which of them could not be read.
#[component]
pub fn AuditFilters(
    /// What the address asks for.
    query: AuditQuery,
    /// The address of the page.
    path: String,
    /// Everybody who stands in the log.
    people: Vec<ActorView>,
    /// Every action that stands in the log.
    actions: Vec<String>,
    /// What was wrong with the filters.
    #[prop(optional_no_strip)]
    problem: Option<Problem>,
) -> impl IntoView {
    let clear = query.is_filtered().then(|| {
        view! {
            <a class="btn btn-bare" href=path.clone()>
                "Clear"
            </a>
        }
        .into_any()
    });
    let filter = query.filter;
    // On a phone the rest is folded away, unless it says something.
    let narrowed = problem.is_some()
        || [&filter.person, &filter.action, &filter.from, &filter.to]
            .iter()
            .any(|one| !one.is_empty());
    let wrong = |field: &str| {
        problem
            .as_ref()
            .and_then(|problem| problem.about(field))
            .map(str::to_owned)
    };
    let errors = ["search", "person", "action", "from", "to"]
        .into_iter()
        .filter_map(|field| Some(view! { <Wrong field message=wrong(field)?/> }))
        .collect_view();
    let people = people
        .into_iter()
        .filter_map(|person| Some((person.account?.to_string(), person.name)))
        .collect();
    let actions = actions
        .into_iter()
        .map(|action| (action.clone(), format::capital(&verb(&action))))
        .collect();
    view! {
        <form class="toolrow filters" method="get" action=path role="search" aria-label="Filter the log">
            <Words value=filter.search wrong=wrong("search").is_some()/>
            <input class="more vh only-phone" type="checkbox" id="flt-more" checked=narrowed/>
            <label class="btn btn-line btn-icon only-phone" for="flt-more">
                <Icon name="funnel-simple"/>
                <span class="vh">"More filters"</span>
            </label>
            <div class="more-fields">
                <Choice name="person" label="Person" all="Everybody" value=filter.person options=people/>
                <Choice name="action" label="Action" all="Every action" value=filter.action options=actions/>
                <Day name="from" label="From" value=filter.from error=wrong("from")/>
                <Day name="to" label="To" value=filter.to error=wrong("to")/>
                <button class="btn btn-line" type="submit">
                    "Show"
                </button>
                {clear}
            </div>
        </form>
        {errors}
    }
}

/// What is wrong with one of the filters.
#[component]
fn Wrong(field: &'static str, message: String) -> impl IntoView {
    view! {
        <p class="error page-pad" id=format!("flt-{field}-e")>
            <Icon name="warning-circle"/>
            {message}
        </p>
    }
}

/// The words to look for.
#[component]
fn Words(value: String, wrong: bool) -> impl IntoView {
    view! {
        <label class="input-wrap grow ev-search">
            <span class="vh">"Search the log"</span>
            <Icon name="magnifying-glass"/>
            <input
                class="input"
                type="search"
                name="search"
                placeholder="Person, record, action"
                value=value
                aria-invalid=wrong.then_some("true")
                aria-describedby=wrong.then_some("flt-search-e")
            />
        </label>
    }
}

#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    value: String,
    options: Vec<(String, String)>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(option, words)| {
            let chosen = option == value;
            view! {
                <option value=option selected=chosen>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <label class="select-wrap">
            <span class="vh">{label}</span>
            <select class="input select" name=name>
                <option value="">{all}</option>
                {options}
            </select>
            <Icon name="caret-down"/>
        </label>
    }
}

#[component]
fn Day(name: &'static str, label: &'static str, value: String, error: Option<String>) -> impl IntoView {
    view! {
        <label class="day">
            <span class="dim">{label}</span>
            <input
                class="input"
                type="date"
                name=name
                value=value
                aria-invalid=error.as_ref().map(|_| "true")
                aria-describedby=error.as_ref().map(|_| format!("flt-{name}-e"))
            />
        </label>
    }
}
