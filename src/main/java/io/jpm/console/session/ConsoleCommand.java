package io.jpm.console.session;

import io.vertx.core.Future;

/// Runs one command on the verticle's context, without blocking it.
@FunctionalInterface
public interface ConsoleCommand {
  /// Runs the command. The returned future completes when the command has finished. A
  /// [io.jpm.console.cli.CommandFailure] is shown to the user; any other failure is a defect.
  Future<ExitCode> run(CommandCall commandCall);
}
