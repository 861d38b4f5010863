//! How to check the log without this server.

use domain::ops::CheckpointView;
use leptos::prelude::*;

/// The command that verifies an export offline, and what it says.
#[component]
pub fn VerifyOffline(
    /// The newest checkpoint; its key signs all of them.
    checkpoint: CheckpointView,
) -> impl IntoView {
    let command = format!(
        "scriptkeep audit verify audit.jsonl --key '{}'",
        checkpoint.verifier_key
    );
    view! {
        <section class="page-pad verify" id="verify" aria-labelledby="verify-h">
            <h2 id="verify-h">"Verify offline"</h2>
            <p>
                "Export the log, take the file to any machine that has the program, and run this command. It asks no server. "
                "It names the first event that was edited, removed, moved or backdated."
            </p>
            <pre tabindex="0">
                <code>{command}</code>
            </pre>
            <p class="dim">
                "Keep the key apart from this server. To notice a log that was rolled back, keep a checkpoint of an earlier export too, and add "
                <code>"--since CHECKPOINT"</code>
                "."
            </p>
        </section>
    }
}
