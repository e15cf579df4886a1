package io.jpm.god;

import io.jpm.bus.InstanceView;
import io.jpm.bus.LogPaths;
import io.jpm.bus.LogsCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.Exit;
import io.jpm.model.InstanceId;
import io.jpm.model.Phase;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.WorkerId;
import io.jpm.os.Child;
import io.jpm.supervise.Policies;
import io.jpm.supervise.Supervised;
import io.jpm.supervise.Timer;
import io.jpm.supervise.Wanted;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One instance and all that God holds for it. Owned by GodVerticle's context.
final class Instance {
  final InstanceId id;
  final int number;

  /// When it came into the list, or its counters began anew.
  Instant createdAt;

  /// What tells it from others with the same id, see [Life#birth].
  final Instant birth;

  Role role = Role.CURRENT;
  AppSpec spec;
  InstancePaths paths;
  Supervised state = Supervised.NEW;

  /// The process under watch, while there is one.
  @Nullable Child child;

  /// Hears of the end of [#child].
  Processes.@Nullable Watcher watcher;

  /// The process that the journal named at boot, until it is adopted or found gone.
  Optional<ProcessIdentity> recorded = Optional.empty();

  /// The last process whose end has not been told, for show.
  Optional<ProcessIdentity> latest = Optional.empty();

  /// What ClusterBalancer has given the present process to be remembered by; empty: it shares
  /// nothing.
  Optional<String> memo = Optional.empty();

  /// What may be wrong when the process never takes connections; empty: nothing is known, or it has
  /// taken some.
  String unready = "";

  /// Whether ClusterBalancer has to be told when nothing comes after the present process.
  boolean balanced;

  /// What the files of variables said when the present process was made. In memory only.
  volatile Map<String, String> fileVariables = Map.of();

  /// The version of the package that the present process was started from; empty: none is known.
  volatile String version = "";

  /// Whether the present process is certain to take connections some time.
  boolean mustListen;

  /// Whether the present process has been seen to take connections.
  boolean listening;

  Optional<Instant> startedAt = Optional.empty();

  /// Whether it has been deleted: what still comes in for it is late.
  boolean removed;

  /// Whether the stop under way is one of the whole tree.
  boolean treeOrdered;

  /// Whether LogAggregator captures this instance's pipes as [#capture] says.
  boolean captured;

  /// What the present process says over its channel.
  AppChannel channel = new AppChannel();

  /// What is known of the health of the present process.
  Vitals vitals = new Vitals();

  /// Why its process is being replaced, while it is; empty: a person has asked for it, or it is
  /// not.
  String leaving = "";

  /// Why the present process is not well although it runs.
  Optional<String> unhealthy = Optional.empty();

  /// What the present process says of its state; empty: nothing.
  String saying = "";

  /// What went wrong with the stop command of the last stop.
  Optional<String> stopProblem = Optional.empty();

  /// Whether it fails again and again, see [io.jpm.supervise.CrashLoop].
  boolean crashLooping;

  /// How the process that a command has started has ended by itself, other than well; empty: it has
  /// not.
  String earlyEnd = "";

  /// How the last stop had to be forced; empty: it has not been, or that was told.
  String forced = "";

  /// When the schedule says that the next restart is due.
  Optional<Instant> nextRun = Optional.empty();

  /// Running Vert.x timers.
  final Map<Timer, Long> timers = new EnumMap<>(Timer.class);

  private final List<Waiting> waiting = new ArrayList<>();

  private record Waiting(Predicate<Supervised> settled, Promise<Instance> promise) {}

  /// @param home the daemon's home, where its files are unless its spec says otherwise
  Instance(Life life, AppSpec spec, Path home) {
    this.id = life.id();
    this.number = life.number();
    this.createdAt = life.createdAt();
    this.birth = life.birth();
    this.spec = spec;
    this.paths = InstancePaths.of(home, spec, id, birth);
  }

  Life life() {
    return new Life(id, number, createdAt, birth);
  }

  /// How ClusterBalancer knows the process of the present generation.
  WorkerId worker() {
    return new WorkerId(id, birth.toEpochMilli(), state.generation());
  }

  /// The rules by which it is supervised.
  Policies policies() {
    return role == Role.CURRENT ? Policies.of(spec) : Policies.onTrial(spec);
  }

  /// Completes as soon as the state is one that `settled` accepts.
  Future<Instance> when(Predicate<Supervised> settled) {
    if (settled.test(state)) {
      return Future.succeededFuture(this);
    }
    Promise<Instance> promise = Promise.promise();
    waiting.add(new Waiting(settled, promise));
    return promise.future();
  }

  /// Tells those who wait for the present state.
  void tellWaiting() {
    List<Waiting> done = waiting.stream().filter(w -> w.settled().test(state)).toList();
    waiting.removeAll(done);
    done.forEach(w -> w.promise().complete(this));
  }

  Optional<ProcessIdentity> process() {
    return Optional.ofNullable(child).map(Child::identity);
  }

  /// The process that a next daemon has to know: the present one or, until its fate is decided, the
  /// one that the daemon before has recorded. Each write of the journal has it.
  Optional<ProcessIdentity> lasting() {
    return process().or(() -> recorded);
  }

  /// Whether somebody tells when a process of it is ready: itself, or its checks.
  boolean readinessIsTold() {
    return spec.readinessIsTold();
  }

  InstanceView view() {
    boolean lacks = state.phase() == Phase.LAUNCHING && !vitals.lacking.isEmpty();
    String reason = state.reason() + (lacks ? "; not ready yet: " + vitals.lacking : "");
    return view(state.phase(), process(), reason);
  }

  /// As it is but for what is said otherwise.
  InstanceView view(Phase phase, Optional<ProcessIdentity> process, String reason) {
    return view(phase, process, state.lastExit(), reason);
  }

  /// As it is, but told of a process that is not the present one.
  ///
  /// @param exit how it ended
  InstanceView ended(Phase phase, ProcessIdentity process, Exit exit, String reason) {
    return view(phase, Optional.of(process), Optional.of(exit), reason);
  }

  private InstanceView view(
      Phase phase, Optional<ProcessIdentity> process, Optional<Exit> lastExit, String reason) {
    return new InstanceView(
        id,
        spec,
        number,
        phase,
        process,
        state.restarts(),
        state.unstable(),
        createdAt,
        startedAt,
        lastExit,
        reason,
        paths.out().file(),
        paths.error().file(),
        paths.combined(),
        paths.pidFile(),
        state.wanted() == Wanted.DOWN ? Optional.empty() : nextRun,
        channel.report(),
        unhealthy,
        saying,
        child == null ? "" : LimitWords.unenforced(spec, child),
        version,
        crashLooping);
  }

  /// What LogAggregator is to do with the output, as it is described now.
  LogsCommand.Open capture() {
    Optional<Path> combined = paths.combined().filter(file -> !file.equals(InstancePaths.NOWHERE));
    return new LogsCommand.Open(
        id,
        spec.name(),
        paths.out().fifo(),
        paths.error().fifo(),
        new LogPaths(paths.out().file(), paths.error().file(), combined),
        spec.logs(),
        spec.runAs(),
        birth.toEpochMilli());
  }

  /// How people and the log call it: `web:2`.
  String label() {
    return spec.name() + ":" + id;
  }

  /// How a command's problems call it: `web (id 2)`.
  String title() {
    return "%s (id %s)".formatted(spec.name(), id);
  }
}
