package io.jpm.god;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.model.process.WorkerId;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// A balancer that prepares each process without changes and records the commands that it receives.
@SuppressWarnings("NullAway.Init") // listen comes first
public final class FakeBalancer {
  public final List<BalancerCommand> commands = new CopyOnWriteArrayList<>();

  /// The reply to `Prepare`.
  public volatile Function<BalancerCommand.Prepare, BalancerReply> prepareReply =
      _ -> BalancerReply.Prepared.PLAIN;

  /// The reply to `Lend`: how a process can be replaced.
  public volatile Function<BalancerCommand.PrepareHandover, BalancerReply> handoverReply =
      prepareHandover ->
          prepareHandover.next().cluster().enabled()
              ? new BalancerReply.Handover.SideBySide("it shares its port", false)
              : new BalancerReply.Handover.NoPort();

  /// Whether a drain is answered at once; otherwise [#answerDrains] answers it.
  public volatile boolean drainsAtOnce = true;

  private final List<Message<BalancerCommand>> draining = new CopyOnWriteArrayList<>();
  private MessageConsumer<BalancerCommand> consumer;
  private Vertx vertx;

  void listen(Vertx on) {
    vertx = on;
    consumer = on.eventBus().consumer(Addresses.BALANCER_COMMAND, this::serve);
  }

  /// Unregisters the balancer.
  void unregister() {
    GodHarness.await(consumer.unregister());
  }

  private void serve(Message<BalancerCommand> message) {
    commands.add(message.body());
    switch (message.body()) {
      case BalancerCommand.Prepare prepare -> message.reply(prepareReply.apply(prepare));
      case BalancerCommand.Drain _ -> {
        if (drainsAtOnce) {
          message.reply(new BalancerReply.Drained(0));
        } else {
          draining.add(message);
        }
      }
      case BalancerCommand.PrepareHandover prepareHandover ->
          message.reply(handoverReply.apply(prepareHandover));
      case BalancerCommand.ProcessStarted _,
          BalancerCommand.FinishHandover _,
          BalancerCommand.PreviewReload _,
          BalancerCommand.NodeMessageReceived _,
          BalancerCommand.ProcessEnded _,
          BalancerCommand.SetFit _,
          BalancerCommand.Ready _,
          BalancerCommand.ResolveRoute _,
          BalancerCommand.Released _,
          BalancerCommand.GetStatus _ ->
          message.reply(new BalancerReply.Done());
    }
  }

  /// Answers all pending drains: the processes have no connections left.
  public void answerDrains() {
    draining.forEach(message -> message.reply(new BalancerReply.Drained(0)));
    draining.clear();
  }

  public void reportListening(WorkerId worker) {
    publish(new BalancerReport.Listening(worker, "8000"));
  }

  void publish(BalancerReport report) {
    vertx.eventBus().publish(Addresses.BALANCER_REPORTS, report);
  }

  /// Returns the received commands of type `kind`, in order.
  public <T extends BalancerCommand> List<T> commandsOf(Class<T> kind) {
    return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
