package io.jpm.god.instance;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogPaths;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.run.Exit;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import io.jpm.os.Child;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.Policies;
import io.jpm.supervise.Supervised;
import io.jpm.supervise.Timer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One instance and all that God holds for it. Owned by GodVerticle's context.
public final class Instance {
  public final InstanceId id;
  public final int number;

  /// When it came into the list, or its counters began anew.
  public Instant createdAt;

  /// What tells it from others with the same id, see [InstanceIdentity#birth].
  public final Instant birth;

  /// What nobody can guess of its tag, see [InstanceIdentity#secret].
  public final TagSecret secret;

  public ReplacementRole replacementRole = ReplacementRole.CURRENT;
  public AppSpec spec;
  public InstancePaths paths;
  public Supervised state = Supervised.NEW;

  /// The process under watch, while there is one.
  public @Nullable Child child;

  /// Tells what was heard of [#child] before God knew it.
  public @Nullable EarlyReports earlyReports;

  /// The process that the journal named at boot, until it is adopted or found gone.
  public Optional<ProcessIdentity> recorded = Optional.empty();

  /// The last process whose end has not been told, for show.
  public Optional<ProcessIdentity> latest = Optional.empty();

  /// What ClusterBalancer has given the present process to be remembered by; empty: it shares
  /// nothing.
  public Optional<String> memo = Optional.empty();

  /// What may be wrong while the process takes no connections; empty: nothing is known, or it does.
  public String unready = "";

  /// Whether ClusterBalancer has to be told when nothing comes after the present process.
  public boolean balanced;

  /// What the files of variables said when the present process was made. In memory only.
  public volatile Map<String, String> fileVariables = Map.of();

  /// The `PORT` that ClusterBalancer has given the present process; empty: it has given none.
  public volatile String port = "";

  /// The version of the package that the present process was started from; empty: none is known.
  public volatile String version = "";

  /// Whether the present process is certain to take connections some time.
  public boolean mustListen;

  /// Whether the present process has been seen to take connections.
  public boolean listening;

  public Optional<Instant> startedAt = Optional.empty();

  /// Whether it has been deleted: what still comes in for it is late.
  public boolean removed;

  /// Whether the stop under way is one of the whole tree.
  public boolean treeOrdered;

  /// Whether LogAggregator captures this instance's pipes as [#capture] says.
  public boolean captured;

  /// What the present process says over its channel.
  public AppChannel channel = new AppChannel();

  /// What is known of the health of the present process.
  public HealthStatus healthStatus = new HealthStatus();

  /// Why its process is being replaced, while it is; empty: a person has asked for it, or it is
  /// not.
  public String leaving = "";

  /// Why the present process is not well although it runs.
  public Optional<String> unhealthy = Optional.empty();

  /// What the present process says of its state; empty: nothing.
  public String saying = "";

  /// What went wrong with the last stop or the deletion, although it is done.
  public Optional<String> stopProblem = Optional.empty();

  /// Whether it fails again and again, see [io.jpm.supervise.CrashLoop].
  public boolean crashLooping;

  /// How the process that a command has started has ended by itself, other than well; empty: it has
  /// not.
  public String earlyEnd = "";

  /// How the last stop had to be forced; empty: it has not been, or that was told.
  public String forced = "";

  /// When the schedule says that the next restart is due.
  public Optional<Instant> nextRun = Optional.empty();

  /// The patience that begins when the signals ordered before it were sent.
  public final StopPatience patience = new StopPatience();

  /// Running Vert.x timers.
  public final Map<Timer, Long> timers = new EnumMap<>(Timer.class);

  private final List<Waiting> waiting = new ArrayList<>();

  private record Waiting(Predicate<Supervised> settled, Promise<Instance> promise) {}

  /// @param home the daemon's home, where its files are unless its spec says otherwise
  public Instance(InstanceIdentity instanceIdentity, AppSpec spec, Path home) {
    this.id = instanceIdentity.id();
    this.number = instanceIdentity.number();
    this.createdAt = instanceIdentity.createdAt();
    this.birth = instanceIdentity.birth();
    this.secret = instanceIdentity.secret();
    this.spec = spec;
    this.paths = InstancePaths.of(home, spec, id, birth);
  }

  public InstanceIdentity instanceIdentity() {
    return new InstanceIdentity(id, number, createdAt, birth, secret);
  }

  /// How ClusterBalancer knows the process of the present generation.
  public WorkerId worker() {
    return new WorkerId(id, birth.toEpochMilli(), state.generation());
  }

  /// The rules by which it is supervised.
  public Policies policies() {
    return replacementRole == ReplacementRole.CURRENT ? Policies.of(spec) : Policies.onTrial(spec);
  }

  /// Completes as soon as the state is one that `settled` accepts.
  public Future<Instance> when(Predicate<Supervised> settled) {
    if (settled.test(state)) {
      return Future.succeededFuture(this);
    }
    Promise<Instance> promise = Promise.promise();
    waiting.add(new Waiting(settled, promise));
    return promise.future();
  }

  /// Tells those who wait for the present state.
  public void completeWaiters() {
    List<Waiting> done = waiting.stream().filter(w -> w.settled().test(state)).toList();
    waiting.removeAll(done);
    done.forEach(w -> w.promise().complete(this));
  }

  public Optional<ProcessIdentity> process() {
    return Optional.ofNullable(child).map(Child::identity);
  }

  /// The process that a next daemon has to know: the present one or, until its fate is decided, the
  /// one that the daemon before has recorded. Each write of the journal has it.
  public Optional<ProcessIdentity> lasting() {
    return process().or(() -> recorded);
  }

  /// Whether somebody tells when a process of it is ready: itself, or its checks.
  public boolean readinessIsTold() {
    return spec.readinessIsTold();
  }

  public InstanceView view() {
    boolean lacks = state.phase() == Phase.LAUNCHING && !healthStatus.lacking.isEmpty();
    String reason = state.reason() + (lacks ? "; not ready yet: " + healthStatus.lacking : "");
    return view(state.phase(), process(), reason);
  }

  /// As it is but for what is said otherwise.
  public InstanceView view(Phase phase, Optional<ProcessIdentity> process, String reason) {
    return view(phase, process, state.lastExit(), reason);
  }

  /// As it is, but told of a process that is not the present one.
  ///
  /// @param exit how it ended
  public InstanceView ended(Phase phase, ProcessIdentity process, Exit exit, String reason) {
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
        state.desiredState() == DesiredState.DOWN ? Optional.empty() : nextRun,
        channel.report(),
        unhealthy,
        saying,
        child == null ? "" : LimitText.unenforced(spec, child),
        version,
        crashLooping);
  }

  /// What LogAggregator is to do with the output, as it is described now.
  public LogsCommand.Open capture() {
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
  public String label() {
    return spec.name() + ":" + id;
  }

  /// How a command's problems call it: `web (id 2)`.
  public String title() {
    return "%s (id %s)".formatted(spec.name(), id);
  }

  /// What marks the process of one spawn of this instance, and its descendants.
  public String tag(Path home, long generation) {
    return new Tags.Mark(id, birth.toEpochMilli(), secret, generation).tag(home);
  }

  public boolean bears(Tags.Mark mark) {
    return mark.id().equals(id)
        && mark.birth() == birth.toEpochMilli()
        && mark.secret().equals(secret);
  }

  /// The processes of this instance, by generation.
  ///
  /// @param tagged those of the home
  public NavigableMap<Long, ProcessIdentity> generations(Map<Tags.Mark, ProcessIdentity> tagged) {
    NavigableMap<Long, ProcessIdentity> mine = new TreeMap<>();
    tagged.forEach((mark, process) -> {
      if (bears(mark)) {
        mine.put(mark.generation(), process);
      }
    });
    return mine;
  }
}
