package io.jpm.console;

import io.jpm.wire.ConsoleRequest;

/// One command to be carried out.
///
/// @param request what the client sent
/// @param arguments the words of the command
/// @param session where its output goes
/// @param audit whom to tell of changes that the command line does not name
record Call(ConsoleRequest request, Arguments arguments, Session session, Audit audit) {
  /// Who writes down what somebody has changed.
  interface Audit {
    /// A change was tried.
    ///
    /// @param done whether it was done
    void tell(ConsoleAudit.Change change, boolean done);
  }
}
