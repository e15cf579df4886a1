package io.jpm.daemon;

import io.jpm.bus.Addresses;
import io.jpm.bus.HeartbeatCommand;
import io.jpm.bus.LogsCommand;
import io.jpm.bus.LogsReply;
import io.jpm.bus.OffLoop;
import io.jpm.config.Problem;
import io.jpm.config.SettingKey;
import io.jpm.config.Settings;
import io.jpm.config.SettingsOutcome;
import io.jpm.config.SettingsReader;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Sees to it that an edit of the settings is obeyed without a restart where that is possible (the
/// groups `logs` and `heartbeat`), and told in the daemon's log where it is not.
///
/// A look costs two `stat`. Files are read only when two looks in a row have seen the same change,
/// and the reading counts only when nothing has changed under it: an editor may write a file in
/// pieces, or remove it for a moment. Settings with a mistake in them change nothing.
final class SettingsWatch extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.settings");

  private final Path installed;
  private final Path home;
  private final Duration pause;

  /// What the daemon goes by, but for `logs`.
  private final SettingsOutcome booted;

  /// What has been read last without a mistake.
  private SettingsOutcome newest;

  /// What LogAggregator goes by, as far as it has said so.
  private SettingsOutcome obeyed;

  /// Whether the files have had a mistake since.
  private boolean mistaken;

  /// The files of the last look.
  private @Nullable Stamps seen;

  /// The files of the last reading.
  private @Nullable Stamps read;

  private boolean looking;

  /// Both files at one moment.
  private record Stamps(Stamp installed, Stamp home) {}

  /// What changes with a file's content.
  ///
  /// @param inode the file that has the name now
  private record Stamp(FileTime modified, long size, Optional<Object> inode) {
    static final Stamp ABSENT = new Stamp(FileTime.fromMillis(0), -1, Optional.empty());
  }

  /// A reading, and the files as they were before and after it.
  private record Reading(Stamps before, SettingsOutcome outcome, Stamps after) {}

  /// @param installed `conf/jpm.json` of the installation
  /// @param home `jpm.json` of the home
  /// @param booted what the daemon has read of them at its start
  /// @param pause the time between two looks
  SettingsWatch(Path installed, Path home, SettingsOutcome booted, Duration pause) {
    this.installed = installed;
    this.home = home;
    this.booted = booted;
    this.newest = booted;
    this.obeyed = booted;
    this.pause = pause;
  }

  /// What LogAggregator is to go by under these settings.
  static LogsCommand.Limits limits(Settings settings) {
    return new LogsCommand.Limits(settings.logs().perApp(), settings.logs().all());
  }

  @Override
  public Future<?> start() {
    vertx.setPeriodic(pause.toMillis(), _ -> look());
    return Future.succeededFuture();
  }

  /// Looks at the files once, and completes when what follows from it is done; at once while
  /// another look is under way.
  Future<?> look() {
    if (looking) {
      return Future.succeededFuture();
    }
    looking = true;
    return OffLoop.call(vertx, this::stamps)
        .compose(this::changed)
        .onFailure(error -> LOG.log(Level.WARNING, "the settings cannot be looked at", error))
        .onComplete(_ -> looking = false);
  }

  private Future<?> changed(Stamps now) {
    boolean settled = now.equals(seen);
    seen = now;
    if (!settled) {
      return Future.succeededFuture();
    }
    if (now.equals(read)) {
      return obeyNewest();
    }
    return OffLoop.call(
            vertx, () -> new Reading(stamps(), SettingsReader.read(installed, home), stamps()))
        .compose(reading -> {
          if (!reading.before().equals(now) || !reading.after().equals(now)) {
            return Future.succeededFuture();
          }
          read = now;
          return judge(reading.outcome());
        });
  }

  private Future<?> judge(SettingsOutcome outcome) {
    if (!outcome.problems().isEmpty()) {
      mistaken = true;
      tellMistake(outcome.problems());
      return Future.succeededFuture();
    }
    if (mistaken) {
      mistaken = false;
      LOG.log(Level.INFO, "the settings have no mistake any more");
    }
    List<SettingKey> edited = outcome.changesSince(newest);
    newest = outcome;
    if (!edited.stream().allMatch(SettingsWatch::isHot)) {
      tellWhatWaits(outcome);
    }
    return obeyNewest();
  }

  private static void tellMistake(List<Problem> problems) {
    String more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
    LOG.log(
        Level.WARNING,
        "the settings have a mistake and stay as they were: {0}",
        problems.getFirst() + more);
  }

  private void tellWhatWaits(SettingsOutcome outcome) {
    String waiting = names(outcome.changesSince(booted).stream().filter(key -> !isHot(key)));
    if (waiting.isEmpty()) {
      LOG.log(Level.INFO, "the settings need no new daemon any more");
    } else {
      LOG.log(Level.INFO, "changed settings need a new daemon (jpm update): {0}", waiting);
    }
  }

  /// Has LogAggregator go by the newest settings, if it does not yet: what it has refused or not
  /// answered is asked again with the next look.
  private Future<?> obeyNewest() {
    SettingsOutcome wanted = newest;
    String changed = names(wanted.changesSince(obeyed).stream().filter(SettingsWatch::isHot));
    if (changed.isEmpty()) {
      return Future.succeededFuture();
    }
    return vertx
        .eventBus()
        .<LogsReply>request(Addresses.LOGS_COMMAND, limits(wanted.settings()))
        .compose(reply ->
            switch (reply.body()) {
              case LogsReply.Done(), LogsReply.Lines(_, _), LogsReply.Status(_, _, _) ->
                  Future.succeededFuture();
              case LogsReply.Failed(String problem) -> Future.failedFuture(problem);
            })
        .onSuccess(_ -> {
          obeyed = wanted;
          vertx
              .eventBus()
              .send(
                  Addresses.HEARTBEAT_COMMAND,
                  new HeartbeatCommand.Pace(wanted.settings().heartbeat().interval()));
          LOG.log(Level.INFO, "changed settings hold from now on: {0}", changed);
        })
        .onFailure(error ->
            LOG.log(
                Level.WARNING,
                "changed settings were not taken and are tried again: {0}: {1}",
                changed,
                error.getMessage()))
        .otherwiseEmpty();
  }

  private static boolean isHot(SettingKey key) {
    return key.group().equals(SettingKey.LOGS_TOTAL.group())
        || key == SettingKey.HEARTBEAT_INTERVAL;
  }

  private static String names(Stream<SettingKey> keys) {
    return keys.map(SettingKey::key).collect(Collectors.joining(", "));
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
