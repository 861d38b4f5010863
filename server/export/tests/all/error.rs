//! What people read when a file is refused.

use export::{ExportError, Loss};

#[test]
fn every_error_names_its_part() {
    let cases = [
        (
            ExportError::damaged("word/document.xml", "it ends too early"),
            "word/document.xml cannot be read: it ends too early",
        ),
        (
            ExportError::too_large("word/document.xml", 7, "bytes"),
            "word/document.xml is too large: more than 7 bytes",
        ),
        (
            ExportError::refused("word/styles.xml", "it holds a document type definition"),
            "word/styles.xml is refused: it holds a document type definition",
        ),
        (
            ExportError::unwritable("content/3", "it has no column"),
            "content/3 cannot be written: it has no column",
        ),
    ];
    for (error, sentence) in cases {
        assert_eq!(error.to_string(), sentence);
    }
}

#[test]
fn a_loss_says_where_and_what() {
    let loss = Loss::new("content/3", "a drawing was left out");
    assert_eq!(loss.to_string(), "content/3: a drawing was left out");
}
