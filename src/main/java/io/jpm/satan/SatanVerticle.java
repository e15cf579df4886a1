package io.jpm.satan;

import io.jpm.bus.Addresses;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.bus.satan.UsageLease;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ProcessHost;
import io.jpm.satan.health.HealthMonitors;
import io.jpm.satan.health.PassiveProbes;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Satan, the health monitor: measures the resource usage of processes, monitors memory limits and
/// runs the probes of apps. Serves [SatanCommand]s on [Addresses#SATAN_COMMAND] and publishes
/// [io.jpm.bus.satan.SatanReport]s on [Addresses#SATAN_REPORTS]. While there is a subscriber, it
/// also publishes the usage of all apps on [Addresses#USAGE].
public final class SatanVerticle extends VerticleBase {
  private final ProcessHost host;
  private final UsageSampler.Clock clock;
  private final Function<Vertx, OneShotTimers> alarms;
  private final Path home;

  /// Creates the verticle.
  ///
  /// @param host provides access to the processes
  /// @param home the daemon's home directory
  /// @param wallClock the wall clock, for display only
  /// @param nanoTime monotonic time
  public SatanVerticle(
      ProcessHost host, Path home, InstantSource wallClock, LongSupplier nanoTime) {
    this(host, home, new UsageSampler.Clock(wallClock, nanoTime), OneShotTimers::of);
  }

  SatanVerticle(
      ProcessHost host,
      Path home,
      UsageSampler.Clock clock,
      Function<Vertx, OneShotTimers> alarms) {
    this.host = host;
    this.home = home;
    this.clock = clock;
    this.alarms = alarms;
  }

  @Override
  public Future<?> start() {
    var usageSampler = new UsageSampler(vertx, host, clock, alarms.apply(vertx));
    var healthMonitors =
        HealthMonitors.of(
            vertx,
            new HealthMonitors.Collaborators(host, home, new PassiveProbes(vertx, host, home)),
            clock.nanos(),
            report -> vertx.eventBus().publish(Addresses.SATAN_REPORTS, report));
    Future<Void> wanted =
        vertx
            .eventBus()
            .<UsageLease>consumer(
                Addresses.USAGE_LEASES, message -> usageSampler.follow(message.body()))
            .completion();
    return wanted.compose(_ ->
        vertx
            .eventBus()
            .<SatanCommand>consumer(
                Addresses.SATAN_COMMAND, message -> serve(message, usageSampler, healthMonitors))
            .completion());
  }

  private static void serve(
      Message<SatanCommand> message, UsageSampler usageSampler, HealthMonitors healthMonitors) {
    switch (message.body()) {
      case SatanCommand.Limits(Map<ProcessIdentity, Long> bytes) -> {
        usageSampler.setLimits(bytes);
        message.reply(new SatanReply.Done());
      }
      case SatanCommand.StartMonitoring startMonitoring ->
          healthMonitors
              .startMonitoring(startMonitoring)
              .onComplete(_ -> message.reply(new SatanReply.Done()));
      case SatanCommand.ProcessStarted processStarted ->
          healthMonitors.processStarted(processStarted);
      case SatanCommand.ReadyAnnounced(WorkerId worker) -> healthMonitors.readyAnnounced(worker);
      case SatanCommand.StopMonitoring(WorkerId worker) -> healthMonitors.stopMonitoring(worker);
      case SatanCommand.Sample(List<ProcessIdentity> processes, TreeUsage.Detail detail) ->
          usageSampler
              .sample(processes, detail)
              .onSuccess(loads -> message.reply(new SatanReply.Sampled(loads)))
              .onFailure(error -> message.fail(1, String.valueOf(error.getMessage())));
      case SatanCommand.GetHealth(List<ProcessIdentity> processes) ->
          message.reply(new SatanReply.Health(healthMonitors.reports(processes)));
      case SatanCommand.GetUsageHistory(Optional<InstanceId> whose) ->
          message.reply(new SatanReply.RecordedUsage(usageSampler.history(whose)));
    }
  }
}
