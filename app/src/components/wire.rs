//! What a hydrated form does with events. On the server it is never asked, and HTML does the rest.

use super::{Form, FormCore};
use crate::{browser, forms};
use domain::{Code, FieldError, Kind, Operation, Problem};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, FocusEvent, HtmlFormElement, HtmlInputElement, SubmitEvent};

/// The key of a form that the browser renders. (One that it takes over keeps the key it came with.)
pub(super) fn render_key(_op: &str, _row: &str) -> String {
    browser::random_key()
}

/// Sends the form, unless it is on its way, or its fields are not acceptable.
pub(super) fn submit<Op: Operation>(
    form: Form<Op>,
    on_done: Option<Callback<Op::Output>>,
    native: bool,
    event: &SubmitEvent,
) {
    let core = form.core();
    if native {
        return;
    }
    event.prevent_default();
    let Some(element) = form_of(event) else { return };
    if core.busy.get_untracked() {
        return;
    }
    let fields = browser::fields(&element);
    let op = match forms::read::<Op>(&fields) {
        Ok(op) => op,
        Err(problem) => return core.refuse(problem, element),
    };
    if let Err(errors) = op.validate() {
        return core.refuse(Problem::invalid(errors), element);
    }
    core.busy.set(true);
    let key = (Op::META.kind == Kind::Mutation).then(|| core.key_of(&fields));
    leptos::task::spawn_local(async move {
        let answer = crate::call::call_with_key(op, key).await;
        core.busy.set(false);
        match answer {
            Ok(output) => {
                core.accept();
                match on_done {
                    Some(done) => done.run(output),
                    None => go_on::<Op>(core, &output),
                }
            }
            Err(problem) => core.refuse(problem, element),
        }
    });
}

/// Looks at one field again: when it is left, and while a wrong one is mended.
pub(super) fn look_again<Op: Operation>(form: Form<Op>, native: bool, event: &Event, typing: bool) {
    let core = form.core();
    let Some((element, field, empty)) = field_of(event) else {
        return;
    };
    if typing {
        core.dirty.set(true);
    }
    let wrong = core
        .errors
        .with_untracked(|errors| errors.iter().any(|error| error.field == field));
    // A field is judged when it is left, and from then on as it is mended; one that is only passed by is not.
    let passed_by = empty && !core.dirty.get_untracked();
    if native || (!wrong && (typing || passed_by)) || goes_to_a_button(event) {
        return;
    }
    let Ok(op) = forms::read::<Op>(&browser::fields(&element)) else {
        return;
    };
    let found = op.validate().err().unwrap_or_default();
    core.replace_error(&field, found);
}

/// Whether a field is left by pressing a button. An error shown now would move the button from under the pointer, and the
/// press would be lost; sending the form judges the field anyway.
fn goes_to_a_button(event: &Event) -> bool {
    let next = event.dyn_ref::<FocusEvent>().and_then(FocusEvent::related_target);
    next.and_then(|next| next.dyn_into::<Element>().ok())
        .is_some_and(|next| next.tag_name() == "BUTTON")
}

impl FormCore {
    fn accept(self) {
        self.key.set_value(Some(browser::random_key()));
        self.dirty.set(false);
        self.problem.set(None);
        self.errors.set(Vec::new());
    }

    fn refuse(self, problem: Problem, form: HtmlFormElement) {
        // Without an answer it is not known whether it was done: the same key makes another try safe.
        if problem.code != Code::Unavailable {
            self.key.set_value(Some(browser::random_key()));
        }
        self.show(problem);
        browser::next_frame(move || {
            let _ =
                browser::focus_first(&form, "[aria-invalid='true']") || browser::focus_first(&form, "[role='alert']");
        });
    }

    fn key_of(self, fields: &[(String, String)]) -> String {
        let rendered = || {
            fields
                .iter()
                .find(|(name, _)| name == forms::KEY)
                .map(|(_, key)| key.clone())
        };
        let key = self.key.get_value().or_else(rendered).unwrap_or_default();
        self.key.set_value(Some(key.clone()));
        key
    }

    fn replace_error(self, field: &str, found: Vec<FieldError>) {
        let new = found.into_iter().find(|error| error.field == field);
        let old = self
            .errors
            .with_untracked(|errors| errors.iter().find(|error| error.field == field).cloned());
        if new != old {
            self.errors.update(|errors| {
                errors.retain(|error| error.field != field);
                errors.extend(new);
            });
        }
    }
}

/// Goes where the server would have sent the browser.
fn go_on<Op: Operation>(core: FormCore, output: &Op::Output) {
    let output = serde_json::to_value(output).unwrap_or_default();
    let target = forms::destination(Op::META.name, &output, &browser::address());
    if crate::workspace::owns(&target) {
        core.navigate
            .with_value(|navigate| navigate(&target, leptos_router::NavigateOptions::default()));
    } else {
        browser::load(&target);
    }
}

fn form_of(event: &Event) -> Option<HtmlFormElement> {
    event.current_target()?.dyn_into().ok()
}

/// The form, the field's name, and whether the field is empty.
fn field_of(event: &Event) -> Option<(HtmlFormElement, String, bool)> {
    let form = form_of(event)?;
    let target: Element = event.target()?.dyn_into().ok()?;
    let name = target.get_attribute("name").filter(|name| !name.starts_with('_'))?;
    let empty = target
        .dyn_ref::<HtmlInputElement>()
        .is_some_and(|input| input.value().is_empty());
    Some((form, name, empty))
}
