package io.jpm.satan;

import io.jpm.bus.Addresses;
import io.jpm.bus.OffLoop;
import io.jpm.bus.SatanCommand;
import io.jpm.bus.SatanReply;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.Usage;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Samples what processes use, when somebody asks, and watches the memory of those that have a
/// limit. Serves [SatanCommand]s on [Addresses#SATAN_COMMAND], publishes [io.jpm.bus.SatanReport]s
/// on [Addresses#SATAN_REPORTS].
public final class SatanVerticle extends VerticleBase {
  private final ProcessHost host;
  private final LongSupplier nanoTime;
  private final Function<Vertx, Alarms> alarms;
  private final CpuMeter meter = new CpuMeter();

  /// @param host who knows the processes
  /// @param nanoTime monotonic time
  public SatanVerticle(ProcessHost host, LongSupplier nanoTime) {
    this(host, nanoTime, Alarms::of);
  }

  SatanVerticle(ProcessHost host, LongSupplier nanoTime, Function<Vertx, Alarms> alarms) {
    this.host = host;
    this.nanoTime = nanoTime;
    this.alarms = alarms;
  }

  @Override
  public Future<?> start() {
    var watch = new MemoryWatch(vertx, host, alarms.apply(vertx));
    return vertx
        .eventBus()
        .<SatanCommand>consumer(Addresses.SATAN_COMMAND, message -> serve(message, watch))
        .completion();
  }

  private void serve(Message<SatanCommand> message, MemoryWatch watch) {
    switch (message.body()) {
      case SatanCommand.Limits(Map<ProcessIdentity, Long> bytes) -> {
        watch.set(bytes);
        message.reply(new SatanReply.Done());
      }
      case SatanCommand.Attend _ -> message.reply(new SatanReply.Done());
      case SatanCommand.Began _, SatanCommand.SaidReady _, SatanCommand.Leave _ -> {
        // The check of health is yet to come.
      }
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
