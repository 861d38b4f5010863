//! Making a record: its title, its type, and what it begins with.

use super::{Around, AroundLoaded, PhoneSwitcher};
use crate::{
    components::{Choice, ChoiceField, Form, Hidden, Icon, OpForm, Submit, TextField},
    pages::errors::Failed,
};
use domain::{
    Code,
    ops::{CreateRecord, RecordView, WorkspaceView},
    pack::{RecordType, TITLE},
    policy::{Action, Decision, Item, Resource, Shelf, decide},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// The page that makes a record.
#[component]
pub fn NewRecordPage() -> impl IntoView {
    let around = use_context::<AroundLoaded>();
    view! {
        <Title text="New record"/>
        <div class="scroll">
            <PhoneSwitcher/>
            <Transition fallback=|| ()>
                {move || {
                    around
                        .and_then(|AroundLoaded(around)| around.get::<Around>())
                        .map(|answer| match answer.map(|around| around.workspace) {
                            Ok(Some(workspace)) if workspace.actor().may(Action::CreateRecords) => {
                                view! {
                                    <section class="first-run page-pad">
                                        <h1 class="vh">"New record"</h1>
                                        <NewRecord workspace/>
                                    </section>
                                }
                                    .into_any()
                            }
                            Ok(Some(_)) => view! { <Failed problem=Code::Forbidden.into()/> }.into_any(),
                            Ok(None) => view! { <Failed problem=Code::NotFound.into()/> }.into_any(),
                            Err(problem) => view! { <Failed problem/> }.into_any(),
                        })
                }}
            </Transition>
        </div>
    }
}

/// The types of which the reader may make records.
fn makeable(workspace: &WorkspaceView) -> Vec<RecordType> {
    let may = |kind: &RecordType| {
        let item = Item {
            kind: &kind.id,
            state: kind.first_state(),
            shelf: Shelf::Desk,
        };
        decide(workspace.actor(), Action::CreateRecords, Resource::Record(item)) == Decision::Allow
    };
    workspace.types.iter().filter(|kind| may(kind)).cloned().collect()
}

/// The form. Without JavaScript the other types are links; each has its own templates.
#[component]
pub fn NewRecord(
    /// The workspace.
    workspace: WorkspaceView,
) -> impl IntoView {
    let asked = use_query_map();
    let types = makeable(&workspace);
    let id = workspace.id;
    move || {
        let wanted = asked.with(|query| query.get("kind")).unwrap_or_default();
        let kind = types.iter().find(|kind| kind.id == wanted).or(types.first()).cloned();
        kind.map(|kind| {
            let others = (types.len() > 1).then(|| tabs(id, &types, &kind.id));
            view! {
                {others}
                <OneType workspace=id kind/>
            }
        })
    }
}

fn tabs(workspace: domain::WorkspaceId, types: &[RecordType], shown: &str) -> impl IntoView + use<> {
    let tabs = types
        .iter()
        .map(|kind| {
            let on = kind.id == shown;
            view! {
                <a
                    class="tab"
                    class:is-on=on
                    href=format!("/w/{workspace}/new?kind={}", kind.id)
                    aria-current=on.then_some("page")
                >
                    {kind.name.clone()}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="tabs" aria-label="Type of record">
            {tabs}
        </nav>
    }
}

#[component]
fn OneType(workspace: domain::WorkspaceId, kind: RecordType) -> impl IntoView {
    let form = Form::<CreateRecord>::new();
    let navigate = use_navigate();
    let done = Callback::new(move |record: RecordView| {
        navigate(
            &format!("/w/{workspace}/records/{}", record.id),
            NavigateOptions::default(),
        );
    });
    let blank = Choice {
        value: String::new(),
        name: "Blank page".to_owned(),
        about: kind.about.clone(),
    };
    let templates = kind.templates.iter().map(|template| Choice {
        value: template.id.clone(),
        name: template.name.clone(),
        about: template.about.clone(),
    });
    let choices: Vec<Choice> = std::iter::once(blank).chain(templates).collect();
    let hint = kind.field(TITLE).map(|field| field.hint.clone()).unwrap_or_default();
    view! {
        <OpForm form on_done=done>
            <Hidden name="workspace" value=workspace.to_string()/>
            <Hidden name="kind" value=kind.id.clone()/>
            <TextField name="title" label="Title" class="input-title" autofocus=true/>
            {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> }.into_any())}
            <ChoiceField name="template" label="Begin with" choices/>
            <div class="btns">
                <Submit class="btn-lg">
                    <Icon name="plus-bold"/>
                    {format!("Make {}", article(&kind.name))}
                </Submit>
            </div>
        </OpForm>
    }
}

/// A noun with its article: `a script`, `an SOP`. Words of capitals are spelt out, so it goes by the letter's name.
fn article(name: &str) -> String {
    let spelt = name.chars().count() > 1 && name.chars().all(char::is_uppercase);
    let first = name.chars().next().unwrap_or_default().to_ascii_lowercase();
    let vowel = if spelt { "aefhilmnorsx" } else { "aeio" };
    let word = if spelt { name.to_owned() } else { name.to_lowercase() };
    format!("{} {word}", if vowel.contains(first) { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::article;

    #[test]
    fn articles_go_by_sound() {
        for (name, words) in [
            ("Script", "a script"),
            ("SOP", "an SOP"),
            ("Instruction", "an instruction"),
            ("Work instruction", "a work instruction"),
        ] {
            assert_eq!(article(name), words);
        }
    }
}
