//! The newest checkpoint: how far the log is sealed, and by what.

use crate::{
    components::{Cut, Icon},
    format,
};
use domain::ops::CheckpointView;
use leptos::prelude::*;

/// The banner with the newest checkpoint, or the word that there is none yet.
#[component]
pub fn Checkpoint(
    /// The newest checkpoint.
    checkpoint: Option<CheckpointView>,
    /// How many events wait for the sealer.
    unsealed: u64,
) -> impl IntoView {
    let waiting = match unsealed {
        0 => "Nothing waits to be sealed.".to_owned(),
        1 => "1 event waits to be sealed.".to_owned(),
        more => format!("{} events wait to be sealed.", format::number(more)),
    };
    let Some(checkpoint) = checkpoint else {
        return view! {
            <section class="ckpt ckpt-open" aria-label="Latest checkpoint: none yet">
                <div class="ckpt-main">
                    <Icon name="fit-unsaved"/>
                    <div>
                        <b>"Not sealed yet"</b>
                        <span class="dim">{waiting}</span>
                    </div>
                </div>
            </section>
        }
        .into_any();
    };
    let key = checkpoint.verifier_key.split('+').nth(1).unwrap_or_default().to_owned();
    view! {
        <section class="ckpt" aria-label="Latest checkpoint">
            <div class="ckpt-main">
                <Icon name="fit-saved" class="is-seal"/>
                <div>
                    <b>{format!("Sealed to event {}", format::number(checkpoint.size))}</b>
                    <span class="dim">
                        {format!("{}, signed by key ", format::moment(checkpoint.signed_at))}
                        <code>{key}</code>
                        {format!(". {waiting}")}
                    </span>
                </div>
            </div>
            <div class="ckpt-hash">
                <Cut hash=checkpoint.root.clone() class="is-seal"/>
                <code>{format::hash_start(&checkpoint.root, 4)}</code>
            </div>
        </section>
    }
    .into_any()
}
