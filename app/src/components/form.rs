//! A form is one operation. Without JavaScript it posts url-encoded to the address of its page; hydrated it sends the same
//! fields through [`call`](crate::call()), without a load. Either way what was typed stays, and errors stand beside their fields.

use crate::{
    answer::set_status,
    components::{
        Banner, Tone,
        wire::{self, Wiring},
    },
    format,
    forms::{self, FormState, TakenUp, Why},
};
use domain::{Code, FieldError, Operation, Problem};
use leptos::{context::Provider, prelude::*};
use std::marker::PhantomData;

/// The form that was posted without JavaScript and not done, if the page is rendered for that reason. In context below
/// the root components; the workspace forgets it when the reader goes on to another page.
#[derive(Clone, Copy, Debug)]
pub struct Posted(pub StoredValue<Option<FormState>>);

impl Posted {
    /// Puts it into context, and gives the page the status of what was wrong.
    pub fn provide(state: Option<FormState>) -> Self {
        if let Some(problem) = state.as_ref().and_then(FormState::problem) {
            set_status(problem.status());
        }
        let posted = Self(StoredValue::new(state));
        provide_context(posted);
        posted
    }
}

/// Builds what a disclosure holds; answers also whether it opens with that, because a form within was refused without JavaScript:
/// why must be seen.
pub fn disclosed<T>(build: impl FnOnce() -> T) -> (T, bool) {
    let outer = use_context::<TakenUp>();
    if outer.is_none() {
        return (build(), false);
    }
    // Asked for this part alone: a page is built more than once.
    let inner = TakenUp::default();
    provide_context(inner.clone());
    let content = build();
    if let Some(outer) = outer {
        if inner.is_so() {
            outer.note();
        }
        provide_context(outer);
    }
    (content, inner.is_so())
}

/// The state of one form on the page. Cheap to copy; in context below the form, where the fields find it.
#[derive(Clone, Copy, Debug)]
pub struct FormCore {
    op: &'static str,
    row: StoredValue<String>,
    kept: StoredValue<Option<FormState>>,
    pub(super) key: StoredValue<Option<String>>,
    pub(super) problem: RwSignal<Option<Problem>>,
    pub(super) errors: RwSignal<Vec<FieldError>>,
    pub(super) busy: RwSignal<bool>,
    pub(super) dirty: RwSignal<bool>,
    pub(super) saved: RwSignal<bool>,
}

impl FormCore {
    /// The state of a form of the named operation; `row` tells several of them on a page apart.
    pub fn new(op: &'static str, row: String) -> Self {
        let kept = use_context::<Posted>()
            .and_then(|posted| posted.0.get_value())
            .filter(|state| state.op == op && state.value(forms::ROW).unwrap_or_default() == row);
        if kept.is_some()
            && let Some(taken_up) = use_context::<TakenUp>()
        {
            taken_up.note();
        }
        let problem = kept.as_ref().and_then(FormState::problem).cloned();
        let key = kept.as_ref().and_then(|state| state.key.clone());
        let core = Self {
            op,
            row: StoredValue::new(row),
            dirty: RwSignal::new(kept.is_some()),
            kept: StoredValue::new(kept),
            key: StoredValue::new(key),
            problem: RwSignal::new(None),
            errors: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            saved: RwSignal::new(false),
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

    /// The operation's name.
    pub fn op(self) -> &'static str {
        self.op
    }

    /// Whether the form was accepted since the page was loaded.
    pub fn saved(self) -> RwSignal<bool> {
        self.saved
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
            let first = kept
                .as_ref()
                .and_then(FormState::problem)
                .and_then(|problem| problem.fields.first());
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

    /// What to say above a form that waited while its sender signed in, until it is answered.
    fn waited(self) -> Option<&'static str> {
        let unanswered = self.problem.with(Option::is_none) && !self.saved.get();
        self.kept.with_value(|kept| {
            let kept = kept.as_ref().filter(|_| unanswered)?;
            match (&kept.why, kept.secrets) {
                (Why::Refused(_), _) => None,
                (Why::SignedOut, false) => Some("You were signed out. What you typed is here; send it again."),
                (Why::SignedOut, true) => {
                    Some("You were signed out. What you typed is here, but for passwords; send it again.")
                }
                (Why::Unproven, _) => Some("It is proven that it is you. Nothing was sent yet; send it again."),
            }
        })
    }

    /// What a field held when the form began to wait, while [`Self::waited`] says so.
    pub fn waited_with(self, field: &str) -> Option<String> {
        self.waited().and_then(|_| self.kept(field))
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
    /// What happens in a hydrated page after a success; without it the page loads again.
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
    let wiring = Wiring::of::<Op>(on_done, native);
    view! { <FormFrame core=form.core wiring class children/> }
}

/// The form apart from its operation: one copy for all of them.
#[component]
fn FormFrame(core: FormCore, wiring: Wiring, class: &'static str, children: Children) -> impl IntoView {
    let row = core.row.get_value();
    view! {
        <form
            class=class
            method="post"
            novalidate
            data-typed=move || core.dirty.get().then_some(if core.kept.with_value(Option::is_some) { "kept" } else { "" })
            on:submit=move |event| wiring.submit(core, &event)
            on:focusout=move |event| wiring.look_again(core, &event, false)
            on:input=move |event| wiring.look_again(core, &event, true)
        >
            <input type="hidden" name=forms::OP value=core.op/>
            <input type="hidden" name=forms::KEY value=core.key.get_value().unwrap_or_else(|| wire::render_key(core.op, &row))/>
            {(!row.is_empty()).then(|| view! { <input type="hidden" name=forms::ROW value=row/> }.into_any())}
            {move || core.banner().map(|problem| view! { <FormProblem problem/> })}
            {move || core.waited().map(|words| view! { <Banner tone=Tone::Lamp>{words}</Banner> })}
            <Provider value=core>{children()}</Provider>
        </form>
    }
}

/// In the form of a page that asks who somebody is: what waits for the answer, carried along unseen.
#[component]
pub fn Waiting() -> impl IntoView {
    use_context::<forms::Held>().map(|forms::Held(text)| view! { <input type="hidden" name=forms::HELD value=text/> })
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
