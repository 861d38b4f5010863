//! A workspace's home: its records.

use super::{Around, AroundLoaded, RecordRow, Switcher, in_workspace, use_workspace, use_workspace_key};
use crate::{
    Asking, ask,
    components::{Form, Hidden, Icon, OpForm, Submit, TextField},
    format::count,
    load,
    pages::errors::Failed,
    refuse,
};
use domain::{
    Code, WorkspaceId,
    ops::{CreateRecord, ListRecords, RecordView},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

fn ask_records(workspace: &str) -> Asking {
    match workspace.parse() {
        Ok(workspace) => ask(ListRecords { workspace }),
        Err(_) => refuse(Code::NotFound),
    }
}

/// The home of a workspace.
#[component]
pub fn HomePage() -> impl IntoView {
    let (workspace, key) = (use_workspace(), use_workspace_key());
    let records = load(move || key.get(), |workspace| ask_records(&workspace));
    view! {
        <Title text="Records"/>
        <div class="scroll">
            <PhoneSwitcher/>
            <Transition fallback=Coming>
                {move || {
                    records
                        .get::<Vec<RecordView>>()
                        .map(|answer| match in_workspace(answer, workspace.get()) {
                            Ok((workspace, records)) => view! { <Records workspace records/> }.into_any(),
                            Err(problem) => view! { <Failed problem/> }.into_any(),
                        })
                }}
            </Transition>
        </div>
    }
}

/// The switcher where there is no sidebar.
#[component]
fn PhoneSwitcher() -> impl IntoView {
    let around = use_context::<AroundLoaded>();
    view! {
        <Transition>
            {move || {
                around
                    .and_then(|AroundLoaded(around)| around.get::<Around>())
                    .and_then(Result::ok)
                    .map(|around| view! { <Switcher around phone=true/> })
            }}
        </Transition>
    }
}

/// The shape of a list that is on its way.
#[component]
fn Coming() -> impl IntoView {
    view! {
        <div class="skels page-pad" aria-hidden="true">
            <span class="skel skel-2"></span>
            <span class="skel skel-1"></span>
            <span class="skel skel-2"></span>
            <span class="skel skel-3"></span>
        </div>
    }
}

#[component]
fn Records(workspace: WorkspaceId, records: Vec<RecordView>) -> impl IntoView {
    let form = Form::<CreateRecord>::new();
    if records.is_empty() {
        return view! {
            <header class="page-head">
                <h1>"Records"</h1>
            </header>
            <section class="first-run page-pad" id="new">
                <div>
                    <h2>"Nothing here yet"</h2>
                    <p class="lead">"Give your first record a title. What it is about comes next."</p>
                </div>
                <NewRecord form workspace first=true/>
            </section>
        }
        .into_any();
    }
    let total = records.len();
    view! {
        <header class="page-head">
            <h1>"Records"</h1>
        </header>
        <div class="page-pad" id="new">
            <NewRecord form workspace/>
        </div>
        <RecordList workspace records total/>
    }
    .into_any()
}

#[component]
fn NewRecord(form: Form<CreateRecord>, workspace: WorkspaceId, #[prop(optional)] first: bool) -> impl IntoView {
    let navigate = use_navigate();
    let done = Callback::new(move |record: RecordView| {
        navigate(
            &format!("/w/{workspace}/records/{}", record.id),
            NavigateOptions::default(),
        );
    });
    view! {
        <OpForm form on_done=done class="new-rec">
            <Hidden name="workspace" value=workspace.to_string()/>
            <TextField name="title" label=if first { "Title" } else { "New record" } autofocus=first/>
            <Submit>
                <Icon name="plus-bold"/>
                "Make record"
            </Submit>
        </OpForm>
    }
}

/// The list, with a search that works as a plain GET form and, hydrated, as one types.
#[component]
fn RecordList(workspace: WorkspaceId, records: Vec<RecordView>, total: usize) -> impl IntoView {
    let asked = use_query_map()
        .with_untracked(|query| query.get("q"))
        .unwrap_or_default();
    let search = RwSignal::new(asked.clone());
    let records = StoredValue::new(records);
    let found = Memo::new(move |_| {
        let words = search.get().to_lowercase();
        records.with_value(|records| {
            records
                .iter()
                .filter(|record| matches(record, &words))
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    view! {
        <form class="toolrow" method="get" role="search">
            <label class="input-wrap grow">
                <span class="vh">"Search the records"</span>
                <Icon name="magnifying-glass"/>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=asked
                    placeholder=format!("Search {}", count(total, "record", "records"))
                    on:input:target=move |event| search.set(event.target().value())
                />
            </label>
            <button class="btn btn-line" type="submit">
                "Search"
            </button>
        </form>
        <div class="lrow lrow-head rec-row only-desk" aria-hidden="true">
            <span>"Title"</span>
            <span class="rec-when">"Last changed"</span>
        </div>
        <ul class="list">
            {move || {
                found
                    .get()
                    .into_iter()
                    .map(|record| view! { <RecordRow workspace record/> })
                    .collect_view()
            }}
        </ul>
        <p class="list-foot" role="status">
            {move || {
                let shown = u64::try_from(found.with(Vec::len)).unwrap_or(u64::MAX);
                if shown == total {
                    count(total, "record", "records")
                } else if shown == 0 {
                    "No record has these words. Clear the search to see all.".to_owned()
                } else {
                    format!("{} of {}", count(shown, "record", "records"), total)
                }
            }}
        </p>
    }
}

/// Whether every word stands somewhere in the title or the summary. `words` is in lower case.
fn matches(record: &RecordView, words: &str) -> bool {
    let text = format!("{}\n{}", record.title, record.summary).to_lowercase();
    words.split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::matches;
    use domain::{RecordId, WorkspaceId, ops::RecordView};
    use time::OffsetDateTime;

    #[test]
    fn words_are_found_in_any_order() {
        let record = RecordView {
            id: RecordId(WorkspaceId::HOUSE.0),
            title: "Receiving refrigerated stock".to_owned(),
            summary: "Dock 2".to_owned(),
            revision: 1,
            created_at: OffsetDateTime::UNIX_EPOCH,
            updated_at: OffsetDateTime::UNIX_EPOCH,
        };
        for (words, found) in [("", true), ("stock dock", true), ("  receiv ", true), ("stocks", false)] {
            assert_eq!(matches(&record, words), found, "{words}");
        }
    }
}
