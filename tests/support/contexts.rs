//! The cooperative interface, in the words of the tests.

use super::{Answer, Host, Options};
use ruff_lang::machine::{Data, VmContextId, VmError, VmExecutionResult, WaitType};

/// A host with one function, `fetch`, whose promises the test settles.
pub fn host() -> Host {
    let mut host = Host::new(&Options::default());
    host.add_function("fetch", |_| Answer::Pending);
    host
}

pub fn execute(host: &mut Host, text: &str) -> Result<VmExecutionResult, VmError> {
    let program = host.compile(text);
    let result = host.vm.execute_until_suspend(&program);
    host.take_messages();
    result
}

pub fn resume(host: &mut Host, id: VmContextId) -> Result<VmExecutionResult, VmError> {
    let result = host.vm.resume_execution_context(id);
    host.take_messages();
    result
}

/// The context, and the number of the promise that it waits for.
pub fn suspended(result: Result<VmExecutionResult, VmError>) -> (VmContextId, u64) {
    match result {
        Ok(VmExecutionResult::Suspended { context_id, info }) => match info.wait_type {
            WaitType::Future { id } => (context_id, id),
            other => panic!("waits for {other:?}"),
        },
        other => panic!("not suspended: {other:?}"),
    }
}

pub fn completed(host: &mut Host, result: Result<VmExecutionResult, VmError>) -> Data {
    match result {
        Ok(VmExecutionResult::Completed(value)) => host.vm.export(value).expect("plain data"),
        other => panic!("not completed: {other:?}"),
    }
}

pub fn ended<T: std::fmt::Debug>(result: Result<T, VmError>) -> String {
    result.expect_err("it is refused").to_string()
}

pub fn list(items: &[&str]) -> Data {
    Data::List(items.iter().map(|&item| item.into()).collect())
}

pub fn assert_nothing_left(host: &mut Host) {
    assert_eq!(host.left(), "");
    assert_eq!(host.vm.pending_execution_context_count(), 0);
    assert!(host.vm.list_execution_context_ids().is_empty());
    assert_eq!(host.vm.active_execution_context_id(), None);
}
