package io.jpm.console.session;

import io.vertx.core.Future;

/// Carries out one command, on the verticle's context and without blocking it.
@FunctionalInterface
public interface ConsoleCommand {
  /// Done when the command is; a [io.jpm.console.cli.CommandFailure] is told to the user, anything
  /// else is a defect.
  Future<ExitCode> run(CommandCall commandCall);
}
