package io.jpm.god;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.model.run.WorkerId;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// A balancer that prepares each process without changes and records the commands that it receives.
@SuppressWarnings("NullAway.Init") // listen comes first
public final class FakeBalancer {
  public final List<BalancerCommand> heard = new CopyOnWriteArrayList<>();

  /// The reply to `Prepare`.
  public volatile Function<BalancerCommand.Prepare, BalancerReply> preparing =
      _ -> BalancerReply.Prepared.PLAIN;

  /// The reply to `Lend`: how a process can be replaced.
  public volatile Function<BalancerCommand.Lend, BalancerReply> lending =
      lend ->
          lend.next().cluster().enabled()
              ? new BalancerReply.Handover.Beside("it shares its port", false)
              : new BalancerReply.Handover.NoPort();

  /// Whether a drain is answered at once; otherwise [#drained] answers it.
  public volatile boolean drains = true;

  private final List<Message<BalancerCommand>> draining = new CopyOnWriteArrayList<>();
  private MessageConsumer<BalancerCommand> consumer;
  private Vertx vertx;

  void listen(Vertx on) {
    vertx = on;
    consumer = on.eventBus().consumer(Addresses.BALANCER_COMMAND, this::serve);
  }

  /// Unregisters the balancer.
  void leave() {
    GodHarness.await(consumer.unregister());
  }

  private void serve(Message<BalancerCommand> message) {
    heard.add(message.body());
    switch (message.body()) {
      case BalancerCommand.Prepare prepare -> message.reply(preparing.apply(prepare));
      case BalancerCommand.Drain _ -> {
        if (drains) {
          message.reply(new BalancerReply.Drained(0));
        } else {
          draining.add(message);
        }
      }
      case BalancerCommand.Lend lend -> message.reply(lending.apply(lend));
      case BalancerCommand.Began _,
          BalancerCommand.Return _,
          BalancerCommand.Outlook _,
          BalancerCommand.Heard _,
          BalancerCommand.Ended _,
          BalancerCommand.Fit _,
          BalancerCommand.Ready _,
          BalancerCommand.Reach _,
          BalancerCommand.Released _,
          BalancerCommand.Ask _ ->
          message.reply(new BalancerReply.Done());
    }
  }

  /// Answers all pending drains: the processes have no connections left.
  public void drained() {
    draining.forEach(message -> message.reply(new BalancerReply.Drained(0)));
    draining.clear();
  }

  public void listening(WorkerId worker) {
    tell(new BalancerReport.Listening(worker, "8000"));
  }

  void tell(BalancerReport report) {
    vertx.eventBus().publish(Addresses.BALANCER_REPORTS, report);
  }

  /// Returns the received commands of type `kind`, in order.
  public <T extends BalancerCommand> List<T> all(Class<T> kind) {
    return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
