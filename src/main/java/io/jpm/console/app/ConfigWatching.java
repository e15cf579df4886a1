package io.jpm.console.app;

import io.jpm.bus.god.AppFile;
import io.jpm.bus.god.GodCommand;
import io.jpm.config.AppsOutcome;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.DaemonClient;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.stream.Collectors;

/// Enables or disables the watching of a process file, which applies every edit of the file. It is
/// enabled by `--watch-config` or by `hot: true` in the file, and disabled by `--no-watch-config`.
/// Without any of these, the current setting is kept.
///
/// @param file the process file; empty if it was read from standard input
record ConfigWatching(DaemonClient daemonClient, CommandCall commandCall, Optional<Path> file) {
  /// Fails with a message for the user if the options contradict each other or require a file.
  Future<Void> validate() {
    boolean on = has(VerbOption.WATCH_CONFIG);
    if (on && has(VerbOption.NO_WATCH_CONFIG)) {
      return Future.failedFuture(
          new CommandFailure(
              "--watch-config and --no-watch-config cannot be combined: use one of them"));
    }
    return on && file.isEmpty()
        ? Future.failedFuture(
            new CommandFailure("--watch-config requires a file: standard input cannot be watched"))
        : Future.succeededFuture();
  }

  private boolean has(VerbOption option) {
    return commandCall.arguments().has(option);
  }

  /// Starts or stops watching the file, if this was requested.
  Future<Void> apply(AppsOutcome outcome) {
    boolean off = has(VerbOption.NO_WATCH_CONFIG);
    boolean on = has(VerbOption.WATCH_CONFIG) || (outcome.watchRequested() && !off);
    if (file.isEmpty() || (!on && !off)) {
      return Future.succeededFuture();
    }
    var apps = outcome.apps().stream().map(AppSpec::name).collect(Collectors.toSet());
    Optional<AppFile.WatchContext> reading = on ? Optional.of(reading()) : Optional.empty();
    return daemonClient
        .executeOrFail(new GodCommand.WatchFile(new AppFile(file.get(), apps, reading)))
        .compose(_ -> daemonClient.checkFiles())
        .onSuccess(_ ->
            commandCall
                .session()
                .info(
                    on
                        ? "Watching %s: every edit is applied".formatted(file.get())
                        : "No longer watching %s".formatted(file.get())));
  }

  private AppFile.WatchContext reading() {
    return new AppFile.WatchContext(
        Path.of(commandCall.request().cwd()),
        commandCall.request().environment(),
        commandCall.arguments().value(VerbOption.ENV),
        new HashSet<>(FileApps.onlyNames(commandCall.arguments())),
        has(VerbOption.WATCH_CONFIG));
  }
}
