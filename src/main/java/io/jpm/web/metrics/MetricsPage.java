package io.jpm.web.metrics;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.BusMessage;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.daemon.BridgeCommand;
import io.jpm.bus.daemon.BridgeReply;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.model.access.Principal;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage.Detail;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Builds the text of `/metrics` from data that it requests from the other verticles for each page.
/// Data that does not arrive in time is omitted. As with `jpm ls`, Satan continues to sample usage
/// for a few minutes after a request. Confined to the server's event loop.
public final class MetricsPage {
  /// The media type of the Prometheus text format, version 0.0.4.
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final InstantSource clock;
  private final EventCounts counts = new EventCounts();
  private final MessageConsumer<InstanceEvent> events;
  private final MessageConsumer<DaemonEvent> daemonEvents;
  private long stalls;

  public MetricsPage(Vertx vertx, InstantSource clock) {
    this.vertx = vertx;
    this.clock = clock;
    this.events =
        vertx.eventBus().consumer(Addresses.GOD_EVENTS, message -> counts.count(message.body()));
    this.daemonEvents =
        vertx
            .eventBus()
            .consumer(
                Addresses.DAEMON_EVENTS,
                message -> {
                  if (message.body().kind() == DaemonEvent.Kind.STALL) {
                    stalls++;
                  }
                });
  }

  /// Stops counting events.
  public Future<Void> end() {
    return events.unregister().eventually(daemonEvents::unregister);
  }

  /// Returns the page for `who`. It covers the apps that `who` has access to. If `who` has access
  /// to all apps, it also covers the daemon. Fails if God does not answer.
  ///
  /// @param withShares whether to include proportional memory, which takes the kernel a long time
  ///   to determine
  public Future<String> text(Principal who, boolean withShares) {
    return this.<GodReply>ask(Addresses.GOD_COMMAND, new GodCommand.Show(List.of()))
        .map(reply ->
            reply.instances().stream()
                .filter(instance -> who.canAccess(instance.spec().name().value()))
                .toList())
        .compose(instances -> read(instances, who.canAccessAll(), withShares))
        .compose(metricsSnapshot -> {
          List<MetricsText.Counted> counted =
              metricsSnapshot.instances().stream()
                  .map(instance -> MetricsText.Counted.of(counts.of(instance.id())))
                  .toList();
          return BlockingCalls.call(vertx, () -> MetricsText.text(metricsSnapshot, counted));
        });
  }

  private Future<MetricsSnapshot> read(
      List<InstanceView> all, boolean wantsDaemon, boolean withShares) {
    Future<Map<ProcessIdentity, MeasuredUsage>> loads =
        loads(all, withShares ? Detail.ALL : Detail.FILES);
    Future<Optional<HeartbeatReply>> heart =
        this.<HeartbeatReply>ask(Addresses.HEARTBEAT_COMMAND, new HeartbeatCommand.GetStatus())
            .map(Optional::of)
            .otherwise(Optional.empty());
    Future<Optional<BridgeReply>> bridge =
        this.<BridgeReply>ask(Addresses.BRIDGE_COMMAND, new BridgeCommand.GetStatus())
            .map(Optional::of)
            .otherwise(Optional.empty());
    Map<InstanceId, LogsReply.Status> captures = new HashMap<>();
    Map<InstanceId, BalancerReply.Status> balances = new HashMap<>();
    List<Future<?>> asked = new ArrayList<>(List.of(loads, heart, bridge));
    for (InstanceView instance : all) {
      asked.add(
          this.<LogsReply>ask(Addresses.LOGS_COMMAND, new LogsCommand.GetStatus(instance.id()))
              .onSuccess(reply -> {
                if (reply instanceof LogsReply.Status status) {
                  captures.put(instance.id(), status);
                }
              }));
      if (instance.spec().cluster().enabled()) {
        asked.add(
            this.<BalancerReply>ask(
                    Addresses.BALANCER_COMMAND,
                    new BalancerCommand.GetStatus(instance.spec().name(), instance.id()))
                .onSuccess(reply -> {
                  if (reply instanceof BalancerReply.Status status) {
                    balances.put(instance.id(), status);
                  }
                }));
      }
    }
    return Future.join(asked)
        .transform(_ ->
            Future.succeededFuture(
                new MetricsSnapshot(
                    all,
                    loads.result(),
                    Map.copyOf(captures),
                    Map.copyOf(balances),
                    heart.result(),
                    bridge.result(),
                    stalls,
                    wantsDaemon,
                    clock.instant())));
  }

  private Future<Map<ProcessIdentity, MeasuredUsage>> loads(
      List<InstanceView> instances, Detail detail) {
    List<ProcessIdentity> processes =
        instances.stream().map(InstanceView::process).flatMap(Optional::stream).toList();
    return processes.isEmpty()
        ? Future.succeededFuture(Map.of())
        : this.<SatanReply>ask(Addresses.SATAN_COMMAND, new SatanCommand.Sample(processes, detail))
            .map(reply ->
                reply instanceof SatanReply.Sampled(Map<ProcessIdentity, MeasuredUsage> loads)
                    ? loads
                    : Map.<ProcessIdentity, MeasuredUsage>of())
            .otherwise(Map.of());
  }

  private <R> Future<R> ask(String address, BusMessage question) {
    return vertx
        .eventBus()
        .<R>request(address, question, new DeliveryOptions().setSendTimeout(PATIENCE.toMillis()))
        .map(Message::body);
  }
}
