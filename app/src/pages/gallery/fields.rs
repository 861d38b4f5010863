//! Buttons and fields.

use super::{Part, Section};
use crate::{
    components::{Form, Icon, Look, OpForm, Posted, SelectField, Submit, TextArea, TextField},
    forms::FormState,
};
use domain::{
    Code, FieldError, Problem,
    ops::{CreateRecord, DescribeRecord, SignUp},
};
use leptos::{context::Provider, prelude::*};

/// Every look of a button, and every state.
#[component]
pub fn Buttons() -> impl IntoView {
    let button = |look: Look, more: &str, words: &'static str| {
        let class = format!("{} {more}", look.class());
        view! {
            <button class=class type="button">
                {words}
            </button>
        }
    };
    view! {
        <Section title="Buttons" rule="One act per view. Green only where pressing makes something kept: sign, approve, release.">
            <div class="row-c">
                <Part name="Act">{button(Look::Act, "", "Create record")}</Part>
                <Part name="Hover">{button(Look::Act, "is-hover", "Create record")}</Part>
                <Part name="Off, with why">
                    <button class="btn btn-act" type="button" disabled=true>
                        "Create record"
                    </button>
                </Part>
                <Part name="Busy">
                    <button class="btn btn-act" type="button" aria-busy="true">
                        "Create record"
                    </button>
                </Part>
                <Part name="Seal">{button(Look::Seal, "", "Sign")}</Part>
                <Part name="Hover">{button(Look::Seal, "is-hover", "Sign")}</Part>
            </div>
            <div class="row-c">
                <Part name="Line">{button(Look::Line, "", "Verify offline")}</Part>
                <Part name="Hover">{button(Look::Line, "is-hover", "Verify offline")}</Part>
                <Part name="Bare">{button(Look::Bare, "", "Cancel")}</Part>
                <Part name="Hover">{button(Look::Bare, "is-hover", "Cancel")}</Part>
                <Part name="Refuse">{button(Look::Rubric, "", "End session")}</Part>
                <Part name="Hover">{button(Look::Rubric, "is-hover", "End session")}</Part>
            </div>
            <div class="row-c">
                <Part name="With an icon">
                    <button class="btn btn-act" type="button">
                        <Icon name="plus-bold"/>
                        "New record"
                    </button>
                </Part>
                <Part name="Icon alone, named">
                    <button class="btn btn-bare btn-icon" type="button" aria-label="Close">
                        <Icon name="x"/>
                    </button>
                </Part>
                <Part name="Small">{button(Look::Line, "btn-sm", "Open")}</Part>
                <Part name="Large">{button(Look::Act, "btn-lg", "Start a workspace")}</Part>
                <Part name="Link">
                    <a class="link" href="#record">
                        "Show the record"
                    </a>
                </Part>
            </div>
            <p class="why">
                <Icon name="info"/>
                <span>
                    <b>"Why can’t I?"</b>
                    " Only the owner names the workspace."
                </span>
            </p>
        </Section>
    }
}

/// Fields as they are at first.
#[component]
pub fn Fields() -> impl IntoView {
    let record = Form::<CreateRecord>::of_row("gallery".to_owned());
    let summary = Form::<DescribeRecord>::of_row("gallery".to_owned());
    let actions = [("", "Every action"), ("record.create", "Created a record")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()));
    view! {
        <Section title="Fields" rule="Label above, hint below, error in its place. What was typed stays.">
            <div class="grid-3">
                <OpForm form=record>
                    <TextField name="title" label="Title" value="Receiving refrigerated stock"/>
                    <SelectField name="action" label="Action" value="" options=actions.to_vec()/>
                    <div class="field">
                        <label class="label" for="g-off">
                            "Number"
                        </label>
                        <input class="input" id="g-off" value="SOP-014" disabled=true/>
                        <p class="hint">"Given once, never used again."</p>
                    </div>
                </OpForm>
                <OpForm form=summary>
                    <TextArea
                        name="summary"
                        label="What it is about"
                        value="How a pallet is taken in, checked and stored."
                        hint="Up to 2,000 characters."
                        rows=5
                    />
                    <div class="field">
                        <label class="label" for="g-find">
                            "Search"
                        </label>
                        <span class="input-wrap">
                            <Icon name="magnifying-glass"/>
                            <input class="input" id="g-find" type="search" placeholder="Person, record, action"/>
                        </span>
                    </div>
                </OpForm>
                <Choices/>
            </div>
        </Section>
    }
}

/// What is picked and not typed.
#[component]
fn Choices() -> impl IntoView {
    view! {
        <div class="form">
            <div class="field">
                <label class="label" for="g-day">
                    "From"
                </label>
                <input class="input" id="g-day" type="date" value="2026-11-22"/>
            </div>
            <label class="check">
                <input type="checkbox" checked=true/>
                <span>"A box"</span>
            </label>
            <label class="check">
                <input type="radio" name="g-radio" checked=true/>
                <span>"One of a few"</span>
            </label>
            <span class="btns">
                <input class="switch" type="checkbox" role="switch" checked=true aria-label="On"/>
                <input class="switch" type="checkbox" role="switch" aria-label="Off"/>
            </span>
            <div class="seg">
                <button class="is-on" type="button">
                    "List"
                </button>
                <button type="button">"Table"</button>
            </div>
            <span class="btns">
                <button class="chip" type="button">
                    "Person "
                    <b>"Ilse Brandt"</b>
                    <Icon name="x"/>
                </button>
                <button class="chip chip-on" type="button">
                    "Today"
                </button>
            </span>
        </div>
    }
}

/// A form that came back: what was typed is there, and what is wrong stands beside it; and one that could not be sent.
#[component]
pub fn Refused() -> impl IntoView {
    let typed = [
        ("name", "Aoife Kerrigan"),
        ("email", "aoife.kerrigan@ternhouse"),
        ("password", "tuesday"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let errors = [
        ("email", "This address stops after “ternhouse”. Is the ending missing?"),
        ("password", "At least 15 characters. This has 7."),
    ]
    .map(|(field, message)| FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    });
    let wrong = Problem::invalid(errors.to_vec());
    let refused = FormState::new("account.sign_up", typed.to_vec(), wrong);
    let title = ("title".to_owned(), "Returns and recalls".to_owned());
    let limited = FormState::new(
        "record.create",
        vec![title],
        Problem::new(Code::TooMany).with_retry_after_seconds(240),
    );
    view! {
        <Section title="Refused" rule="An error has an icon, words and a thicker edge. It says what happened, what is safe and what to do.">
            <div class="grid-2 top">
                <Provider value=Posted(StoredValue::new(Some(refused)))>
                    <SignUpAgain/>
                </Provider>
                <Provider value=Posted(StoredValue::new(Some(limited)))>
                    <RecordAgain/>
                </Provider>
            </div>
        </Section>
    }
}

#[component]
fn SignUpAgain() -> impl IntoView {
    let form = Form::<SignUp>::new();
    view! {
        <OpForm form>
            <TextField name="name" label="Your name"/>
            <TextField name="email" label="E-mail" kind="email"/>
            <TextField name="password" label="Password" kind="password" hint="A short sentence works well."/>
            <div class="btns">
                <Submit>"Create account"</Submit>
            </div>
        </OpForm>
    }
}

#[component]
fn RecordAgain() -> impl IntoView {
    let form = Form::<CreateRecord>::new();
    view! {
        <OpForm form>
            <TextField name="title" label="Title"/>
            <div class="btns">
                <Submit>"Create record"</Submit>
            </div>
        </OpForm>
    }
}
