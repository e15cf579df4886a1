package io.jpm.console;

import io.vertx.core.Future;

/// Carries out one command, on the verticle's context and without blocking it.
@FunctionalInterface
interface ConsoleCommand {
  /// Done when the command is; a [CommandFailure] is told to the user, anything else is a defect.
  Future<ExitCode> run(Call call);
}
