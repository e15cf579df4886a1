package io.jpm.console.session;

import io.vertx.core.Future;

/// A command of the command line. It runs on ConsoleVerticle's context and must not block it.
@FunctionalInterface
public interface ConsoleCommand {
  /// Runs the command. The returned future completes when the command has finished. A
  /// [io.jpm.console.cli.CommandFailure] is shown to the user; any other failure is a bug in jpm.
  Future<ExitCode> run(CommandCall commandCall);
}
