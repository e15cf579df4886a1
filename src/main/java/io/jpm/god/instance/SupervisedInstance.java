package io.jpm.god.instance;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogPaths;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.EffectiveProgram;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.Child;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.InstanceTimer;
import io.jpm.supervise.SupervisionPolicy;
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

/// One instance and all the state that God holds for it. Confined to GodVerticle's context.
public final class SupervisedInstance {
  public final InstanceId id;
  public final int number;

  /// When the instance was added to the list or its counters were reset.
  public Instant createdAt;

  /// Distinguishes the instance from others with the same id, see [InstanceIdentity#incarnation].
  public final Instant incarnation;

  /// The unpredictable part of its process tag, see [InstanceIdentity#secret].
  public final TagSecret secret;

  public ReplacementRole replacementRole = ReplacementRole.CURRENT;
  public AppSpec spec;
  public InstancePaths paths;
  public InstanceState state = InstanceState.NEW;

  /// The current process; null if there is none.
  public @Nullable Child child;

  /// Delivers the reports about [#child] that arrived before God knew the process.
  public @Nullable EarlyReports earlyReports;

  /// The process that the journal contained when the daemon started; empty once that process has
  /// been adopted or its exit has been handled.
  public Optional<ProcessIdentity> recorded = Optional.empty();

  /// The last process whose exit has not been published yet.
  public Optional<ProcessIdentity> unreportedExitProcess = Optional.empty();

  /// The balancer state that ClusterBalancer has assigned to the current process; empty if the
  /// process does not share a port.
  public Optional<String> balancerState = Optional.empty();

  /// Possible reason why the current process does not accept connections; empty if no reason is
  /// known or if the process accepts connections.
  public String notListeningReason = "";

  /// Whether ClusterBalancer must be notified when the current process exits and is not replaced.
  public boolean balanced;

  /// The variables from env files when the current process was started. Kept in memory only.
  public volatile Map<String, String> fileVariables = Map.of();

  /// The `PORT` that ClusterBalancer has assigned to the current process; empty if it has assigned
  /// none.
  public volatile String port = "";

  /// The package version from which the current process was started; empty if unknown.
  public volatile String version = "";

  /// Whether the current process is known to accept connections eventually.
  public boolean mustListen;

  /// Whether the current process has been observed to accept connections.
  public boolean listening;

  public Optional<Instant> startedAt = Optional.empty();

  /// Whether the instance was deleted; later events are ignored.
  public boolean removed;

  /// Whether the current stop applies to the whole process tree.
  public boolean stopsWholeTree;

  /// Whether the current process is stopped by the message `shutdown`, as `gracefulReload` requests
  /// ([io.jpm.model.StopPolicy#asGraceful]).
  public boolean stopsGracefully;

  /// Whether LogAggregator captures the output of this instance as requested by [#captureRequest].
  public boolean captured;

  /// The state of the current process's IPC channel.
  public AppChannel channel = new AppChannel();

  /// The health of the current process.
  public HealthStatus healthStatus = new HealthStatus();

  /// Why jpm is replacing the process; empty if a user requested the replacement or if the process
  /// is not being replaced.
  public String replacementReason = "";

  /// Why the current process is unhealthy although it is running; empty if it is healthy.
  public Optional<String> unhealthy = Optional.empty();

  /// The status text that the current process reports about itself; may be empty.
  public String statusText = "";

  /// A problem during the last stop or deletion, which succeeded nevertheless.
  public Optional<String> stopProblem = Optional.empty();

  /// Whether the instance is in a crash loop, see [io.jpm.supervise.CrashLoopDetector].
  public boolean crashLooping;

  /// How the process that was started by a command failed shortly afterwards; empty if it did not
  /// fail.
  public String earlyFailure = "";

  /// How the last stop was forced; empty if it was not forced, or if that has already been
  /// reported.
  public String forcedStopNote = "";

  /// When the next scheduled restart is due.
  public Optional<Instant> nextRun = Optional.empty();

  /// Starts the stop timeout as soon as all requested signals have been sent.
  public final StopTimeoutStarter patience = new StopTimeoutStarter();

  /// Ids of the running Vert.x timers.
  public final Map<InstanceTimer, Long> timers = new EnumMap<>(InstanceTimer.class);

  private final List<Waiting> waiting = new ArrayList<>();

  private record Waiting(Predicate<InstanceState> settled, Promise<SupervisedInstance> promise) {}

  /// Creates an instance that has no process yet.
  ///
  /// @param home the daemon's home directory, which contains the instance's files unless its spec
  ///   says otherwise
  public SupervisedInstance(InstanceIdentity instanceIdentity, AppSpec spec, Path home) {
    this.id = instanceIdentity.id();
    this.number = instanceIdentity.number();
    this.createdAt = instanceIdentity.createdAt();
    this.incarnation = instanceIdentity.incarnation();
    this.secret = instanceIdentity.secret();
    this.spec = spec;
    this.paths = InstancePaths.of(home, spec, id, incarnation);
  }

  public InstanceIdentity instanceIdentity() {
    return new InstanceIdentity(id, number, createdAt, incarnation, secret);
  }

  /// Returns the identity that ClusterBalancer and Satan use for the process of the current
  /// generation.
  public WorkerId worker() {
    return new WorkerId(id, incarnation.toEpochMilli(), state.generation());
  }

  /// Returns the policy with which the instance is supervised.
  public SupervisionPolicy policies() {
    SupervisionPolicy policy =
        replacementRole == ReplacementRole.CURRENT
            ? SupervisionPolicy.of(spec)
            : SupervisionPolicy.forCandidate(spec);
    return stopsGracefully ? policy.withStop(spec.stop().asGraceful()) : policy;
  }

  /// Reports whether the process can be expected to read messages from its IPC channel. Every app
  /// has a channel, but most programs do not read from it.
  public boolean readsIpcChannel() {
    return child != null
        && child.hasIpcChannel()
        && (channel.readsMessages()
            || spec.stop().message()
            || EffectiveProgram.of(spec.command()).mayReadMessages(channel.isUsed()));
  }

  /// Returns a future that completes as soon as `settled` accepts the state.
  public Future<SupervisedInstance> when(Predicate<InstanceState> settled) {
    if (settled.test(state)) {
      return Future.succeededFuture(this);
    }
    Promise<SupervisedInstance> promise = Promise.promise();
    waiting.add(new Waiting(settled, promise));
    return promise.future();
  }

  /// Completes the futures returned by [#when] whose condition accepts the current state.
  public void completeWaiters() {
    List<Waiting> done = waiting.stream().filter(w -> w.settled().test(state)).toList();
    waiting.removeAll(done);
    done.forEach(w -> w.promise().complete(this));
  }

  public Optional<ProcessIdentity> process() {
    return Optional.ofNullable(child).map(Child::identity);
  }

  /// Returns the process that every journal write must record for the next daemon. This is the
  /// current process or, as long as there is none, the process that the previous daemon recorded
  /// ([#recorded]).
  public Optional<ProcessIdentity> journaledProcess() {
    return process().or(() -> recorded);
  }

  /// Reports whether readiness is signalled explicitly, either by the process itself or by its
  /// probes.
  public boolean hasExplicitReadiness() {
    return spec.hasReadinessSignal();
  }

  public InstanceView view() {
    boolean lacks = state.phase() == Phase.LAUNCHING && !healthStatus.notReadyReason.isEmpty();
    String reason =
        state.reason() + (lacks ? "; not ready yet: " + healthStatus.notReadyReason : "");
    return view(state.phase(), process(), reason);
  }

  /// Returns the view of the instance with the given phase, process and reason.
  public InstanceView view(Phase phase, Optional<ProcessIdentity> process, String reason) {
    return view(phase, process, state.lastExit(), reason);
  }

  /// Returns the view of the instance with a process other than the current one.
  ///
  /// @param exit how `process` terminated
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
        statusText,
        child == null ? "" : LimitText.unenforced(spec, child),
        version,
        crashLooping);
  }

  /// Returns the request with which LogAggregator captures the output according to the current
  /// spec.
  public LogsCommand.Open captureRequest() {
    Optional<Path> combined = paths.combined().filter(file -> !file.equals(InstancePaths.NOWHERE));
    return new LogsCommand.Open(
        id,
        spec.name(),
        paths.out().fifo(),
        paths.error().fifo(),
        new LogPaths(paths.out().file(), paths.error().file(), combined),
        spec.logs(),
        spec.runAs(),
        incarnation.toEpochMilli());
  }

  /// Returns the name that users and logs see, such as `web:2`.
  public String label() {
    return spec.name() + ":" + id;
  }

  /// Returns the name that is used in replies to commands, such as `web (id 2)`.
  public String title() {
    return "%s (id %s)".formatted(spec.name(), id);
  }

  /// Returns the process tag of one generation of this instance. All descendants of the process
  /// inherit the tag.
  public String tag(Path home, long generation) {
    return new Tags.InstanceTag(id, incarnation.toEpochMilli(), secret, generation).tag(home);
  }

  /// Reports whether the tag identifies a process of this instance, of any generation.
  public boolean hasTag(Tags.InstanceTag instanceTag) {
    return instanceTag.id().equals(id)
        && instanceTag.incarnation() == incarnation.toEpochMilli()
        && instanceTag.secret().equals(secret);
  }

  /// Returns the processes of this instance, keyed by generation.
  ///
  /// @param tagged the tagged processes of the home directory
  public NavigableMap<Long, ProcessIdentity> generations(
      Map<Tags.InstanceTag, ProcessIdentity> tagged) {
    NavigableMap<Long, ProcessIdentity> mine = new TreeMap<>();
    tagged.forEach((instanceTag, process) -> {
      if (hasTag(instanceTag)) {
        mine.put(instanceTag.generation(), process);
      }
    });
    return mine;
  }
}
