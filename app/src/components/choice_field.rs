//! A choice of one from a few that want to be read: radio buttons with a sentence each.

use crate::components::{FormCore, Icon};
use leptos::prelude::*;

/// One of the choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it is called.
    pub name: String,
    /// What it is good for.
    pub about: String,
}

/// A choice of one; the first is chosen unless something else was before.
#[component]
pub fn ChoiceField(
    /// The field's name in the operation.
    name: &'static str,
    /// What is chosen.
    label: &'static str,
    /// The choices.
    choices: Vec<Choice>,
    /// What is chosen at first; empty: the first.
    #[prop(optional, into)]
    value: String,
) -> impl IntoView {
    let core = use_context::<FormCore>();
    let chosen = core
        .and_then(|core| core.kept(name))
        .or_else(|| (!value.is_empty()).then_some(value))
        .filter(|value| choices.iter().any(|choice| choice.value == *value))
        .or_else(|| choices.first().map(|choice| choice.value.clone()));
    let rows = choices
        .into_iter()
        .map(|choice| {
            let checked = Some(&choice.value) == chosen.as_ref();
            view! {
                <label class="check pick">
                    <input type="radio" name=name value=choice.value checked=checked/>
                    <span>
                        <b>{choice.name}</b>
                        <small>{choice.about}</small>
                    </span>
                </label>
            }
        })
        .collect_view();
    let error = move || {
        core.and_then(|core| core.error(name)).map(|message| {
            view! {
                <p class="error">
                    <Icon name="warning-circle"/>
                    {message}
                </p>
            }
        })
    };
    view! {
        <fieldset class="field picks">
            <legend class="label">{label}</legend>
            {rows}
            {error}
        </fieldset>
    }
}
