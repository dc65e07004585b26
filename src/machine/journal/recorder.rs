//! Writes down what a host does with its machine.

use super::{Answer, Entry, Head, Journal, JournalValue, LARGEST_JOURNAL, MOST_READINGS, ModuleAnswer, Writer, digest};
use crate::machine::{ModuleFailure, ModuleText, VirtualMachine};
use crate::schedule::{HostError, HostReply, Stop};
use crate::source::Source;
use crate::value::Value;
use crate::vm::{Clock, Readings};
use rustc_hash::FxHashMap;

/// A journal that is being written.
pub(crate) struct Recorder {
    head: Head,
    writer: Writer,
    /// Bytes that it may have.
    most: usize,
    full: bool,
    /// Numbers of the texts that are in it, by digest.
    sources: FxHashMap<u64, u32>,
    /// The last run of slices, which may go on, and what was read from the clock meanwhile.
    running: Option<(Entry, Vec<f64>)>,
    /// What all runs had used up at the last entry.
    spent: u64,
}

impl Recorder {
    fn write(&mut self, entry: &Entry, readings: &[f64]) {
        if self.full {
            return;
        }
        let before = (self.writer.bytes.len(), self.writer.last);
        self.writer.write(entry, readings);
        if self.writer.bytes.len() > self.most {
            self.writer.bytes.truncate(before.0);
            self.writer.last = before.1;
            self.full = true;
        }
    }

    fn flush(&mut self) {
        if let Some((entry, readings)) = self.running.take() {
            self.write(&entry, &readings);
        }
    }

    /// The number of a text, which is put into the journal if it is new.
    fn source(&mut self, file: &str, text: &str) -> u32 {
        let key = digest(&[file.as_bytes(), &[0], text.as_bytes()]);
        let next = self.sources.len() as u32;
        match self.sources.get(&key) {
            Some(&number) => number,
            None => {
                self.flush();
                self.write(&Entry::Source { file: file.to_string(), text: text.to_string() }, &[]);
                self.sources.insert(key, next);
                next
            }
        }
    }
}

impl VirtualMachine {
    /// Writes a journal from now on, of at most so many bytes, or [`LARGEST_JOURNAL`]. A journal that is full ends early,
    /// and the machine goes on. False if something has happened with the machine already.
    ///
    /// What a host keeps alive by [`VirtualMachine::pin`] is not in the journal.
    pub fn record(&mut self, most_bytes: Option<usize>) -> bool {
        if !self.scheduler.is_new() || self.function_count > 0 || self.recorder.is_some() {
            return false;
        }
        let most = most_bytes.unwrap_or(LARGEST_JOURNAL);
        let vm = &mut self.scheduler.vm;
        let clock = match vm.clock {
            Clock::Virtual(now) => Some(now),
            Clock::Host(_) => {
                let kept = crate::vm::KeptReadings { most: MOST_READINGS.min(most / 2), ..Default::default() };
                vm.readings = Readings::Kept(kept.into());
                None
            }
        };
        let head = Head {
            recorder: env!("CARGO_PKG_VERSION").to_string(),
            limits: self.limits.clone(),
            capabilities: vm.kept.capabilities,
            clock,
            entropy: vm.kept.draw_entropy(),
        };
        self.recorder = Some(Box::new(Recorder {
            head,
            writer: Writer::default(),
            most,
            full: false,
            sources: FxHashMap::default(),
            running: None,
            spent: 0,
        }));
        if !self.scheduler.deliveries_expected() {
            self.note(Entry::Expect { deliveries: false });
        }
        true
    }

    /// What has been recorded so far.
    pub fn journal(&self) -> Option<Journal> {
        let recorder = self.recorder.as_ref()?;
        let mut writer = Writer { bytes: recorder.writer.bytes.clone(), last: recorder.writer.last };
        if recorder.full {
            writer.write(&Entry::Full, &[]);
        } else if let Some((entry, readings)) = &recorder.running {
            writer.write(entry, readings);
        }
        Some(Journal { head: recorder.head.clone(), entries: writer.bytes })
    }

    /// What `given` tells, if there is a journal for it.
    pub(in crate::machine) fn recorded<T>(&mut self, given: impl FnOnce(&mut VirtualMachine) -> T) -> Option<T> {
        if self.recorder.is_some() { Some(given(self)) } else { None }
    }

    /// What the machine has read from its clock since the last entry.
    fn take_readings(&mut self) -> Vec<f64> {
        let Readings::Kept(kept) = &self.scheduler.vm.readings else { return Vec::new() };
        let mut kept = kept.borrow_mut();
        if std::mem::take(&mut kept.overflown)
            && let Some(recorder) = &mut self.recorder
        {
            recorder.full = true;
        }
        std::mem::take(&mut kept.readings)
    }

    /// Puts an entry into the journal, if there is one, after what it tells has been done.
    pub(in crate::machine) fn note(&mut self, entry: Entry) {
        if self.recorder.is_none() {
            return;
        }
        let readings = self.take_readings();
        if let Some(recorder) = &mut self.recorder {
            recorder.flush();
            recorder.write(&entry, &readings);
        }
    }

    pub(in crate::machine) fn note_with(&mut self, entry: impl FnOnce() -> Entry) {
        if self.recorder.is_some() {
            self.note(entry());
        }
    }

    /// The same for a slice. Slices of the same size are one entry until one of them stops otherwise.
    pub(in crate::machine) fn note_run(&mut self, fuel: u64, stop: Stop) {
        let readings = self.take_readings();
        let now = self.scheduler.spent();
        let Some(recorder) = &mut self.recorder else { return };
        let used = now - std::mem::replace(&mut recorder.spent, now);
        if let Some((Entry::Run { fuel: before, slices, stop: last, spent }, kept)) = &mut recorder.running
            && *before == fuel
            && *last == Stop::Yielded
            && kept.len() + readings.len() <= MOST_READINGS
        {
            *slices += 1;
            *spent += used;
            *last = stop;
            kept.extend(readings);
            return;
        }
        recorder.flush();
        recorder.running = Some((Entry::Run { fuel, slices: 1, stop, spent: used }, readings));
    }

    pub(in crate::machine) fn note_turn(&mut self, stop: Stop) {
        let now = self.scheduler.spent();
        let Some(recorder) = &mut self.recorder else { return };
        let spent = now - std::mem::replace(&mut recorder.spent, now);
        self.note(Entry::Turn { stop, spent });
    }

    pub(in crate::machine) fn source_number(&mut self, source: &Source) -> u32 {
        match &mut self.recorder {
            Some(recorder) => recorder.source(source.name(), source.text()),
            None => 0,
        }
    }

    pub(in crate::machine) fn written_all(&self, values: &[Value]) -> Vec<JournalValue> {
        values.iter().map(|&value| self.written(value)).collect()
    }

    pub(in crate::machine) fn written_result(
        &self,
        result: &Result<Value, HostError>,
    ) -> Result<JournalValue, HostError> {
        match result {
            Ok(value) => Ok(self.written(*value)),
            Err(error) => Err(error.clone()),
        }
    }

    pub(in crate::machine) fn written_module(&mut self, found: &Result<ModuleText, ModuleFailure>) -> ModuleAnswer {
        match found {
            Ok(ModuleText { file, text }) => {
                let number = self.recorder.as_mut().map_or(0, |recorder| recorder.source(file, text));
                ModuleAnswer::Source(number)
            }
            Err(ModuleFailure::NotFound { hint }) => ModuleAnswer::NotFound { hint: hint.clone() },
            Err(ModuleFailure::Failed { message }) => ModuleAnswer::Failed { message: message.clone() },
        }
    }

    /// The entry of an answer to the host call that the machine waits for.
    pub(in crate::machine) fn written_reply(&self, reply: &HostReply) -> Option<Entry> {
        let call = self.scheduler.host_call()?;
        let answer = match reply {
            HostReply::Value(value) => Answer::Settled(Ok(self.written(*value))),
            HostReply::Error(error) => Answer::Settled(Err(error.clone())),
            HostReply::Pending => Answer::Pending(None),
        };
        let arguments = self.digest_of(&call.arguments);
        Some(Entry::Reply { task: call.task, function: call.function, arguments, answer })
    }
}
