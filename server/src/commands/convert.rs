//! `convert`: documents from one format into another.

use super::{
    paper::{Format, Sheet, fault, make, put, read},
    printing::Options,
};
use crate::{refusal::Refusal, terminal};
use export::{docx, pdf::Printing};
use std::{
    collections::HashSet,
    io::ErrorKind,
    path::{Path, PathBuf},
};
use time::OffsetDateTime;

/// Converts files, one after the other; the last path is the file or the folder to make. A file that fails does not keep
/// the others.
///
/// # Errors
/// When the command makes no sense, the template cannot be read, or a file could not be converted.
pub(super) fn convert(
    paths: &[PathBuf],
    template: Option<&Path>,
    to: Option<Format>,
    options: &Options,
) -> Result<(), Refusal> {
    let [inputs @ .., out] = paths else {
        return Err(Refusal::new(
            "There is nothing to convert.",
            "Name the files, then the file or folder to make.",
        ));
    };
    let jobs = plan(inputs, out, to)?;
    let template = template.map(|path| {
        let small = std::fs::metadata(path).map(|file| file.len() <= docx::BYTES_MAX);
        let read = small.and_then(|small| {
            if small {
                std::fs::read(path)
            } else {
                Err(ErrorKind::FileTooLarge.into())
            }
        });
        read.map_err(|error| {
            Refusal::new(
                format!("The template {} cannot be read: {error}.", path.display()),
                "Name a docx file that can.",
            )
        })
    });
    let template = template.transpose()?;
    let printing = options.printing()?;
    let mut failed = 0;
    for (index, job) in jobs.iter().enumerate() {
        let count = if jobs.len() > 1 {
            format!("[{}/{}] ", index + 1, jobs.len())
        } else {
            String::new()
        };
        match one(job, template.as_deref(), options, &printing) {
            Ok(losses) => {
                terminal::say(format!("{count}{} -> {}", job.from.display(), job.to.display()));
                for loss in &losses {
                    terminal::complain(format!("  {loss}"));
                }
            }
            Err(refusal) if jobs.len() == 1 => return Err(refusal),
            Err(refusal) => {
                failed += 1;
                terminal::complain(format!("{count}{refusal}"));
            }
        }
    }
    if failed > 0 {
        let what = format!("{failed} of {} files were not converted.", jobs.len());
        return Err(Refusal::new(what, "Mend those named above, and convert them again."));
    }
    Ok(())
}

/// One file to make.
struct Job {
    from: PathBuf,
    to: PathBuf,
    format: Format,
}

/// What is to be made of what. Nothing is written over twice, and no file over itself.
fn plan(inputs: &[PathBuf], out: &Path, to: Option<Format>) -> Result<Vec<Job>, Refusal> {
    let is_folder = out.is_dir() || inputs.len() > 1;
    let mut jobs = Vec::new();
    let mut made = HashSet::new();
    for from in inputs {
        let (to, format) = if is_folder {
            let format = to.ok_or_else(|| {
                Refusal::new(
                    "It is not said what to make.",
                    "Add --to docx, pdf, md, html, txt or json.",
                )
            })?;
            let name = from.file_stem().unwrap_or_default();
            let mut name = name.to_owned();
            name.push(format!(".{}", format.ending()));
            (out.join(name), format)
        } else {
            (out.to_owned(), to.map_or_else(|| Format::of(out), Ok)?)
        };
        if !made.insert(to.clone()) {
            return Err(Refusal::new(
                format!("Two files would become {}.", to.display()),
                "Convert them into different folders.",
            ));
        }
        if to
            .canonicalize()
            .is_ok_and(|to| from.canonicalize().is_ok_and(|from| from == to))
        {
            return Err(Refusal::new(
                format!("{} would be written over itself.", from.display()),
                "Name another place.",
            ));
        }
        jobs.push(Job {
            from: from.clone(),
            to,
            format,
        });
    }
    if is_folder {
        std::fs::create_dir_all(out).map_err(|error| {
            Refusal::new(
                format!("The folder {} cannot be made: {error}.", out.display()),
                "Name another.",
            )
        })?;
    }
    Ok(jobs)
}

/// Converts one file; what was lost on the way in and out.
fn one(
    job: &Job,
    template: Option<&[u8]>,
    options: &Options,
    printing: &Printing<'_>,
) -> Result<Vec<export::Loss>, Refusal> {
    let mut source = read(&job.from)?;
    options.over(&mut source.meta);
    if options.archival() && source.meta.created.or(source.meta.modified).is_none() {
        // An archive's PDF has to say when it was made.
        let changed = std::fs::metadata(&job.from).and_then(|file| file.modified()).ok();
        source.meta.modified = changed.map(OffsetDateTime::from);
    }
    let mut losses = source.losses;
    let fonts = if job.format == Format::Pdf {
        options.fonts(&source.document.canonical())?
    } else {
        None
    };
    let mut printing = printing.clone();
    if let Some((fonts, names)) = &fonts {
        printing.fonts = fonts;
        let what = format!("letters that Scriptkeep's fonts lack are set in {}", names.join(", "));
        losses.push(export::Loss::new("fonts", what));
    }
    let sheet = Sheet {
        document: &source.document,
        meta: &source.meta,
        attachments: &source.attachments,
        comments: &source.comments,
        template,
        printing: &printing,
    };
    let written = make(&sheet, job.format).map_err(|error| fault(&job.from, &error))?;
    put(&job.to, &written.bytes)?;
    losses.extend(written.losses);
    Ok(losses)
}
