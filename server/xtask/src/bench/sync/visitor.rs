//! One who comes alone: to open a document, or to leave something in it.

use super::{
    frames,
    load::{CHUNK, Line, Target, connect},
};
use crate::steps::Outcome;
use std::time::Duration;

/// One who comes, and waits.
pub(super) struct Visitor {
    line: Line,
    /// Bytes of messages that bring the document.
    read: usize,
}

impl Visitor {
    /// Comes into the first room, and asks for the document.
    ///
    /// # Errors
    /// When nobody is let in.
    pub(super) fn come(target: &Target) -> Outcome<Self> {
        let mut line = connect(target, &target.rooms[0], &target.headers[0])?;
        line.hello(target.speech);
        let mut visitor = Self { line, read: 0 };
        visitor.push()?;
        Ok(visitor)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When the connection ends.
    pub(super) fn say(&mut self, message: &[u8]) -> Outcome {
        self.line.say(message);
        self.push()
    }

    fn push(&mut self) -> Outcome {
        while !self.line.out.is_empty() {
            self.line.flush();
            if !self.line.out.is_empty() {
                self.hear()?;
            }
        }
        Ok(())
    }

    /// Waits until so many bytes of the document were read.
    ///
    /// # Errors
    /// When the connection ends before.
    pub(super) fn until_read(&mut self, bytes: usize) -> Outcome {
        while self.read < bytes {
            self.hear()?;
        }
        Ok(())
    }

    /// Waits until so many updates are said to be durable.
    ///
    /// # Errors
    /// When the connection ends before.
    pub(super) fn until_durable(&mut self, count: usize) -> Outcome {
        while self.line.durable < count {
            self.hear()?;
        }
        Ok(())
    }

    fn hear(&mut self) -> Outcome {
        let (mut buffer, mut messages) = (vec![0; 4 * CHUNK], Vec::new());
        self.line.read(&mut buffer, &mut messages)?;
        if messages.is_empty() {
            std::thread::sleep(Duration::from_micros(200));
        }
        for message in messages {
            let mut rest = &message[..];
            if self.line.name.is_some() {
                frames::take_buffer(&mut rest);
            }
            while let Some(kind) = frames::take(&mut rest) {
                match kind {
                    0 | 4 => {
                        let step = frames::take(&mut rest);
                        let content = frames::take_buffer(&mut rest).unwrap_or_default();
                        if step != Some(0) {
                            self.read += content.len();
                        }
                    }
                    100 => {
                        let count = frames::take(&mut rest).and_then(|count| usize::try_from(count).ok());
                        self.line.durable = count.unwrap_or(0);
                    }
                    _ => break,
                }
            }
        }
        Ok(())
    }
}
