//! Files that go out: written whole, or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::{Error, ErrorKind};
use crate::diagnostic::refused;

/// How the names of files end that are not complete.
const PART: &str = ".part";

/// A folder for results.
///
/// Its files are written under a temporary name and get their own only when all of them are complete and on the disk: who finds `decisions.csv` finds
/// all of it.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
}

impl OutputFolder {
    /// A folder that is made if it is not there. One with anything in it is refused, unless files in it may be replaced.
    ///
    /// # Errors
    /// If it is not empty, or cannot be made.
    pub fn create(path: impl AsRef<Path>, replace: bool) -> Result<OutputFolder, Error> {
        let path = path.as_ref().to_owned();
        let name = path.display().to_string();
        fs::create_dir_all(&path).map_err(|e| Error::io(&name, refused::cannot_be_made_a_folder, e))?;
        for entry in fs::read_dir(&path).map_err(|e| Error::io(&name, refused::cannot_be_read, e))? {
            let file = entry.map_err(|e| Error::io(&name, refused::cannot_be_read, e))?.file_name();
            // What a run that was broken off has left behind is nobody's result.
            let left_behind = file.to_str().is_some_and(|f| f.starts_with('.') && f.ends_with(PART));
            if !replace && !left_behind {
                return Err(Error::new(ErrorKind::NotEmpty, &name, refused::folder_not_empty()));
            }
        }
        Ok(OutputFolder { path })
    }

    /// Begins a file.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn file(&self, name: &str) -> Result<OutputFile, Error> {
        let path = self.path.join(name);
        let temporary = self.path.join(format!(".{name}.{}{PART}", std::process::id()));
        let shown = path.display().to_string();
        let file = File::create(&temporary).map_err(|e| Error::io(&shown, refused::cannot_be_written, e))?;
        let file = OutputFile { path, shown, temporary, writer: Some(BufWriter::with_capacity(1 << 16, file)), failed: None };
        file.can_be_named()?;
        Ok(file)
    }

    /// Completes files: all of them are brought to the disk before the first gets its name. The last of them gets its own last, and what had it before is gone
    /// before the first is replaced: where the last file is, all of them are, and belong together, even after a kill.
    ///
    /// # Errors
    /// If anything could not be written; then no file of those has its name.
    pub fn complete(&self, mut files: Vec<OutputFile>) -> Result<(), Error> {
        for file in &mut files {
            file.settle()?;
            file.can_be_named()?;
        }
        if let [_, .., last] = files.as_slice()
            && last.path.exists()
        {
            fs::remove_file(&last.path).map_err(|e| last.error(e))?;
        }
        for file in &mut files {
            fs::rename(&file.temporary, &file.path).map_err(|e| Error::io(&file.shown, refused::cannot_be_written, e))?;
        }
        // The names are in the folder's own data. Some systems cannot sync a folder, which is no fault of the files.
        if let Ok(folder) = File::open(&self.path) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

/// A file being written. What fails is told by [`OutputFolder::complete`] too; one that is dropped before leaves nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    shown: String,
    temporary: PathBuf,
    writer: Option<BufWriter<File>>,
    failed: Option<std::io::Error>,
}

impl OutputFile {
    /// An error of writing as one that names the file.
    pub fn error(&self, error: std::io::Error) -> Error {
        Error::io(&self.shown, refused::cannot_be_written, error)
    }

    /// A folder cannot be replaced by a file.
    fn can_be_named(&self) -> Result<(), Error> {
        if self.path.is_dir() { Err(self.error(std::io::ErrorKind::IsADirectory.into())) } else { Ok(()) }
    }

    fn settle(&mut self) -> Result<(), Error> {
        let done = match (self.failed.take(), self.writer.take()) {
            (Some(error), _) => Err(error),
            (None, Some(writer)) => writer.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(|file| file.sync_all()),
            (None, None) => Ok(()),
        };
        done.map_err(|e| Error::io(&self.shown, refused::cannot_be_written, e))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = match &mut self.writer {
            Some(writer) => writer.write(bytes),
            None => Err(std::io::Error::other("the file is closed")),
        };
        if let Err(error) = &written {
            self.failed = Some(std::io::Error::new(error.kind(), error.to_string()));
        }
        written
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        drop(self.writer.take());
        // After completion there is no such file any more.
        let _ = fs::remove_file(&self.temporary);
    }
}
