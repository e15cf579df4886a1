package io.jpm.console;

import io.jpm.wire.ConsoleRequest;

/// One command to be carried out.
///
/// @param request what the client sent
/// @param arguments the words of the command
/// @param session where its output goes
record Call(ConsoleRequest request, Arguments arguments, Session session) {}
