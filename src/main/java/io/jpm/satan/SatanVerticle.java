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
import io.vertx.core.eventbus.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// Samples what processes use, when somebody asks. Serves [SatanCommand]s on
/// [Addresses#SATAN_COMMAND].
public final class SatanVerticle extends VerticleBase {
  private final ProcessHost host;
  private final LongSupplier nanoTime;
  private final CpuMeter meter = new CpuMeter();

  /// @param host who knows the processes
  /// @param nanoTime monotonic time
  public SatanVerticle(ProcessHost host, LongSupplier nanoTime) {
    this.host = host;
    this.nanoTime = nanoTime;
  }

  @Override
  public Future<?> start() {
    return vertx
        .eventBus()
        .<SatanCommand>consumer(Addresses.SATAN_COMMAND, this::serve)
        .completion();
  }

  private void serve(Message<SatanCommand> message) {
    switch (message.body()) {
      case SatanCommand.Limits _ -> message.reply(new SatanReply.Done());
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
