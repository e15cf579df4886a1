package io.jpm.god.supervision;

import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.model.AppName;
import io.jpm.model.RunAs;
import io.jpm.model.Triggers;
import io.jpm.os.ProcessHost;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.Event;
import io.jpm.triggers.FileWatch;
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

/// Restarts apps whose files have changed. Each app has one watch, which restarts all its instances
/// (PM2's rule). An app that a user has stopped is not watched. Confined to GodVerticle's context.
final class FileWatches {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Context context;
  private final Registry registry;
  private final Path home;
  private final ProcessHost host;
  private final InstantSource clock;
  private final BiConsumer<Instance, Event> supervisor;
  private final Map<AppName, Running> running = new HashMap<>();

  /// Created for the first watched app: most homes have none.
  private @Nullable FileWatch watch;

  private record Running(Triggers.Watch files, WatchHandle watchHandle) {}

  FileWatches(
      Context context, Registry registry, GodContext god, BiConsumer<Instance, Event> supervisor) {
    this.context = context;
    this.registry = registry;
    this.home = god.home();
    this.host = god.host();
    this.clock = god.wallClock();
    this.supervisor = supervisor;
  }

  /// Updates the watch after an instance was changed, added or removed.
  void look(Instance changed) {
    AppName app = changed.spec.name();
    if (changed.spec.triggers().watch().isEmpty() && !running.containsKey(app)) {
      return;
    }
    Optional<Triggers.Watch> wanted =
        registry.ofApp(app).stream()
            .filter(instance -> instance.state.desiredState() != DesiredState.DOWN)
            .findFirst()
            .flatMap(instance -> instance.spec.triggers().watch());
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
    FileWatch all = watch;
    if (all == null) {
      all = new FileWatch(home, file -> host.logDisk().read(file, RunAs.DAEMON));
      watch = all;
    }
    return all.begin(
        files,
        clock.instant(),
        change -> context.runOnContext(_ -> changed(app, files, change)),
        trouble -> LOG.log(Level.WARNING, "{0}: {1}", app, trouble));
  }

  private void changed(AppName app, Triggers.Watch files, String change) {
    Running now = running.get(app);
    if (now == null || !now.files().equals(files)) {
      return;
    }
    for (Instance instance : List.copyOf(registry.ofApp(app))) {
      supervisor.accept(instance, new Event.RestartDue(Event.Cause.FILES, change));
    }
  }

  /// Ends all watches; may block briefly.
  void close() {
    if (watch != null) {
      watch.close();
    }
  }
}
