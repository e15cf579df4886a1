package io.jpm.satan;

import io.jpm.bus.Addresses;
import io.jpm.bus.SatanCommand;
import io.jpm.bus.SatanReply;
import io.jpm.bus.UsageWanted;
import io.jpm.model.InstanceId;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.TreeUsage;
import io.jpm.model.WorkerId;
import io.jpm.os.ProcessHost;
import io.jpm.satan.health.Attendants;
import io.jpm.satan.health.Ears;
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

/// Looks at what processes use, watches the memory of those that have a limit, and asks those whose
/// apps have checks how they are. Serves [SatanCommand]s on [Addresses#SATAN_COMMAND], publishes
/// [io.jpm.bus.SatanReport]s on [Addresses#SATAN_REPORTS] and, while somebody listens, what all
/// apps use on [Addresses#USAGE].
public final class SatanVerticle extends VerticleBase {
  private final ProcessHost host;
  private final Sampler.Clock clock;
  private final Function<Vertx, Alarms> alarms;
  private final Path home;

  /// @param host who knows the processes
  /// @param home the daemon's home
  /// @param wallClock for display only
  /// @param nanoTime monotonic time
  public SatanVerticle(
      ProcessHost host, Path home, InstantSource wallClock, LongSupplier nanoTime) {
    this(host, home, new Sampler.Clock(wallClock, nanoTime), Alarms::of);
  }

  SatanVerticle(ProcessHost host, Path home, Sampler.Clock clock, Function<Vertx, Alarms> alarms) {
    this.host = host;
    this.home = home;
    this.clock = clock;
    this.alarms = alarms;
  }

  @Override
  public Future<?> start() {
    var sampler = new Sampler(vertx, host, clock, alarms.apply(vertx));
    var attendants =
        Attendants.of(
            vertx,
            new Attendants.Edges(host, home, new Ears(vertx, host, home)),
            clock.nanos(),
            report -> vertx.eventBus().publish(Addresses.SATAN_REPORTS, report));
    Future<Void> wanted =
        vertx
            .eventBus()
            .<UsageWanted>consumer(
                Addresses.USAGE_WANTED, message -> sampler.follow(message.body()))
            .completion();
    return wanted.compose(_ ->
        vertx
            .eventBus()
            .<SatanCommand>consumer(
                Addresses.SATAN_COMMAND, message -> serve(message, sampler, attendants))
            .completion());
  }

  private static void serve(Message<SatanCommand> message, Sampler sampler, Attendants attendants) {
    switch (message.body()) {
      case SatanCommand.Limits(Map<ProcessIdentity, Long> bytes) -> {
        sampler.limit(bytes);
        message.reply(new SatanReply.Done());
      }
      case SatanCommand.Attend attend ->
          attendants.attend(attend).onComplete(_ -> message.reply(new SatanReply.Done()));
      case SatanCommand.Began began -> attendants.began(began);
      case SatanCommand.SaidReady(WorkerId worker) -> attendants.saidReady(worker);
      case SatanCommand.Leave(WorkerId worker) -> attendants.leave(worker);
      case SatanCommand.Sample(List<ProcessIdentity> processes, TreeUsage.Detail detail) ->
          sampler
              .sample(processes, detail)
              .onSuccess(loads -> message.reply(new SatanReply.Sampled(loads)))
              .onFailure(error -> message.fail(1, String.valueOf(error.getMessage())));
      case SatanCommand.Checks(List<ProcessIdentity> processes) ->
          message.reply(new SatanReply.Checked(attendants.reports(processes)));
      case SatanCommand.History(Optional<InstanceId> whose) ->
          message.reply(new SatanReply.Past(sampler.past(whose)));
    }
  }
}
