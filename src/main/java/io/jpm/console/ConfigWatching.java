package io.jpm.console;

import io.jpm.bus.AppFile;
import io.jpm.bus.GodCommand;
import io.jpm.config.AppsOutcome;
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
record ConfigWatching(Rooms rooms, Call call, Optional<Path> place) {
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
    return call.arguments().has(option);
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
    return rooms
        .obeyed(new GodCommand.WatchFile(new AppFile(place.get(), apps, reading)))
        .compose(_ -> rooms.lookAtFiles())
        .onSuccess(_ ->
            call.session()
                .info(
                    on
                        ? "%s is applied whenever it is edited".formatted(place.get())
                        : "%s is not watched".formatted(place.get())));
  }

  private AppFile.Reading reading() {
    return new AppFile.Reading(
        Path.of(call.request().cwd()),
        call.request().environment(),
        call.arguments().value(VerbOption.ENV),
        new HashSet<>(FileApps.onlyNames(call.arguments())),
        has(VerbOption.WATCH_CONFIG));
  }
}
