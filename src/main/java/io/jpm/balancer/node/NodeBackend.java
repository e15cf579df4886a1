package io.jpm.balancer.node;

import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.balancer.mode.WorkerMessages;
import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.balancer.node.NodeWorker.Delivery;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppName;
import io.jpm.model.Strategy;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Balances Node processes through the protocol of Node's cluster module. A worker requests a
/// listening socket over its IPC channel (`queryServer`). It receives either the socket or, with
/// `round_robin`, one connection at a time. [NodeListenerRegistry] manages the sockets and records
/// which workers use them.
public final class NodeBackend implements BalancerBackend {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// The suffix of the balancer state, after the strategy, for a worker that receives its sockets
  /// only when it is ready.
  private static final String WHEN_READY = " when-ready";

  /// The interval between attempts to recover a lost port that another process occupies, in
  /// milliseconds.
  private static final long REGAIN_MILLIS = 1_000;

  private final Vertx vertx;
  private final ProcessHost host;
  private final PreloadOptions preload;
  private final Observer observer;
  private final NodeListenerRegistry ports;
  private final ProbeConnections checks;
  private final Map<WorkerId, NodeWorker> workers = new HashMap<>();
  private final Map<AppName, Strategy> strategies = new HashMap<>();

  /// Creates the backend without any workers.
  ///
  /// @param preload the path of `lib/node-worker.cjs`
  public NodeBackend(Vertx vertx, ProcessHost host, Path preload, Observer observer) {
    this.vertx = vertx;
    this.host = host;
    this.preload = new PreloadOptions(preload);
    this.observer = observer;
    this.ports = new NodeListenerRegistry(vertx, host);
    this.checks = new ProbeConnections(vertx, host, ports);
  }

  @Override
  public Future<BalancerReply> prepare(BalancerCommand.Prepare order) {
    Strategy strategy = order.spec().cluster().strategy().orElse(Strategy.KERNEL);
    if (strategy != Strategy.KERNEL && strategy != Strategy.ROUND_ROBIN) {
      return Future.succeededFuture(
          new BalancerReply.Refused(
              "strategy %s of app %s is not supported with balance: node; use kernel or round_robin"
                  .formatted(strategy.keyword(), order.spec().name())));
    }
    return ports
        .refusal(order.spec())
        .map(refusal ->
            refusal.isPresent()
                ? new BalancerReply.Refused(refusal.get())
                : prepared(order, strategy));
  }

  private Prepared prepared(BalancerCommand.Prepare order, Strategy strategy) {
    strategies.put(order.spec().name(), strategy);
    ports.register(order.worker(), order.spec().name());
    boolean told = order.spec().hasReadinessSignal();
    Delivery manner = manner(strategy, told);
    workers.put(order.worker(), new NodeWorker(order.worker(), order.spec(), manner, !told));
    Map<String, String> environment = new HashMap<>(preload.variables(order.spec()));
    environment.put("NODE_UNIQUE_ID", Integer.toString(order.number() + 1));
    environment.put("JPM_NODE_WORKER", "1");
    return new Prepared(
        List.of(),
        preload.arguments(order.spec()),
        environment,
        List.of(),
        true,
        strategy.keyword() + (manner == Delivery.SOCKET_WHEN_READY ? WHEN_READY : ""));
  }

  private static Delivery manner(Strategy strategy, boolean whenReady) {
    if (strategy == Strategy.ROUND_ROBIN) {
      return Delivery.ROUND_ROBIN;
    }
    return whenReady ? Delivery.SOCKET_WHEN_READY : Delivery.SOCKET;
  }

  @Override
  public void processStarted(BalancerCommand.ProcessStarted news) {
    NodeWorker prepared = workers.get(news.worker());
    if (prepared == null) {
      adopt(news);
      return;
    }
    prepared.setProcess(news.process());
    prepared.markKnown();
    List<String> early = List.copyOf(prepared.early());
    prepared.early().clear();
    early.forEach(json -> messageReceived(news.worker(), json));
  }

  private void adopt(BalancerCommand.ProcessStarted news) {
    boolean whenReady = news.balancerState().endsWith(WHEN_READY);
    String word = news.balancerState().split(" ", 2)[0];
    Strategy strategy = Strategy.ofKeyword(word).orElse(Strategy.KERNEL);
    AppName app = news.spec().name();
    strategies.putIfAbsent(app, strategy);
    boolean ready = news.ready() || !news.spec().hasReadinessSignal();
    var worker = new NodeWorker(news.worker(), news.spec(), manner(strategy, whenReady), ready);
    worker.setProcess(news.process());
    worker.markAdopted();
    workers.put(news.worker(), worker);
    ports.register(news.worker(), app);
    ports.adopt(worker).onSuccess(_ -> ports.addressOf(worker).ifPresent(at -> tell(worker, at)));
    if (!post(worker, NodeReply.SERVERS)) {
      worker.markUnreachable();
      LOG.log(
          Level.WARNING,
          "{0}:{1}: cannot take over the IPC channel, so any instance on the same port may answer"
              + " its probes: reload the app",
          app,
          news.worker().id());
    }
  }

  @Override
  public void messageReceived(WorkerId id, String json) {
    NodeWorker worker = workers.get(id);
    if (worker == null) {
      return;
    }
    if (worker.process().isEmpty()) {
      worker.early().add(json);
      return;
    }
    NodeMessage.read(json).ifPresent(message -> heard(worker, message));
  }

  private void heard(NodeWorker worker, NodeMessage message) {
    switch (message) {
      case Query query -> {
        worker.recordQuery(query.seq());
        ports.grant(worker, query);
      }
      case NodeMessage.Listening(NodeMessage.ListenTarget listenTarget) ->
          tell(worker, listenTarget.text());
      case NodeMessage.Closed(String key) -> {
        Map<String, String> missing = new HashMap<>(worker.missing());
        missing.remove(key);
        worker.setMissing(missing);
        ports.serverClosed(worker, key);
      }
      case NodeMessage.ExitedAfterDisconnect(long seq) -> {
        worker.recordQuery(seq);
        ports.serversClosed(worker);
        post(worker, NodeReply.acknowledge(seq));
      }
      case NodeMessage.ConnectionAck(long ack, boolean accepted) -> {
        PendingConnection pendingConnection = worker.unanswered().remove(ack);
        if (pendingConnection != null) {
          pendingConnection.dispatcher().answered(worker, pendingConnection, accepted);
          ports.workerFreed(worker);
        } else {
          ProbeConnections.answered(worker, ack);
        }
      }
      case NodeMessage.Drained _ -> worker.draining().ifPresent(done -> done.tryComplete(0));
      // The search for the sockets takes time, so a report is used only if this daemon has
      // requested it.
      case NodeMessage.Servers servers ->
          worker
              .stopRemembering()
              .ifPresent(known -> {
                servers.unanswered().stream()
                    .filter(asked -> !isOf(known, asked))
                    .forEach(it -> heard(worker, it));
                adopt(worker, servers);
              });
    }
  }

  private void adopt(NodeWorker worker, NodeMessage.Servers servers) {
    ports
        .adopt(worker, servers)
        .onSuccess(_ -> ports.addressOf(worker).ifPresent(at -> tell(worker, at)))
        .onComplete(_ -> {
          worker.markKnown();
          if (!worker.missing().isEmpty()) {
            vertx.setTimer(REGAIN_MILLIS, _ -> regain(worker, servers));
          }
        });
  }

  private void regain(NodeWorker worker, NodeMessage.Servers servers) {
    Set<String> keys = worker.missing().keySet();
    List<NodeMessage.Server> left =
        servers.servers().stream()
            .filter(it -> it.key().filter(keys::contains).isPresent())
            .toList();
    if (workers.containsValue(worker) && !left.isEmpty()) {
      adopt(worker, new NodeMessage.Servers(left, List.of(), List.of()));
    }
  }

  /// Reports whether this daemon itself has read the request `question`. If so, it has answered the
  /// request or is about to do so.
  private static boolean isOf(Set<Long> known, NodeMessage question) {
    return switch (question) {
      case Query query -> known.contains(query.seq());
      case NodeMessage.ExitedAfterDisconnect(long seq) -> known.contains(seq);
      case NodeMessage.Listening _,
          NodeMessage.Closed _,
          NodeMessage.ConnectionAck _,
          NodeMessage.Drained _,
          NodeMessage.Servers _ ->
          true;
    };
  }

  private void tell(NodeWorker worker, String address) {
    if (!worker.hasListened()) {
      worker.markListening();
      observer.listening(worker.id(), address);
    }
    ports.scheduleCleanup();
  }

  private boolean post(NodeWorker worker, String json) {
    return worker.process().map(process -> host.send(process, json)).orElse(false);
  }

  @Override
  public void ready(WorkerId id) {
    NodeWorker worker = workers.get(id);
    if (worker != null) {
      worker.markReady();
      ports.refresh(worker);
    }
  }

  @Override
  public void setFit(WorkerId id, boolean fit) {
    NodeWorker worker = workers.get(id);
    if (worker != null) {
      worker.setFit(fit);
      ports.refresh(worker);
    }
  }

  @Override
  public Future<Route> resolveRoute(BalancerCommand.ResolveRoute question) {
    NodeWorker worker = workers.get(question.worker());
    return worker == null
        ? Future.succeededFuture(new Route.Unreachable("its process has exited"))
        : checks.reach(worker, question);
  }

  @Override
  public Future<Integer> drain(WorkerId id) {
    NodeWorker worker = workers.get(id);
    if (worker == null || worker.process().isEmpty()) {
      return Future.succeededFuture(0);
    }
    if (worker.draining().isPresent()) {
      return worker.draining().get().future();
    }
    Promise<Integer> done = Promise.promise();
    Set<Integer> numbers = ports.portsOf(worker);
    worker.setDraining(done);
    ports.refresh(worker);
    if (!post(worker, WorkerMessages.DRAIN)) {
      count(worker.process().get(), numbers, done);
      return done.future();
    }
    long millis = Math.max(1, worker.spec().cluster().drain().toMillis());
    long timer = vertx.setTimer(millis, _ -> count(worker.process().get(), numbers, done));
    return done.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  /// Completes the drain with the number of connections that the kernel reports, because the
  /// timeout has expired or the worker cannot receive a drain message.
  private void count(ProcessIdentity process, Set<Integer> numbers, Promise<Integer> done) {
    vertx
        .executeBlocking(() -> host.connections(process, numbers), false)
        .onComplete(left -> done.tryComplete(left.succeeded() ? left.result() : 0));
  }

  @Override
  public void processTerminated(WorkerId id) {
    NodeWorker worker = workers.remove(id);
    if (worker == null) {
      return;
    }
    ports.workerEnded(worker);
    checks.ended(worker);
    worker.draining().ifPresent(done -> done.tryComplete(0));
  }

  @Override
  public void released(WorkerId id) {
    processTerminated(id);
    ports.release(id);
  }

  @Override
  public List<String> addresses(AppName app) {
    return ports.addressesOf(app);
  }

  @Override
  public String strategy(AppName app) {
    return strategies.getOrDefault(app, Strategy.KERNEL).keyword();
  }

  @Override
  public Optional<String> problem(InstanceId id) {
    return workers.values().stream()
        .filter(worker -> worker.id().id().equals(id))
        // The previous process may still be running.
        .max(
            Comparator.<NodeWorker>comparingLong(worker -> worker.id().incarnation())
                .thenComparingLong(worker -> worker.id().generation()))
        .flatMap(NodeBackend::trouble);
  }

  private static Optional<String> trouble(NodeWorker worker) {
    if (!worker.missing().isEmpty()) {
      return Optional.of(
          "its port was lost with the previous daemon: "
              + String.join(", ", worker.missing().values()));
    }
    return worker.isGated() && !worker.fit()
        ? Optional.of("its readiness probe fails: new connections go to the other instances")
        : Optional.empty();
  }

  @Override
  public boolean claimsSocket(String key) {
    return ports.ownsSocket(key);
  }

  @Override
  public Future<Void> close() {
    workers.values().stream()
        .map(NodeWorker::draining)
        .flatMap(Optional::stream)
        .collect(Collectors.toSet())
        .forEach(done -> done.tryComplete(0));
    return ports.close();
  }
}
