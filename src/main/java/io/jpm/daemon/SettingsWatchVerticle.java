package io.jpm.daemon;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.config.settings.SettingKey.Effect;
import io.jpm.config.settings.Settings;
import io.jpm.config.settings.SettingsOutcome;
import io.jpm.config.settings.SettingsOutcome.Change;
import io.jpm.config.settings.SettingsReader;
import io.jpm.config.values.Problem;
import io.jpm.wire.SettingsMessage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Watches the settings files and immediately applies edits of live keys ([Effect]). For each
/// changed key, the daemon's log shows the old value, the new value and when it takes effect. The
/// changes are also published as a [SettingsMessage] on [Addresses#SETTINGS].
///
/// A check costs two `stat` calls. The files are read only after two successive checks have seen
/// the same change. The result counts only if the files did not change while they were read,
/// because an editor may write a file in pieces or remove it for a moment. Invalid settings change
/// nothing.
final class SettingsWatchVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.settings");

  private final Path installed;
  private final Path home;
  private final Duration pause;
  private final Consumer<Settings> liveSettingsConsumer;

  /// The settings in effect for keys that are not live.
  private final SettingsOutcome bootSettings;

  /// The last valid settings that were read.
  private SettingsOutcome newest;

  /// The settings in effect for live keys, as confirmed by LogAggregator.
  private SettingsOutcome applied;

  /// Whether the settings that were read last are invalid.
  private boolean lastReadInvalid;

  /// The attributes of the files at the last check.
  private @Nullable Stamps seen;

  /// The attributes of the files when they were last read.
  private @Nullable Stamps read;

  private boolean looking;

  /// The attributes of both files at one moment.
  private record Stamps(Stamp installed, Stamp home) {}

  /// Attributes that change when the content of a file changes.
  ///
  /// @param inode the identity of the file that currently has this name
  private record Stamp(FileTime modified, long size, Optional<Object> inode) {
    static final Stamp ABSENT = new Stamp(FileTime.fromMillis(0), -1, Optional.empty());
  }

  /// The settings that were read, and the attributes of the files before and after reading.
  private record Reading(Stamps before, SettingsOutcome outcome, Stamps after) {}

  /// @param installed `conf/jpm.json` in the installation
  /// @param home `jpm.json` in the home
  /// @param booted the settings that the daemon read when it started
  /// @param pause the interval between two checks
  /// @param inForce receives settings whose live keys are in effect from now on; called after
  ///   LogAggregator has applied them
  SettingsWatchVerticle(
      Path installed,
      Path home,
      SettingsOutcome booted,
      Duration pause,
      Consumer<Settings> inForce) {
    this.installed = installed;
    this.home = home;
    this.bootSettings = booted;
    this.newest = booted;
    this.applied = booted;
    this.pause = pause;
    this.liveSettingsConsumer = inForce;
  }

  /// Returns the command that sets the limits in LogAggregator.
  static LogsCommand.Limits limits(Settings settings) {
    return new LogsCommand.Limits(settings.logs().perApp(), settings.logs().all());
  }

  @Override
  public Future<?> start() {
    vertx.setPeriodic(pause.toMillis(), _ -> check());
    return Future.succeededFuture();
  }

  /// Checks the files once. Completes when all changes have been applied, or immediately if another
  /// check is in progress.
  Future<?> check() {
    if (looking) {
      return Future.succeededFuture();
    }
    looking = true;
    return BlockingCalls.call(vertx, this::stamps)
        .compose(this::changed)
        .onFailure(error -> LOG.log(Level.WARNING, "the settings cannot be checked", error))
        .onComplete(_ -> looking = false);
  }

  private Future<?> changed(Stamps now) {
    boolean settled = now.equals(seen);
    seen = now;
    if (!settled) {
      return Future.succeededFuture();
    }
    if (now.equals(read)) {
      return applyNewest(List.of());
    }
    return BlockingCalls.call(
            vertx, () -> new Reading(stamps(), SettingsReader.read(installed, home), stamps()))
        .compose(reading -> {
          if (!reading.before().equals(now) || !reading.after().equals(now)) {
            return Future.succeededFuture();
          }
          read = now;
          return process(reading.outcome());
        });
  }

  private Future<?> process(SettingsOutcome outcome) {
    if (!outcome.problems().isEmpty()) {
      lastReadInvalid = true;
      reportProblems(outcome.problems());
      return Future.succeededFuture();
    }
    if (lastReadInvalid) {
      lastReadInvalid = false;
      LOG.log(Level.INFO, "the settings are valid again");
    }
    SettingsOutcome before = newest;
    newest = outcome;
    return applyNewest(
        outcome.changesSince(before).stream()
            .filter(key -> key.effect() == Effect.RESTART)
            .map(key -> outcome.change(key, before))
            .toList());
  }

  private void reportProblems(List<Problem> problems) {
    String more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
    LOG.log(
        Level.WARNING,
        "the edited settings are not valid, so the previous settings remain in effect: {0}",
        problems.getFirst() + more);
    publish(new SettingsMessage(List.of(), problems.stream().map(Problem::toString).toList()));
  }

  /// Applies the live keys of the newest settings if they are not in effect yet. If LogAggregator
  /// refuses them or does not answer, the next check tries again.
  ///
  /// @param restarts the changes that require a restart
  private Future<?> applyNewest(List<Change> restarts) {
    SettingsOutcome wanted = newest;
    List<Change> live =
        wanted.changesSince(applied).stream()
            .filter(key -> key.effect() == Effect.LIVE)
            .map(key -> wanted.change(key, applied))
            .toList();
    if (live.isEmpty()) {
      tell(restarts);
      return Future.succeededFuture();
    }
    return applyLogLimits(wanted)
        .onSuccess(_ -> {
          applied = wanted;
          vertx
              .eventBus()
              .send(
                  Addresses.HEARTBEAT_COMMAND,
                  new HeartbeatCommand.SetInterval(wanted.settings().heartbeat().interval()));
          liveSettingsConsumer.accept(wanted.settings());
          tell(Stream.concat(live.stream(), restarts.stream()).toList());
        })
        .onFailure(error -> {
          tell(restarts);
          LOG.log(
              Level.WARNING,
              "the changed settings {0} were not applied and will be retried: {1}",
              live.stream().map(change -> change.key().key()).collect(Collectors.joining(", ")),
              error.getMessage());
        })
        .otherwiseEmpty();
  }

  private Future<Void> applyLogLimits(SettingsOutcome wanted) {
    return vertx
        .eventBus()
        .<LogsReply>request(Addresses.LOGS_COMMAND, limits(wanted.settings()))
        .compose(reply ->
            switch (reply.body()) {
              case LogsReply.Done(), LogsReply.Lines(_, _), LogsReply.Status(_, _, _, _) ->
                  Future.succeededFuture();
              case LogsReply.Failed(String problem) -> Future.failedFuture(problem);
            });
  }

  private void tell(List<Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    List<Change> inOrder = changes.stream().sorted(Comparator.comparing(Change::key)).toList();
    LOG.log(
        Level.INFO,
        "settings edited: {0}",
        inOrder.stream()
            .map(change -> change + ": " + when(change).notice())
            .collect(Collectors.joining("; ")));
    publish(
        new SettingsMessage(
            inOrder.stream()
                .map(change ->
                    new SettingsMessage.Change(
                        change.key().key(),
                        change.from(),
                        change.to(),
                        when(change) == Effect.LIVE))
                .toList(),
            List.of()));
  }

  /// Returns when a change takes effect. A change back to the value at boot takes effect
  /// immediately.
  private Effect when(Change change) {
    return newest.differs(change.key(), bootSettings) ? change.key().effect() : Effect.LIVE;
  }

  private void publish(SettingsMessage message) {
    vertx.eventBus().publish(Addresses.SETTINGS, message.toJson());
  }

  private Stamps stamps() throws IOException {
    return new Stamps(stamp(installed), stamp(home));
  }

  private static Stamp stamp(Path file) throws IOException {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(
          attributes.lastModifiedTime(),
          attributes.size(),
          Optional.ofNullable(attributes.fileKey()));
    } catch (NoSuchFileException _) {
      return Stamp.ABSENT;
    }
  }
}
