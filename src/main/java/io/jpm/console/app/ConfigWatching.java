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

/// Whether a process file that is started is applied again whenever it is edited: `--watch-config`,
/// `--no-watch-config`, or `hot: true` in it. Otherwise that stays as it was.
///
/// @param place the file; empty: it came on standard input
record ConfigWatching(DaemonClient daemonClient, CommandCall commandCall, Optional<Path> place) {
  /// Fails where that cannot be.
  Future<Void> checked() {
    boolean on = has(VerbOption.WATCH_CONFIG);
    if (on && has(VerbOption.NO_WATCH_CONFIG)) {
      return Future.failedFuture(
          new CommandFailure("--watch-config and --no-watch-config: give one of them"));
    }
    return on && place.isEmpty()
        ? Future.failedFuture(
            new CommandFailure("--watch-config watches a file, and standard input is none"))
        : Future.succeededFuture();
  }

  private boolean has(VerbOption option) {
    return commandCall.arguments().has(option);
  }

  /// Has the file watched, or not.
  Future<Void> settle(AppsOutcome outcome) {
    boolean off = has(VerbOption.NO_WATCH_CONFIG);
    boolean on = has(VerbOption.WATCH_CONFIG) || (outcome.hot() && !off);
    if (place.isEmpty() || (!on && !off)) {
      return Future.succeededFuture();
    }
    var apps = outcome.apps().stream().map(AppSpec::name).collect(Collectors.toSet());
    Optional<AppFile.Reading> reading = on ? Optional.of(reading()) : Optional.empty();
    return daemonClient
        .executeOrFail(new GodCommand.WatchFile(new AppFile(place.get(), apps, reading)))
        .compose(_ -> daemonClient.checkFiles())
        .onSuccess(_ ->
            commandCall
                .session()
                .info(
                    on
                        ? "%s is applied whenever it is edited".formatted(place.get())
                        : "%s is not watched".formatted(place.get())));
  }

  private AppFile.Reading reading() {
    return new AppFile.Reading(
        Path.of(commandCall.request().cwd()),
        commandCall.request().environment(),
        commandCall.arguments().value(VerbOption.ENV),
        new HashSet<>(FileApps.onlyNames(commandCall.arguments())),
        has(VerbOption.WATCH_CONFIG));
  }
}
