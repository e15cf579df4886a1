package io.jpm.satan;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.bus.satan.UsageLease;
import io.jpm.bus.satan.UsagePoint;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.SystemUsage;
import io.jpm.model.process.TreeUsage;
import io.jpm.model.process.TreeUsage.Detail;
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

/// Samples the resource usage of all apps, as often as [SamplingSchedule] requires. One scan of all
/// processes serves memory limits, history and subscribers. Sampling does not wake an idle daemon.
/// A sample never starts before the previous one has finished. Confined to SatanVerticle's context.
final class UsageSampler {
  private static final Logger LOG = System.getLogger("jpm.satan");
  private static final Duration PATIENCE_WITH_GOD = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final ProcessHost host;
  private final Clock clock;
  private final OneShotTimers oneShotTimers;
  private final MemoryLimitMonitor limits = new MemoryLimitMonitor();
  private final SamplingSchedule samplingSchedule = new SamplingSchedule(UsageLease.LEASE);
  private final CpuMeter meter = new CpuMeter();
  private final SystemCpuMeter systemCpuMeter = new SystemCpuMeter();
  private final UnchangedCounter unchangedCounter = new UnchangedCounter();
  private final UsageHistory history = new UsageHistory();

  /// The instances that God reported last. They are used if God does not answer in time.
  private List<InstanceView> instances = List.of();

  private Optional<Alarm> alarm = Optional.empty();
  private long costNanos;

  /// The number of samples since the open files were last counted.
  private int looksWithoutFiles = LOOKS_PER_FILES;

  /// The open files at the last count.
  private Map<ProcessIdentity, TreeUsage.Files> files = Map.of();

  private boolean looking;
  private boolean failing;

  /// Open files are counted only in every fifth sample: the count takes several system calls per
  /// process, and the numbers change less than the load.
  private static final int LOOKS_PER_FILES = 5;

  private record Alarm(long id, Duration delay) {}

  /// The clocks.
  ///
  /// @param wall the wall clock, for display only
  /// @param nanos the monotonic time, on which all decisions are based
  record Clock(InstantSource wall, LongSupplier nanos) {
    long nowNanos() {
      return nanos.getAsLong();
    }
  }

  /// The result of one scan.
  ///
  /// @param atNanos when the scan ended
  /// @param costNanos how long it took
  private record SampleResult(
      Map<ProcessIdentity, TreeUsage> trees,
      Optional<SystemUsage> system,
      Detail detail,
      long atNanos,
      long costNanos) {}

  UsageSampler(Vertx vertx, ProcessHost host, Clock clock, OneShotTimers oneShotTimers) {
    this.vertx = vertx;
    this.host = host;
    this.clock = clock;
    this.oneShotTimers = oneShotTimers;
  }

  /// Replaces all memory limits.
  void setLimits(Map<ProcessIdentity, Long> bytes) {
    limits.set(bytes);
    arm();
  }

  /// Starts, renews or ends a subscription.
  void follow(UsageLease wanted) {
    if (samplingSchedule.setFollower(wanted.listener(), wanted.subscribed(), clock.nowNanos())) {
      unchangedCounter.end();
    }
    arm();
  }

  /// Returns the current usage of these trees.
  Future<Map<ProcessIdentity, MeasuredUsage>> sample(
      List<ProcessIdentity> processes, Detail detail) {
    samplingSchedule.recordQuery(clock.nowNanos());
    arm();
    return BlockingCalls.call(vertx, () -> look(processes, detail, false)).map(this::loads);
  }

  /// Returns the recorded usage, see [io.jpm.bus.satan.SatanCommand.GetUsageHistory].
  List<UsagePoint> history(Optional<InstanceId> whose) {
    samplingSchedule.recordQuery(clock.nowNanos());
    arm();
    return history.of(whose, clock.wall().millis());
  }

  /// Sets the timer for the next sample if one is needed and none is in progress; otherwise cancels
  /// the timer.
  private void arm() {
    Optional<Duration> next =
        looking
            ? Optional.empty()
            : samplingSchedule.next(
                !limits.watched().isEmpty(), costNanos, unchangedCounter.count(), clock.nowNanos());
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
    boolean followed = samplingSchedule.hasFollowers(clock.nowNanos());
    boolean remembered = samplingSchedule.isHistoryActive(clock.nowNanos());
    Detail detail =
        followed && ++looksWithoutFiles >= LOOKS_PER_FILES ? Detail.FILES : Detail.BASIC;
    // Runs unordered, so that a command such as `jpm ls` does not wait for a scan of all processes.
    Future<Void> done =
        (remembered ? askGod() : Future.succeededFuture())
            .map(_ -> wanted(remembered))
            .compose(wanted -> vertx.executeBlocking(() -> look(wanted, detail, remembered), false))
            .map(Objects::requireNonNull)
            .map(sampleResult -> {
              failing = false;
              take(sampleResult, remembered, followed);
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
    var timeout = new DeliveryOptions().setSendTimeout(PATIENCE_WITH_GOD.toMillis());
    return vertx
        .eventBus()
        .<GodReply>request(Addresses.GOD_COMMAND, new GodCommand.Show(List.of()), timeout)
        .map(Message::body)
        .<Void>map(reply -> {
          instances = reply.instances();
          return null;
        })
        .otherwiseEmpty();
  }

  /// Takes one sample. Blocking.
  ///
  /// @param whole whether to measure the whole machine as well; false for commands, because a user
  ///   waits for their result
  private SampleResult look(Collection<ProcessIdentity> wanted, Detail detail, boolean whole) {
    long began = clock.nowNanos();
    Map<ProcessIdentity, TreeUsage> trees = host.treeUsage(wanted, detail);
    Optional<SystemUsage> system = whole ? host.systemUsage() : Optional.empty();
    long now = clock.nowNanos();
    return new SampleResult(trees, system, detail, now, now - began);
  }

  private Map<ProcessIdentity, MeasuredUsage> loads(SampleResult sampleResult) {
    meter.forgetOld(sampleResult.atNanos());
    Map<ProcessIdentity, MeasuredUsage> loads = new HashMap<>();
    sampleResult
        .trees()
        .forEach((main, tree) ->
            loads.put(
                main,
                new MeasuredUsage(meter.percent(main, tree.cpu(), sampleResult.atNanos()), tree)));
    return loads;
  }

  private void take(SampleResult sampleResult, boolean remembered, boolean followed) {
    costNanos = sampleResult.costNanos();
    if (sampleResult.detail() == Detail.FILES) {
      looksWithoutFiles = 0;
      Map<ProcessIdentity, TreeUsage.Files> read = new HashMap<>();
      sampleResult.trees().forEach((main, tree) -> read.put(main, tree.files()));
      files = read;
    }
    Map<ProcessIdentity, Long> bytes = new HashMap<>();
    sampleResult.trees().forEach((main, tree) -> bytes.put(main, tree.memoryBytes()));
    limits
        .evaluate(bytes)
        .forEach(report -> vertx.eventBus().publish(Addresses.SATAN_REPORTS, report));
    if (!remembered) {
      return;
    }
    UsageMessage message = message(sampleResult);
    unchangedCounter.add(message);
    remember(message);
    if (followed) {
      vertx.eventBus().publish(Addresses.USAGE, message.toJson());
    }
  }

  private UsageMessage message(SampleResult sampleResult) {
    Map<ProcessIdentity, MeasuredUsage> loads = loads(sampleResult);
    List<UsageMessage.InstanceUsage> all = new ArrayList<>();
    for (InstanceView instance : instances) {
      ProcessIdentity process = instance.process().orElse(null);
      MeasuredUsage measuredUsage = process == null ? null : loads.get(process);
      if (process != null && measuredUsage != null) {
        all.add(
            new UsageMessage.InstanceUsage(
                instance.spec().name().value(),
                instance.id().value(),
                process.pid(),
                measuredUsage.cpuPercent(),
                measuredUsage.tree().with(files.getOrDefault(process, TreeUsage.Files.UNKNOWN))));
      }
    }
    double system =
        sampleResult
            .system()
            .map(usage -> systemCpuMeter.percent(usage, sampleResult.atNanos()))
            .orElse(0.0);
    return new UsageMessage(clock.wall().millis(), sampleResult.system(), system, all);
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
      LOG.log(Level.WARNING, "cannot measure the resource usage of apps", error);
    }
  }
}
