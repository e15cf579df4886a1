package io.jpm.configwatch;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.AppFile;
import io.jpm.bus.god.ConfigWatchCommand;
import io.jpm.bus.god.ConfigWatchReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.config.ProcessFileReader;
import io.jpm.triggers.FileWatcher;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Watches the process files that are marked as watched in God's list of files. Valid edits are
/// applied; invalid edits are reported and have no effect. Must be deployed after God.
public final class ConfigWatchVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.configwatch");

  /// The timeout for applying a file. A reload may wait for the drain timeouts of the apps, so this
  /// limit must be longer than any reasonable drain timeout.
  private static final Duration APPLYING = Duration.ofHours(12);

  private final Path home;
  private final FileWatcher.Opening opening;
  private final FileTrust trust;
  private final Supplier<ProcessFileReader> reader;
  private final Map<Path, WatchedConfigFile> files = new HashMap<>();

  /// Created lazily, because most daemons do not watch any file.
  private @Nullable FileWatcher watch;

  /// Creates the watcher, which starts when the verticle is deployed.
  ///
  /// @param home the daemon's home, which is not watched
  /// @param opening opens files to determine whether they have changed
  /// @param trust reports whether another user could have written the files
  /// @param reader supplies the reader for the files, which is used on threads that may block.
  ///   Called before each read, because the defaults of the reader may change
  public ConfigWatchVerticle(
      Path home, FileWatcher.Opening opening, FileTrust trust, Supplier<ProcessFileReader> reader) {
    this.home = home;
    this.opening = opening;
    this.trust = trust;
    this.reader = reader;
  }

  /// Starts watching. Edits that were made while no daemon was running are applied too.
  @Override
  public Future<?> start() {
    var bus = vertx.eventBus();
    return Future.all(
            bus.<ConfigWatchCommand>consumer(Addresses.CONFIG_WATCH_COMMAND, this::serve)
                .completion(),
            bus.<InstanceEvent>consumer(Addresses.GOD_EVENTS, this::heard).completion())
        .compose(_ -> look());
  }

  @Override
  public Future<?> stop() {
    List.copyOf(files.values()).forEach(WatchedConfigFile::close);
    FileWatcher ending = watch;
    return ending == null
        ? Future.succeededFuture()
        : vertx.executeBlocking(() -> {
          ending.close();
          return true;
        });
  }

  private void serve(Message<ConfigWatchCommand> message) {
    switch (message.body()) {
      case ConfigWatchCommand.Refresh() -> look().onComplete(_ -> message.reply(status()));
      case ConfigWatchCommand.GetStatus() -> message.reply(status());
    }
  }

  private ConfigWatchReply status() {
    return new ConfigWatchReply(
        files.values().stream().flatMap(file -> file.trouble().stream()).toList());
  }

  /// Updates the set of watched files when an instance is deleted. A file is no longer watched when
  /// the last of its apps has been deleted.
  private void heard(Message<InstanceEvent> message) {
    if (message.body().kind() == InstanceEvent.Kind.DELETE && !files.isEmpty()) {
      look();
    }
  }

  private Future<Void> look() {
    return god(new GodCommand.ListFiles())
        .map(reply -> {
          reconcile(reply.files());
          return (Void) null;
        })
        .onFailure(
            error -> LOG.log(Level.ERROR, "cannot read the list of watched process files", error))
        .otherwiseEmpty();
  }

  private void reconcile(List<AppFile> all) {
    Map<Path, AppFile> wanted =
        all.stream()
            .filter(file -> file.watch().isPresent())
            .collect(Collectors.toMap(AppFile::file, file -> file));
    files
        .values()
        .removeIf(file -> {
          AppFile now = wanted.get(file.path());
          boolean over = now == null || !now.watch().equals(file.described().watch());
          if (over) {
            file.close();
          }
          return over;
        });
    wanted.forEach((path, file) -> {
      WatchedConfigFile known = files.get(path);
      if (known == null) {
        files.put(path, begun(file));
      } else {
        known.describe(file);
      }
    });
  }

  private WatchedConfigFile begun(AppFile file) {
    FileWatcher all = watch;
    if (all == null) {
      all = new FileWatcher(home, opening);
      watch = all;
    }
    LOG.log(Level.INFO, "watching {0}, whose edits are applied automatically", file.file());
    WatchedConfigFile hot = new WatchedConfigFile(context, file, opening, trust, reader, this::god);
    hot.begin(all);
    return hot;
  }

  /// Sends a command to God. If the command starts or ends a watch, the returned future completes
  /// after the set of watched files has been updated.
  private Future<GodReply> god(GodCommand command) {
    Future<GodReply> answer =
        vertx
            .eventBus()
            .<GodReply>request(
                Addresses.GOD_COMMAND,
                command,
                new DeliveryOptions().setSendTimeout(APPLYING.toMillis()))
            .map(message -> Objects.requireNonNull(message.body()));
    return command instanceof GodCommand.WatchFile
        ? answer.compose(reply -> look().map(reply))
        : answer;
  }
}
