//! A folder in place of a mail server: on a developer's machine, where a link has to be clicked and
//! nobody is to get mail.

use std::path::{Path, PathBuf};

use crate::{Letter, MailError, Sender};

/// Where letters are put, as `<id>.eml`.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    sender: Sender,
}

impl Folder {
    #[must_use]
    pub fn new(path: PathBuf, sender: Sender) -> Self {
        Self { path, sender }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) async fn put(&self, letter: &Letter) -> Result<(), MailError> {
        let message = letter.message(&self.sender)?.formatted();
        let file = self.path.join(format!("{}.eml", letter.id));
        let folder = self.path.clone();
        let written = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(folder)?;
            std::fs::write(file, message)
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            _ => Err(MailError::Folder),
        }
    }
}
