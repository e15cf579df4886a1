package io.jpm.satan;

import io.jpm.bus.Addresses;
import io.jpm.bus.OffLoop;
import io.jpm.bus.SatanCommand;
import io.jpm.bus.SatanReply;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.Usage;
import io.jpm.model.WorkerId;
import io.jpm.os.ProcessHost;
import io.jpm.satan.health.Attendants;
import io.jpm.satan.health.ChannelOnly;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Samples what processes use, when somebody asks, watches the memory of those that have a limit,
/// and asks those whose apps have checks how they are. Serves [SatanCommand]s on
/// [Addresses#SATAN_COMMAND], publishes [io.jpm.bus.SatanReport]s on [Addresses#SATAN_REPORTS].
public final class SatanVerticle extends VerticleBase {
  private final ProcessHost host;
  private final LongSupplier nanoTime;
  private final Function<Vertx, Alarms> alarms;
  private final Path home;
  private final CpuMeter meter = new CpuMeter();

  /// @param host who knows the processes
  /// @param home the daemon's home
  /// @param nanoTime monotonic time
  public SatanVerticle(ProcessHost host, Path home, LongSupplier nanoTime) {
    this(host, home, nanoTime, Alarms::of);
  }

  SatanVerticle(
      ProcessHost host, Path home, LongSupplier nanoTime, Function<Vertx, Alarms> alarms) {
    this.host = host;
    this.home = home;
    this.nanoTime = nanoTime;
    this.alarms = alarms;
  }

  @Override
  public Future<?> start() {
    var watch = new MemoryWatch(vertx, host, alarms.apply(vertx));
    var attendants =
        Attendants.of(
            vertx,
            new Attendants.Edges(host, home, new ChannelOnly()),
            nanoTime,
            report -> vertx.eventBus().publish(Addresses.SATAN_REPORTS, report));
    return vertx
        .eventBus()
        .<SatanCommand>consumer(
            Addresses.SATAN_COMMAND, message -> serve(message, watch, attendants))
        .completion();
  }

  private void serve(Message<SatanCommand> message, MemoryWatch watch, Attendants attendants) {
    switch (message.body()) {
      case SatanCommand.Limits(Map<ProcessIdentity, Long> bytes) -> {
        watch.set(bytes);
        message.reply(new SatanReply.Done());
      }
      case SatanCommand.Attend attend ->
          attendants.attend(attend).onComplete(_ -> message.reply(new SatanReply.Done()));
      case SatanCommand.Began began -> attendants.began(began);
      case SatanCommand.SaidReady(WorkerId worker) -> attendants.saidReady(worker);
      case SatanCommand.Leave(WorkerId worker) -> attendants.leave(worker);
      case SatanCommand.Sample(List<ProcessIdentity> processes) ->
          OffLoop.call(vertx, () -> usages(processes))
              .onSuccess(usages ->
                  message.reply(new SatanReply.Sampled(meter.loads(usages, nanoTime.getAsLong()))))
              .onFailure(error -> message.fail(1, String.valueOf(error.getMessage())));
    }
  }

  private Map<ProcessIdentity, Usage> usages(List<ProcessIdentity> processes) {
    Map<ProcessIdentity, Usage> usages = new HashMap<>();
    for (ProcessIdentity process : processes) {
      host.usage(process).ifPresent(usage -> usages.put(process, usage));
    }
    return usages;
  }
}
