package io.jpm.satan;

import io.jpm.bus.Addresses;
import io.jpm.bus.Blocking;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReply.Load;
import io.jpm.bus.satan.UsageDemand;
import io.jpm.bus.satan.UsagePoint;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.SystemUsage;
import io.jpm.model.run.TreeUsage;
import io.jpm.model.run.TreeUsage.Detail;
import io.jpm.os.ProcessHost;
import io.jpm.wire.UsageMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// Looks at what all apps use, as often as [SamplingSchedule] says: one look at all processes
/// serves memory limits, history and followers. An idle daemon does not wake up for it. Each look
/// begins when the one before has ended. Owned by SatanVerticle's context.
final class Sampler {
  private static final Logger LOG = System.getLogger("jpm.satan");
  private static final Duration PATIENCE_WITH_GOD = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final ProcessHost host;
  private final Clock clock;
  private final OneShotTimers oneShotTimers;
  private final MemoryLimits limits = new MemoryLimits();
  private final SamplingSchedule samplingSchedule = new SamplingSchedule(UsageDemand.LEASE);
  private final CpuMeter meter = new CpuMeter();
  private final SystemMeter systemMeter = new SystemMeter();
  private final UnchangedCounter unchangedCounter = new UnchangedCounter();
  private final UsageHistory history = new UsageHistory();

  /// Those that God told of last; he may be too busy to tell now.
  private List<InstanceView> instances = List.of();

  private Optional<Alarm> alarm = Optional.empty();
  private long costNanos;

  /// How often files were not read since they were.
  private int looksWithoutFiles = LOOKS_PER_FILES;

  /// What was read of them last.
  private Map<ProcessIdentity, TreeUsage.Files> files = Map.of();

  private boolean looking;
  private boolean failing;

  /// Open files cost several system calls a process, and change less than a load.
  private static final int LOOKS_PER_FILES = 5;

  private record Alarm(long id, Duration delay) {}

  /// The time.
  ///
  /// @param wall for display only
  /// @param nanos monotonic, which alone decides
  record Clock(InstantSource wall, LongSupplier nanos) {
    long nowNanos() {
      return nanos.getAsLong();
    }
  }

  /// What one look has found.
  ///
  /// @param atNanos when it was over
  /// @param costNanos how long it took
  private record Found(
      Map<ProcessIdentity, TreeUsage> trees,
      Optional<SystemUsage> system,
      Detail detail,
      long atNanos,
      long costNanos) {}

  Sampler(Vertx vertx, ProcessHost host, Clock clock, OneShotTimers oneShotTimers) {
    this.vertx = vertx;
    this.host = host;
    this.clock = clock;
    this.oneShotTimers = oneShotTimers;
  }

  /// From now on these memory limits and no others.
  void limit(Map<ProcessIdentity, Long> bytes) {
    limits.set(bytes);
    arm();
  }

  /// Somebody begins or goes on to follow, or ends to.
  void follow(UsageDemand wanted) {
    if (samplingSchedule.follows(wanted.listener(), wanted.wanted(), clock.nowNanos())) {
      unchangedCounter.end();
    }
    arm();
  }

  /// What these trees use now.
  Future<Map<ProcessIdentity, Load>> sample(List<ProcessIdentity> processes, Detail detail) {
    samplingSchedule.looked(clock.nowNanos());
    arm();
    return Blocking.call(vertx, () -> look(processes, detail, false)).map(this::loads);
  }

  /// What was used before, see [io.jpm.bus.satan.SatanCommand.History].
  List<UsagePoint> past(Optional<InstanceId> whose) {
    samplingSchedule.looked(clock.nowNanos());
    arm();
    return history.of(whose, clock.wall().millis());
  }

  /// The alarm is set exactly when somebody wants to know and nobody is looking.
  private void arm() {
    Optional<Duration> next =
        looking
            ? Optional.empty()
            : samplingSchedule.next(
                !limits.watched().isEmpty(), costNanos, unchangedCounter.looks(), clock.nowNanos());
    boolean inTime =
        alarm.isPresent() && next.isPresent() && alarm.get().delay().compareTo(next.get()) <= 0;
    if (inTime) {
      return;
    }
    alarm.ifPresent(set -> oneShotTimers.cancel(set.id()));
    alarm = next.map(delay -> new Alarm(oneShotTimers.set(delay, this::look), delay));
  }

  private void look() {
    alarm = Optional.empty();
    looking = true;
    boolean followed = samplingSchedule.isFollowed(clock.nowNanos());
    boolean remembered = samplingSchedule.isRemembered(clock.nowNanos());
    Detail detail =
        followed && ++looksWithoutFiles >= LOOKS_PER_FILES ? Detail.FILES : Detail.BASIC;
    // Not in order with others: a list need not wait for a look at all processes.
    Future<Void> done =
        (remembered ? askGod() : Future.succeededFuture())
            .map(_ -> wanted(remembered))
            .compose(wanted -> vertx.executeBlocking(() -> look(wanted, detail, remembered), false))
            .map(Objects::requireNonNull)
            .map(found -> {
              failing = false;
              take(found, remembered, followed);
              return null;
            });
    done.onFailure(this::failed)
        .onComplete(_ -> {
          looking = false;
          arm();
        });
  }

  private Set<ProcessIdentity> wanted(boolean all) {
    Set<ProcessIdentity> wanted = new HashSet<>(limits.watched());
    if (all) {
      instances.forEach(instance -> instance.process().ifPresent(wanted::add));
    }
    return wanted;
  }

  private Future<Void> askGod() {
    var patience = new DeliveryOptions().setSendTimeout(PATIENCE_WITH_GOD.toMillis());
    return vertx
        .eventBus()
        .<GodReply>request(Addresses.GOD_COMMAND, new GodCommand.Show(List.of()), patience)
        .map(Message::body)
        .<Void>map(reply -> {
          instances = reply.instances();
          return null;
        })
        .otherwiseEmpty();
  }

  /// @param whole the machine too: nobody who types `ls` waits for that
  private Found look(Collection<ProcessIdentity> wanted, Detail detail, boolean whole) {
    long began = clock.nowNanos();
    Map<ProcessIdentity, TreeUsage> trees = host.treeUsage(wanted, detail);
    Optional<SystemUsage> system = whole ? host.systemUsage() : Optional.empty();
    long now = clock.nowNanos();
    return new Found(trees, system, detail, now, now - began);
  }

  private Map<ProcessIdentity, Load> loads(Found found) {
    meter.forgetOld(found.atNanos());
    Map<ProcessIdentity, Load> loads = new HashMap<>();
    found
        .trees()
        .forEach((main, tree) ->
            loads.put(main, new Load(meter.percent(main, tree.cpu(), found.atNanos()), tree)));
    return loads;
  }

  private void take(Found found, boolean remembered, boolean followed) {
    costNanos = found.costNanos();
    if (found.detail() == Detail.FILES) {
      looksWithoutFiles = 0;
      Map<ProcessIdentity, TreeUsage.Files> read = new HashMap<>();
      found.trees().forEach((main, tree) -> read.put(main, tree.files()));
      files = read;
    }
    Map<ProcessIdentity, Long> bytes = new HashMap<>();
    found.trees().forEach((main, tree) -> bytes.put(main, tree.memoryBytes()));
    limits
        .sampled(bytes)
        .forEach(report -> vertx.eventBus().publish(Addresses.SATAN_REPORTS, report));
    if (!remembered) {
      return;
    }
    UsageMessage message = message(found);
    unchangedCounter.saw(message);
    remember(message);
    if (followed) {
      vertx.eventBus().publish(Addresses.USAGE, message.toJson());
    }
  }

  private UsageMessage message(Found found) {
    Map<ProcessIdentity, Load> loads = loads(found);
    List<UsageMessage.OfInstance> all = new ArrayList<>();
    for (InstanceView instance : instances) {
      ProcessIdentity process = instance.process().orElse(null);
      Load load = process == null ? null : loads.get(process);
      if (process != null && load != null) {
        all.add(
            new UsageMessage.OfInstance(
                instance.spec().name().value(),
                instance.id().value(),
                process.pid(),
                load.cpuPercent(),
                load.tree().with(files.getOrDefault(process, TreeUsage.Files.UNKNOWN))));
      }
    }
    double system =
        found.system().map(usage -> systemMeter.percent(usage, found.atNanos())).orElse(0.0);
    return new UsageMessage(clock.wall().millis(), found.system(), system, all);
  }

  private void remember(UsageMessage message) {
    message
        .instances()
        .forEach(of ->
            history.add(
                Optional.of(new InstanceId(of.id())),
                message.at(),
                of.cpuPercent(),
                of.tree().memoryBytes()));
    message
        .system()
        .ifPresent(system ->
            history.add(
                Optional.empty(),
                message.at(),
                message.systemCpuPercent(),
                system.memoryBytes() - system.availableBytes()));
  }

  private void failed(Throwable error) {
    if (!failing) {
      failing = true;
      LOG.log(Level.WARNING, "what apps use is not known as long as this fails", error);
    }
  }
}
