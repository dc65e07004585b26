//! Looking inside a machine.

use super::VirtualMachine;
use crate::schedule::{Task, TaskId, Wait};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskState {
    Running,
    Ready,
    Waiting,
    Paused,
    Cancelling,
}

impl TaskState {
    pub fn word(self) -> &'static str {
        match self {
            TaskState::Running => "running",
            TaskState::Ready => "ready",
            TaskState::Waiting => "waiting",
            TaskState::Paused => "paused",
            TaskState::Cancelling => "cancelling",
        }
    }
}

/// One task as the host sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskInfo {
    pub id: TaskId,
    /// The task that started it; 0 for a main task, or if that has ended.
    pub parent: TaskId,
    /// Of the function that it began with.
    pub name: String,
    pub state: TaskState,
    /// In words; empty unless it waits.
    pub waits_for: String,
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// Where it was started: line and column, if by a script.
    pub spawned: Option<(u32, u32)>,
    pub fuel: u64,
    /// Milliseconds since it was started.
    pub age_ms: f64,
}

/// What a machine uses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Fuel of all runs that are alive.
    pub fuel: u64,
    pub heap_bytes: usize,
    pub peak_heap_bytes: usize,
    pub tasks: usize,
    pub pending_operations: usize,
    /// Open subscriptions, and promises of events, bars and ticks that have not come.
    pub subscriptions: usize,
    /// Events that nobody has waited for.
    pub queued_events: usize,
    /// Events and bars that full buffers had no room for, since the machine was made.
    pub dropped_events: u64,
    pub output_bytes: usize,
    pub collections: u64,
}

impl VirtualMachine {
    /// All tasks alive, by number.
    pub fn tasks(&self) -> Vec<TaskInfo> {
        let mut tasks: Vec<TaskInfo> = self.scheduler.tasks().map(|task| self.task_info(task)).collect();
        tasks.sort_unstable_by_key(|task| task.id);
        tasks
    }

    /// One task, if it is alive.
    pub fn task(&self, id: TaskId) -> Option<TaskInfo> {
        self.scheduler.find_task(id).map(|task| self.task_info(task))
    }

    fn task_info(&self, task: &Task) -> TaskInfo {
        let vm = &self.scheduler.vm;
        let place = |(function, ip): (u32, u32)| {
            let loaded = &vm.functions[function as usize];
            let position = loaded.program.source.position(vm.span_of(function, ip).start);
            (loaded.program.source.name().to_string(), position.line, position.column)
        };
        let (file, line, column) = self.scheduler.position(task).map(place).unwrap_or_default();
        let state = if self.scheduler.is_running(task) {
            TaskState::Running
        } else if task.unwinding || task.cancelled {
            TaskState::Cancelling
        } else if task.paused {
            TaskState::Paused
        } else if task.wait == Wait::None || task.wait == Wait::Start {
            TaskState::Ready
        } else {
            TaskState::Waiting
        };
        let waits_for = if state == TaskState::Waiting { self.scheduler.waits_for(task.wait) } else { String::new() };
        TaskInfo {
            id: task.id,
            parent: task.parent,
            name: self.scheduler.task_name(task),
            state,
            waits_for,
            file,
            line,
            column,
            spawned: task.spawned.map(place).map(|(_, line, column)| (line, column)),
            fuel: task.fuel,
            age_ms: self.scheduler.time() - task.started,
        }
    }

    pub fn usage(&self) -> Usage {
        let runs = self.scheduler.runs().iter().filter(|run| run.active);
        let (mut fuel, mut output_bytes) = (0, 0);
        for run in runs {
            fuel += run.fuel;
            output_bytes += run.output_bytes;
        }
        Usage {
            fuel,
            heap_bytes: self.heap().used_bytes(),
            peak_heap_bytes: self.heap().peak_bytes(),
            tasks: self.scheduler.task_count(),
            pending_operations: self.scheduler.pending_operations(),
            subscriptions: self.scheduler.subscriptions(),
            queued_events: self.scheduler.queued_events(),
            dropped_events: self.scheduler.dropped_events(),
            output_bytes,
            collections: self.scheduler.collections(),
        }
    }
}
