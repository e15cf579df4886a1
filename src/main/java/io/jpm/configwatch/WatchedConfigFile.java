package io.jpm.configwatch;

import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.AppFile;
import io.jpm.bus.god.ConfigWatchReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.config.AppsOutcome;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.command.CallerContext;
import io.jpm.config.values.Problem;
import io.jpm.model.AppSpec;
import io.jpm.model.Triggers;
import io.jpm.triggers.FileWatcher;
import io.jpm.triggers.WatchHandle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One watched process file. Editors may write a file in several steps. Therefore an edit is
/// applied only if the content has not changed for [#QUIET_MILLIS] and does not change while it is
/// read. Edits that are made while another edit is being applied are processed afterwards. Confined
/// to the context of ConfigWatchVerticle.
final class WatchedConfigFile {
  private static final Logger LOG = System.getLogger("jpm.configwatch");
  private static final long QUIET_MILLIS = 500;

  private final Context context;
  private final Supplier<ProcessFileReader> reader;
  private final FileWatcher.Opening opening;
  private final FileTrust trust;
  private final Function<GodCommand, Future<GodReply>> god;
  private AppFile file;
  private @Nullable WatchHandle watchHandle;
  private List<String> problems = List.of();

  /// The content that was most recently applied or rejected.
  private Optional<FileFingerprint> judged = Optional.empty();

  private boolean busy;
  private boolean again;
  private boolean closed;

  /// The result of reading the file, and its fingerprints before and after the read.
  private record Reading(FileFingerprint before, AppsOutcome outcome, FileFingerprint after) {}

  /// @param opening opens files to determine whether they have changed
  /// @param trust reports whether another user could have written the file
  /// @param god sends commands to God
  WatchedConfigFile(
      Context context,
      AppFile file,
      FileWatcher.Opening opening,
      FileTrust trust,
      Supplier<ProcessFileReader> reader,
      Function<GodCommand, Future<GodReply>> god) {
    this.context = context;
    this.file = file;
    this.opening = opening;
    this.trust = trust;
    this.reader = reader;
    this.god = god;
  }

  Path path() {
    return file.file();
  }

  AppFile described() {
    return file;
  }

  /// Updates the record of the file, which contains the apps that were loaded from it.
  void describe(AppFile now) {
    file = now;
  }

  /// Returns the problems of the current content; empty if there are none.
  Optional<ConfigWatchReply.RejectedFile> trouble() {
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(new ConfigWatchReply.RejectedFile(file.file(), file.apps(), problems));
  }

  /// Starts watching. An edit made before the start is applied too.
  void begin(FileWatcher watch) {
    var files = new Triggers.Watch(List.of(file.file()), List.of(), Duration.ZERO);
    WatchHandle begun =
        watch.watch(
            files,
            Instant.MAX,
            _ -> context.runOnContext(_ -> changed()),
            trouble -> LOG.log(Level.WARNING, "{0}", trouble));
    watchHandle = begun;
    begun.ready().thenRun(() -> context.runOnContext(_ -> changed()));
  }

  void close() {
    closed = true;
    if (watchHandle != null) {
      watchHandle.close();
    }
  }

  private void changed() {
    if (busy || closed) {
      again = true;
      return;
    }
    busy = true;
    settled(Optional.empty())
        .compose(this::judge)
        .onFailure(error ->
            LOG.log(
                Level.ERROR, "the latest edit of " + file.file() + " could not be applied", error))
        .onComplete(_ -> {
          busy = false;
          if (again && !closed) {
            again = false;
            changed();
          }
        });
  }

  /// Waits until the file no longer changes, and reads it. The result is empty if the content has
  /// already been processed, if the file must not be read, or if this object has been closed.
  private Future<Optional<Reading>> settled(Optional<FileFingerprint> before) {
    return blocking(this::mark)
        .compose(mark -> {
          if (closed || judged.filter(mark::equals).isPresent()) {
            return Future.succeededFuture(Optional.empty());
          }
          if (!before.equals(Optional.of(mark))) {
            return later().compose(_ -> settled(Optional.of(mark)));
          }
          return blocking(this::objection)
              .compose(objection -> objection.isEmpty() ? reading(mark) : unread(objection.get()));
        });
  }

  /// Returns the reason why another user could have written the file; empty if no other user could.
  /// A user who can write the file could run any program as the daemon's user.
  private Optional<String> objection() {
    return Stream.concat(
            Stream.of(file.file()),
            Files.isDirectory(file.file())
                ? ProcessFileReader.processFiles(file.file()).stream()
                : Stream.empty())
        .flatMap(one -> trust.objection(one).stream())
        .findFirst();
  }

  private Future<Optional<Reading>> reading(FileFingerprint mark) {
    return blocking(() -> new Reading(mark, read(), mark()))
        .compose(reading ->
            reading.before().equals(reading.after())
                ? Future.succeededFuture(Optional.of(reading))
                : later().compose(_ -> settled(Optional.of(reading.after()))));
  }

  /// Reports the objection without reading or evaluating the file. The file is checked again at the
  /// next edit.
  private Future<Optional<Reading>> unread(String objection) {
    List<String> found = List.of(objection);
    return (problems.equals(found) ? Future.<Void>succeededFuture() : refused(found))
        .map(_ -> Optional.empty());
  }

  private FileFingerprint mark() {
    return FileFingerprint.of(file.file(), opening);
  }

  private Future<Void> later() {
    Promise<Void> promise = Promise.promise();
    context.owner().setTimer(QUIET_MILLIS, _ -> promise.complete());
    return promise.future();
  }

  private <T> Future<T> blocking(java.util.concurrent.Callable<T> work) {
    return context.owner().executeBlocking(work, false).map(Objects::requireNonNull);
  }

  private AppsOutcome read() {
    AppFile.WatchContext how = file.watch().orElseThrow();
    return reader
        .get()
        .file(file.file(), how.envName(), new CallerContext(how.cwd(), how.environment()));
  }

  private Future<Void> judge(Optional<Reading> reading) {
    if (reading.isEmpty() || closed) {
      return Future.succeededFuture();
    }
    judged = Optional.of(reading.get().after());
    AppsOutcome outcome = reading.get().outcome();
    if (!outcome.problems().isEmpty()) {
      return refused(outcome.problems().stream().map(Problem::toString).toList());
    }
    // An errored app is not started by an edit of another app. It is started only by an edit of its
    // own spec or by a user.
    return god.apply(
            new GodCommand.Apply(wanted(outcome), Optional.of(file.file()), false, false, false))
        .compose(this::applied)
        .compose(_ -> endUnlessWanted(outcome));
  }

  private List<AppSpec> wanted(AppsOutcome outcome) {
    var only = file.watch().orElseThrow().only();
    return outcome.apps().stream()
        .filter(app -> only.isEmpty() || only.contains(app.name().value()))
        .toList();
  }

  private Future<Void> applied(GodReply reply) {
    if (!reply.problems().isEmpty() && reply.changes().isEmpty()) {
      return refused(reply.problems());
    }
    if (!problems.isEmpty() && reply.problems().isEmpty()) {
      LOG.log(Level.INFO, "{0} is valid again", file.file());
    }
    problems = reply.problems();
    problems.forEach(problem -> LOG.log(Level.WARNING, "{0}: {1}", file.file(), problem));
    long changed =
        reply.changes().stream().filter(it -> it.kind() != AppChange.Kind.UNCHANGED).count();
    if (changed > 0) {
      LOG.log(
          Level.INFO,
          "applied the latest edit of {0}, which changed {1} of its apps",
          file.file(),
          changed);
    }
    return Future.succeededFuture();
  }

  private Future<Void> refused(List<String> found) {
    problems = found;
    found.forEach(problem -> LOG.log(Level.WARNING, "not applied: {0}", problem));
    return god.apply(new GodCommand.RejectFile(file.file(), found)).mapEmpty();
  }

  /// Ends the watch if it was enabled by `hot: true` in the file and the file no longer sets it.
  private Future<Void> endUnlessWanted(AppsOutcome outcome) {
    boolean wanted = outcome.watchRequested() || file.watch().orElseThrow().persistent();
    return wanted || closed
        ? Future.succeededFuture()
        : god.apply(
                new GodCommand.WatchFile(new AppFile(file.file(), file.apps(), Optional.empty())))
            .mapEmpty();
  }
}
