package io.jpm.god.supervision;

import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.AppName;
import io.jpm.model.RunAs;
import io.jpm.model.Triggers;
import io.jpm.os.ProcessHost;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.SupervisionEvent;
import io.jpm.triggers.FileWatcher;
import io.jpm.triggers.WatchHandle;
import io.vertx.core.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Restarts apps whose files have changed. Each app has a single watch, which restarts all its
/// instances (PM2's rule). An app that a user has stopped is not watched. Confined to GodVerticle's
/// context.
final class FileWatches {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Context context;
  private final Registry registry;
  private final Path home;
  private final ProcessHost host;
  private final InstantSource clock;
  private final BiConsumer<SupervisedInstance, SupervisionEvent> supervisor;
  private final Map<AppName, Running> running = new HashMap<>();

  /// Created for the first watched app, because most installations have none.
  private @Nullable FileWatcher watch;

  private record Running(Triggers.Watch files, WatchHandle watchHandle) {}

  FileWatches(
      Context context,
      Registry registry,
      GodContext god,
      BiConsumer<SupervisedInstance, SupervisionEvent> supervisor) {
    this.context = context;
    this.registry = registry;
    this.home = god.home();
    this.host = god.host();
    this.clock = god.wallClock();
    this.supervisor = supervisor;
  }

  /// Starts, replaces or closes the watch of the app after one of its instances was changed, added
  /// or removed.
  void refresh(SupervisedInstance changed) {
    AppName app = changed.spec.name();
    if (changed.spec.triggers().watch().isEmpty() && !running.containsKey(app)) {
      return;
    }
    Optional<Triggers.Watch> wanted =
        registry.ofApp(app).stream()
            .filter(
                supervisedInstance -> supervisedInstance.state.desiredState() != DesiredState.DOWN)
            .findFirst()
            .flatMap(supervisedInstance -> supervisedInstance.spec.triggers().watch());
    Optional<Triggers.Watch> present = Optional.ofNullable(running.get(app)).map(Running::files);
    if (wanted.equals(present)) {
      return;
    }
    Running old = running.remove(app);
    if (old != null) {
      old.watchHandle().close();
    }
    wanted.ifPresent(files -> running.put(app, new Running(files, begin(app, files))));
  }

  private WatchHandle begin(AppName app, Triggers.Watch files) {
    FileWatcher all = watch;
    if (all == null) {
      all = new FileWatcher(home, file -> host.logFileSystem().read(file, RunAs.DAEMON));
      watch = all;
    }
    return all.watch(
        files,
        clock.instant(),
        change -> context.runOnContext(_ -> changed(app, files, change)),
        problem -> LOG.log(Level.WARNING, "{0}: {1}", app, problem));
  }

  private void changed(AppName app, Triggers.Watch files, String change) {
    Running now = running.get(app);
    if (now == null || !now.files().equals(files)) {
      return;
    }
    for (SupervisedInstance supervisedInstance : List.copyOf(registry.ofApp(app))) {
      supervisor.accept(
          supervisedInstance,
          new SupervisionEvent.RestartDue(SupervisionEvent.RestartCause.FILES, change));
    }
  }

  /// Closes all watches. May block briefly.
  void close() {
    if (watch != null) {
      watch.close();
    }
  }
}
