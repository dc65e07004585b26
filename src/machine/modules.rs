//! Linking: a program that imports modules begins when their texts are there.
//!
//! The host is asked for each text by a [`Message::LoadModule`] and answers with [`VirtualMachine::deliver_module`].
//! What a module exports is read off its text, so that names mean the same whether the modules have run or not.

use super::{Catalog, Diagnostics, Entry, Message, StartError, StartOptions, VirtualMachine, start_error};
use crate::bytecode::Program;
use crate::compile::{self, Interfaces, Surroundings};
use crate::diagnostic::Style;
use crate::runtime::{ErrorKind, Limits, Raise};
use crate::schedule::TaskId;
use crate::source::Source;
use crate::syntax::{self, ast::Tree};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The text of a module.
#[derive(Clone, Debug)]
pub struct ModuleText {
    /// What reports call it.
    pub file: String,
    pub text: String,
}

/// Why there is no text.
#[derive(Clone, Debug)]
pub enum ModuleFailure {
    /// `Module not found: m`, and the hint after a semicolon.
    NotFound {
        hint: Option<String>,
    },
    Failed {
        message: String,
    },
}

/// What is known of a module.
enum Found {
    Text {
        source: Arc<Source>,
        tree: Tree,
    },
    /// The message of the error that importing it raises.
    Error(String),
}

/// A run whose modules are not all there.
struct Linking {
    task: TaskId,
    /// What the main task waits for.
    operation: u64,
    program: Arc<Program>,
    /// Texts that the host was asked for, by operation.
    loads: FxHashMap<u64, Arc<str>>,
    found: FxHashMap<Arc<str>, Found>,
}

/// The name of a module, and its text or the error of importing it.
type ModuleState = (Arc<str>, Result<Arc<str>, String>);

/// A program that was linked before, with what its modules were then.
struct Linked {
    program: Arc<Program>,
    /// As it was compiled with its modules.
    compiled: Arc<Program>,
    modules: Vec<ModuleState>,
    main: u32,
}

/// The machine's part of linking.
#[derive(Default)]
pub(super) struct Modules {
    linking: Vec<Linking>,
    linked: Vec<Linked>,
    messages: Vec<Message>,
}

/// How many linked programs are remembered, so that running one again loads nothing again.
const MOST_LINKED: usize = 32;

impl VirtualMachine {
    /// Begins the run of a program that imports modules.
    pub(super) fn start_linking(
        &mut self,
        program: &Arc<Program>,
        options: StartOptions,
        limits: &Limits,
    ) -> Result<TaskId, StartError> {
        let (task, operation) = self.scheduler.begin_linking(options.arguments, limits).map_err(start_error)?;
        let mut linking = Linking {
            task,
            operation,
            program: program.clone(),
            loads: FxHashMap::default(),
            found: FxHashMap::default(),
        };
        match self.request(&mut linking, &program.modules) {
            Ok(()) => self.modules.linking.push(linking),
            Err(raise) => self.scheduler.fail_linking(task, operation, raise),
        }
        Ok(task)
    }

    /// Asks the host for the texts of modules that it has not been asked for.
    fn request(&mut self, linking: &mut Linking, modules: &[Arc<str>]) -> Result<(), Raise> {
        for name in modules {
            if linking.found.contains_key(name) || linking.loads.values().any(|other| other == name) {
                continue;
            }
            if let Some(id) = self.scheduler.linking_operation(linking.task)? {
                linking.loads.insert(id, name.clone());
                self.modules.messages.push(Message::LoadModule { id, name: name.clone() });
            }
        }
        Ok(())
    }

    /// The host's answer to [`Message::LoadModule`]: only marks tasks as ready. False if nobody waits for it.
    pub fn deliver_module(&mut self, id: u64, result: Result<ModuleText, ModuleFailure>) -> bool {
        let given = self.recorded(|machine| machine.written_module(&result));
        let accepted = self.take_module(id, result);
        if let Some(answer) = given {
            self.note(Entry::Module { id, answer, accepted });
        }
        accepted
    }

    fn take_module(&mut self, id: u64, result: Result<ModuleText, ModuleFailure>) -> bool {
        let alive = |linking: &Linking| self.scheduler.find_task(linking.task).is_some();
        self.modules.linking.retain(alive);
        let Some(at) = self.modules.linking.iter().position(|linking| linking.loads.contains_key(&id)) else {
            return false;
        };
        self.scheduler.end_linking_operation(id);
        let mut linking = self.modules.linking.swap_remove(at);
        let Some(name) = linking.loads.remove(&id) else { return false };
        let mut imported = Vec::new();
        let found = match result {
            Ok(ModuleText { file, text }) => {
                let source = Arc::new(Source::new(&file, &text));
                let parsed = syntax::parse(source.text());
                if parsed.diagnostics.is_empty() {
                    imported = compile::imported_modules(&parsed.tree);
                    Found::Text { source, tree: parsed.tree }
                } else {
                    Found::Error(faulty(&name, &Diagnostics { source, list: parsed.diagnostics }))
                }
            }
            Err(ModuleFailure::NotFound { hint: None }) => Found::Error(format!("Module not found: {name}")),
            Err(ModuleFailure::NotFound { hint: Some(hint) }) => {
                Found::Error(format!("Module not found: {name}; {hint}"))
            }
            Err(ModuleFailure::Failed { message }) => Found::Error(message),
        };
        linking.found.insert(name, found);
        if let Err(raise) = self.request(&mut linking, &imported) {
            self.scheduler.fail_linking(linking.task, linking.operation, raise);
        } else if linking.loads.is_empty() {
            self.link(linking);
        } else {
            self.modules.linking.push(linking);
        }
        true
    }

    /// All texts are there.
    fn link(&mut self, linking: Linking) {
        let Linking { task, operation, program, found, .. } = linking;
        match self.linked_main(&program, found) {
            Ok(main) => self.scheduler.begin_linked(task, operation, main),
            Err(message) => {
                let raise = Raise::new(ErrorKind::Import, message);
                self.scheduler.fail_linking(task, operation, raise);
            }
        }
    }

    /// The top-level function of a program, compiled and loaded with its modules.
    fn linked_main(&mut self, program: &Arc<Program>, found: FxHashMap<Arc<str>, Found>) -> Result<u32, String> {
        let mut found: Vec<(Arc<str>, Found)> = found.into_iter().collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let modules: Vec<ModuleState> = found
            .iter()
            .map(|(name, found)| match found {
                Found::Text { source, .. } => (name.clone(), Ok(Arc::from(source.text()))),
                Found::Error(message) => (name.clone(), Err(message.clone())),
            })
            .collect();
        let catalog = self.catalog();
        let before = self.modules.linked.iter().find(|linked| {
            Arc::ptr_eq(&linked.program, program) && linked.modules == modules && !catalog.makes_stale(&linked.compiled)
        });
        if let Some(linked) = before {
            let (compiled, main) = (linked.compiled.clone(), linked.main);
            self.scheduler.vm.define_functions(&compiled, main);
            return Ok(main);
        }
        let interfaces: Interfaces = found
            .iter()
            .filter_map(|(name, found)| match found {
                Found::Text { tree, .. } => Some((name.clone(), compile::interface(tree))),
                Found::Error(_) => None,
            })
            .collect();
        let numbers: FxHashMap<Arc<str>, u32> =
            found.iter().map(|(name, _)| (name.clone(), self.scheduler.vm.add_module(name))).collect();
        for (name, found) in found {
            let main = self.module_main(&name, found, &catalog, &interfaces, &numbers);
            if let Some(module) = numbers.get(&name).and_then(|&at| self.scheduler.vm.modules.get_mut(at as usize)) {
                module.main = main;
            }
        }
        let (tree, blocks) = match program.test {
            None => (syntax::parse(program.source.text()).tree, Vec::new()),
            Some(_) => super::tests::blocks(&program.source).map_err(|found| found.render(Style::Plain))?,
        };
        let test = program.test.and_then(|number| Some((number, blocks.get(number as usize)?)));
        let around = Surroundings {
            modules: Some(&interfaces),
            test,
            interactive: program.interactive,
            ..catalog.surroundings()
        };
        let compiled = compile::compile(program.source.clone(), &tree, around)
            .map(Arc::new)
            .map_err(|list| Diagnostics { source: program.source.clone(), list }.render(Style::Plain))?;
        let main = self.load_with(&compiled, &numbers)?;
        if self.modules.linked.len() == MOST_LINKED {
            self.modules.linked.remove(0);
        }
        self.modules.linked.push(Linked { program: program.clone(), compiled, modules, main });
        Ok(main)
    }

    fn module_main(
        &mut self,
        name: &Arc<str>,
        found: Found,
        catalog: &Catalog,
        interfaces: &Interfaces,
        numbers: &FxHashMap<Arc<str>, u32>,
    ) -> Result<u32, String> {
        let (source, tree) = match found {
            Found::Text { source, tree } => (source, tree),
            Found::Error(message) => return Err(message),
        };
        let around = Surroundings {
            replaced: &catalog.replaced,
            module: Some(name),
            modules: Some(interfaces),
            ..Surroundings::default()
        };
        match compile::compile(source.clone(), &tree, around) {
            Ok(program) => self.load_with(&Arc::new(program), numbers),
            Err(list) => Err(faulty(name, &Diagnostics { source, list })),
        }
    }

    fn load_with(&mut self, program: &Arc<Program>, numbers: &FxHashMap<Arc<str>, u32>) -> Result<u32, String> {
        let number = |module: &str| numbers.get(module).copied().unwrap_or(u32::MAX);
        let loaded = self.scheduler.vm.load_linked(program, &number);
        loaded.map_err(|_| StartError::TooManyNames.to_string())
    }

    pub(super) fn has_link_messages(&self) -> bool {
        !self.modules.messages.is_empty()
    }

    pub(super) fn take_link_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.modules.messages)
    }
}

/// The message of importing a module that does not compile.
fn faulty(name: &str, found: &Diagnostics) -> String {
    format!("Module '{name}' does not compile:\n{}", found.render(Style::Plain).trim_end())
}
