//! A form is one operation. Without JavaScript it posts url-encoded to the address of its page; hydrated it sends the same
//! fields through [`call`](crate::call()), without a load. Either way what was typed stays, and errors stand beside their fields.

use crate::{
    components::{Banner, Tone},
    format,
    forms::{self, FormState},
};
use domain::{Code, FieldError, Operation, Problem};
use leptos::{context::Provider, prelude::*};
use std::marker::PhantomData;

/// The form that was posted without JavaScript and not accepted, if the page is rendered for that reason. In context below
/// the root components; the workspace forgets it when the reader goes on to another page.
#[derive(Clone, Copy, Debug)]
pub struct Posted(pub StoredValue<Option<FormState>>);

/// The state of one form on the page. Cheap to copy; in context below the form, where the fields find it.
#[derive(Clone, Copy, Debug)]
pub struct FormCore {
    op: &'static str,
    row: StoredValue<String>,
    kept: StoredValue<Option<FormState>>,
    #[cfg_attr(
        not(feature = "hydrate"),
        allow(dead_code, reason = "only a browser sends a form again")
    )]
    key: StoredValue<Option<String>>,
    problem: RwSignal<Option<Problem>>,
    errors: RwSignal<Vec<FieldError>>,
    busy: RwSignal<bool>,
    dirty: RwSignal<bool>,
}

impl FormCore {
    /// The state of a form of the named operation; `row` tells several of them on a page apart.
    pub fn new(op: &'static str, row: String) -> Self {
        let kept = use_context::<Posted>()
            .and_then(|posted| posted.0.get_value())
            .filter(|state| state.op == op && state.value(forms::ROW).unwrap_or_default() == row);
        let problem = kept.as_ref().map(|state| state.problem.clone());
        let core = Self {
            op,
            row: StoredValue::new(row),
            dirty: RwSignal::new(kept.is_some()),
            kept: StoredValue::new(kept),
            key: StoredValue::new(None),
            problem: RwSignal::new(None),
            errors: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
        };
        if let Some(problem) = problem {
            core.show(problem);
        }
        core
    }

    /// Shows a problem: field errors beside their fields, anything else above the form.
    pub fn show(self, problem: Problem) {
        self.errors.set(problem.fields.clone());
        self.problem.set(Some(problem));
    }

    /// Whether the form is on its way.
    pub fn busy(self) -> RwSignal<bool> {
        self.busy
    }

    /// Whether something was typed that the server does not have.
    pub fn dirty(self) -> RwSignal<bool> {
        self.dirty
    }

    /// The last answer, if it was a problem.
    pub fn problem(self) -> RwSignal<Option<Problem>> {
        self.problem
    }

    /// What is wrong with a field, if anything; tracks changes.
    pub fn error(self, field: &str) -> Option<String> {
        self.errors.with(|errors| {
            errors
                .iter()
                .find(|error| error.field == field)
                .map(|error| error.message.clone())
        })
    }

    /// What was typed into a field before the page was rendered again.
    pub fn kept(self, field: &str) -> Option<String> {
        self.kept
            .with_value(|kept| kept.as_ref().and_then(|state| state.value(field)).map(str::to_owned))
    }

    /// Whether a field is the first that was not accepted, where the focus belongs on a page rendered again.
    pub fn is_first_wrong(self, field: &str) -> bool {
        self.kept.with_value(|kept| {
            let first = kept.as_ref().and_then(|state| state.problem.fields.first());
            first.is_some_and(|error| error.field == field)
        })
    }

    /// The id of a field's element, unique on the page.
    pub fn id(self, field: &str) -> String {
        let op = self.op.replace(['.', '_'], "-");
        self.row.with_value(|row| {
            if row.is_empty() {
                format!("{op}-{field}")
            } else {
                format!("{op}-{field}-{row}")
            }
        })
    }

    /// The key under which this form is done at most once.
    fn render_key(self) -> String {
        #[cfg(feature = "hydrate")]
        return crate::browser::random_key();
        #[cfg(not(feature = "hydrate"))]
        use_context::<forms::RenderKey>().map_or_else(String::new, |forms::RenderKey(key)| {
            self.row.with_value(|row| format!("{key}.{}.{row}", self.op))
        })
    }

    /// The problem to show above the form: all but those that stand beside fields.
    fn banner(self) -> Option<Problem> {
        self.problem
            .get()
            .filter(|problem| problem.code != Code::Invalid || problem.fields.is_empty())
    }
}

/// A form of one operation.
#[derive(Debug)]
pub struct Form<Op> {
    core: FormCore,
    op: PhantomData<fn() -> Op>,
}

impl<Op> Clone for Form<Op> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Op> Copy for Form<Op> {}

impl<Op: Operation> Form<Op> {
    /// The page's only form of this operation.
    pub fn new() -> Self {
        Self::of_row(String::new())
    }

    /// One of several forms of this operation on the page.
    pub fn of_row(row: String) -> Self {
        Self {
            core: FormCore::new(Op::META.name, row),
            op: PhantomData,
        }
    }

    /// Its state.
    pub fn core(self) -> FormCore {
        self.core
    }
}

impl<Op: Operation> Default for Form<Op> {
    fn default() -> Self {
        Self::new()
    }
}

/// The `<form>` of an operation. Its children are fields and a [`Submit`](crate::components::Submit).
#[component]
pub fn OpForm<Op: Operation>(
    /// The form.
    form: Form<Op>,
    /// What happens in a hydrated page after a success; without it the reader goes where the server would send them.
    #[prop(optional, into)]
    on_done: Option<Callback<Op::Output>>,
    /// Posts as HTML does even in a hydrated page: for what ends in a file, or in another part of the site.
    #[prop(optional)]
    native: bool,
    /// Its classes.
    #[prop(default = "form")]
    class: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let core = form.core;
    let row = core.row.get_value();
    let wire = Wire::<Op> {
        core,
        on_done,
        native,
        op: PhantomData,
    };
    view! {
        <form
            class=class
            method="post"
            novalidate
            on:submit=move |event| wire.submit(&event)
            on:focusout=move |event| wire.look_again(&event.into(), false)
            on:input=move |event| wire.look_again(&event, true)
        >
            <input type="hidden" name=forms::OP value=core.op/>
            <input type="hidden" name=forms::KEY value=core.render_key()/>
            {(!row.is_empty()).then(|| view! { <input type="hidden" name=forms::ROW value=row/> })}
            {move || core.banner().map(|problem| view! { <FormProblem problem/> })}
            <Provider value=core>{children()}</Provider>
        </form>
    }
}

/// What went wrong with a whole form: what happened, what is safe, what to do.
#[component]
fn FormProblem(problem: Problem) -> impl IntoView {
    let wait = problem
        .retry_after_seconds
        .filter(|_| problem.detail.is_empty())
        .map(|seconds| format!(" Wait {}, then try again.", format::wait(seconds)));
    let detail = (!problem.detail.is_empty()).then(|| format!(" {}", problem.detail));
    let door = match problem.code {
        Code::SignedOut => Some(("/sign-in", "Sign in in a new tab, then come back")),
        Code::StepUpRequired => Some(("/prove", "Prove it in a new tab, then come back")),
        _ => None,
    };
    view! {
        <Banner tone=Tone::Rubric>
            <b>{problem.title}</b>
            {detail}
            {wait}
            {door
                .map(|(address, words)| {
                    view! {
                        " "
                        <a class="link" href=address target="_blank" rel="external">
                            {words}
                        </a>
                    }
                })}
        </Banner>
    }
}

/// What a hydrated form does with events. On the server it is never asked.
struct Wire<Op: Operation> {
    core: FormCore,
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser sends"))]
    on_done: Option<Callback<Op::Output>>,
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser sends"))]
    native: bool,
    op: PhantomData<fn() -> Op>,
}

impl<Op: Operation> Clone for Wire<Op> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Op: Operation> Copy for Wire<Op> {}

#[cfg(not(feature = "hydrate"))]
impl<Op: Operation> Wire<Op> {
    fn submit(self, _event: &leptos::ev::SubmitEvent) {
        let _ = self.core;
    }

    fn look_again(self, _event: &leptos::ev::Event, _typing: bool) {}
}

#[cfg(feature = "hydrate")]
mod hydrated {
    use super::{FormCore, Wire};
    use crate::{browser, forms};
    use domain::{Code, FieldError, Kind, Operation, Problem};
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlFormElement, HtmlInputElement, SubmitEvent};

    impl<Op: Operation> Wire<Op> {
        /// Sends the form, unless it is on its way, or its fields are not acceptable.
        pub(super) fn submit(self, event: &SubmitEvent) {
            let core = self.core;
            if self.native {
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
            let navigate = leptos_router::hooks::use_navigate();
            leptos::task::spawn_local(async move {
                let answer = crate::call::call_with_key(op, key).await;
                core.busy.set(false);
                match answer {
                    Ok(output) => {
                        core.accept();
                        match self.on_done {
                            Some(done) => done.run(output),
                            None => go_on::<Op>(&output, &navigate),
                        }
                    }
                    Err(problem) => core.refuse(problem, element),
                }
            });
        }

        /// Looks at one field again: when it is left, and while a wrong one is mended.
        pub(super) fn look_again(self, event: &Event, typing: bool) {
            let core = self.core;
            let Some((form, field, empty)) = field_of(event) else {
                return;
            };
            if typing {
                core.dirty.set(true);
            }
            let wrong = core
                .errors
                .with_untracked(|errors| errors.iter().any(|error| error.field == field));
            if self.native || (typing && !wrong) || (empty && !wrong) {
                return;
            }
            let Ok(op) = forms::read::<Op>(&browser::fields(&form)) else {
                return;
            };
            let found = op.validate().err().unwrap_or_default();
            core.replace_error(&field, found);
        }
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
                let _ = browser::focus_first(&form, "[aria-invalid='true']")
                    || browser::focus_first(&form, "[role='alert']");
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
    fn go_on<Op: Operation>(output: &Op::Output, navigate: &impl Fn(&str, leptos_router::NavigateOptions)) {
        let output = serde_json::to_value(output).unwrap_or_default();
        let page = browser::address();
        let target = forms::destination(Op::META.name, &output, &page);
        if crate::workspace::owns(&target) {
            navigate(&target, leptos_router::NavigateOptions::default());
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
}
