package io.jpm.balancer.proxy;

import io.jpm.balancer.mode.BalancerBackend.Observer;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import io.jpm.model.process.InstanceId;
import io.jpm.os.ListenSocketRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A port of an app and the processes behind it. Owned by the balancer's context, except for the
/// methods that connections call: [#take], [#park], [#failed], [#answered], [#answersAtAll],
/// [#entered], [#left], [#now], [#changed] and [#closed] may be called on any event loop.
final class ProxyListener {
  private static final Logger LOG = System.getLogger("jpm.balancer");
  private static final Duration REOPEN = Duration.ofSeconds(1);

  /// The collaborators that all ports share.
  ///
  /// @param context the balancer's context
  /// @param loops the event loops of the connections
  /// @param nanoTime the monotonic clock, in nanoseconds
  /// @param reports is notified of processes that accept connections
  /// @param changed called on any thread when a counter has changed
  /// @param sockets the sockets that outlive the daemon; empty if the system cannot keep any
  /// @param capacity the limit on connections
  record ProxyContext(
      Context context,
      EventLoopGroup loops,
      LongSupplier nanoTime,
      Observer reports,
      Runnable changed,
      Optional<ListenSocketRegistry> sockets,
      ProxyConnectionLimiter capacity) {}

  private final AppName app;
  private final int port;
  private final Lock choosing = new ReentrantLock();
  private final ProxyContext proxyContext;
  private final ConnectionQueue connectionQueue;
  private final SortedMap<InstanceId, ConnectionCounters> holders = new TreeMap<>();
  private final Map<Backend, ListenProbe> processes = new HashMap<>();
  private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
  private int blamed;
  private @Nullable Future<FrontendSockets> frontendSockets;
  private Strategy strategy = Strategy.ROUND_ROBIN;
  private volatile BalancingStrategy balancingStrategy = BalancingStrategy.of(Strategy.ROUND_ROBIN);
  private volatile List<Backend> ready = List.of();
  private volatile boolean answersAtAll;
  private volatile boolean closed;

  ProxyListener(AppName app, int port, ProxyContext proxyContext) {
    this.app = app;
    this.port = port;
    this.proxyContext = proxyContext;
    this.connectionQueue =
        new ConnectionQueue(
            proxyContext.context().owner(),
            proxyContext.nanoTime(),
            () -> !ready.isEmpty(),
            this::unserved);
  }

  AppName app() {
    return app;
  }

  int port() {
    return port;
  }

  Strategy strategy() {
    return strategy;
  }

  /// Applies the strategy of the current spec.
  void updateStrategy(AppSpec spec) {
    Strategy wanted = spec.cluster().strategy().orElse(Strategy.ROUND_ROBIN);
    if (wanted != strategy) {
      strategy = wanted;
      balancingStrategy = BalancingStrategy.of(wanted);
    }
  }

  // ------------------------------------------------------------------ the port

  /// Opens the port unless it is already open.
  Future<Void> open() {
    if (frontendSockets == null || frontendSockets.failed()) {
      frontendSockets =
          FrontendSockets.open(key(app, port), port, proxyContext, this::arrived)
              .compose(this::kept);
    }
    return frontendSockets.mapEmpty();
  }

  /// Returns the key under which the next daemon finds the socket of a port.
  static String key(AppName app, int port) {
    return "proxy %s %d".formatted(app, port);
  }

  /// Opens the port, retrying until this succeeds, because the app is already running.
  void reopen() {
    open().onFailure(this::openLater);
  }

  private void openLater(Throwable error) {
    if (!closed) {
      LOG.log(
          Level.WARNING,
          "{0}: cannot listen on port {1} yet: {2}; trying again",
          app,
          Integer.toString(port),
          error.getMessage());
      proxyContext
          .context()
          .owner()
          .setTimer(
              REOPEN.toMillis(),
              _ -> {
                if (!closed) {
                  reopen();
                }
              });
    }
  }

  private Future<FrontendSockets> kept(FrontendSockets opened) {
    return closed
        ? opened.close().compose(_ -> Future.failedFuture("closed while opening the port"))
        : Future.succeededFuture(opened);
  }

  /// Registers an instance that uses the port.
  ///
  /// @param connectionCounters the counters of the instance
  void hold(InstanceId id, ConnectionCounters connectionCounters) {
    holders.put(id, connectionCounters);
  }

  /// Removes an instance that no longer uses the port.
  ///
  /// @return whether it was the last instance
  boolean releaseIfDue(InstanceId id) {
    return holders.remove(id) != null && holders.isEmpty();
  }

  /// Stops accepting and frees the port. Connections that already have an instance continue.
  Future<Void> close() {
    return shut().compose(FrontendSockets::close, _ -> Future.succeededFuture());
  }

  /// Stops accepting in the same way as [#close], but keeps the socket open, so new clients can
  /// wait for the next daemon.
  Future<Void> detach() {
    return shut().compose(FrontendSockets::stopAccepting, _ -> Future.succeededFuture());
  }

  private Future<FrontendSockets> shut() {
    closed = true;
    processes.values().forEach(ListenProbe::stop);
    processes.clear();
    refresh();
    connectionQueue.closeAll();
    return frontendSockets == null ? Future.failedFuture("the port was not open") : frontendSockets;
  }

  /// Closes the remaining connections.
  void endAll() {
    relays.forEach(Relay::end);
  }

  // ------------------------------------------------------------------ processes

  /// Registers a running process. The process receives connections as soon as it answers and is
  /// admitted.
  void began(Backend backend) {
    if (processes.containsKey(backend)) {
      return;
    }
    ListenProbe listenProbe =
        new ListenProbe(
            proxyContext.context(),
            proxyContext.loops().next(),
            backend,
            address -> answers(backend, address));
    processes.put(backend, listenProbe);
    listenProbe.begin();
  }

  private void answers(Backend backend, InetSocketAddress address) {
    backend.setAddress(address);
    backend.ready = true;
    if (backend.admitted) {
      enter(backend);
    }
    proxyContext
        .reports()
        .listening(backend.worker(), "port %d, through %d".formatted(port, address.getPort()));
  }

  /// Admits clients to a process.
  void admit(Backend backend) {
    if (!backend.admitted) {
      backend.admitted = true;
      if (backend.ready) {
        enter(backend);
      }
    }
  }

  private void enter(Backend backend) {
    long now = now();
    boolean others = serving().stream().anyMatch(one -> one != backend && isWarm(one, now));
    backend.setSlowStart(new SlowStart(now, others));
    refresh();
  }

  private static boolean isWarm(Backend backend, long now) {
    return backend.slowStart().isOver(now);
  }

  /// Returns the address at which a probe reaches this process: the process's own port or, if the
  /// process expects a PROXY protocol header, a port of the daemon that is open for one connection.
  Future<InetSocketAddress> resolveProbeAddress(Backend backend) {
    return backend.cluster().proxyProtocol() == ProxyProtocol.NONE
        ? Future.succeededFuture(backend.address())
        : FrontendSockets.once(
            proxyContext, client -> ClientConnection.connectProbe(this, client, backend));
  }

  void drain(Backend backend) {
    backend.drain();
    refresh();
  }

  /// Sets whether a process is fit for new connections.
  void fit(Backend backend, boolean fit) {
    if (backend.fit != fit) {
      if (fit && backend.ready) {
        backend.setSlowStart(new SlowStart(now(), true));
      }
      backend.fit = fit;
      refresh();
    }
  }

  /// Closes the idle connections to a process.
  void endIdle(Backend backend) {
    relays.stream().filter(relay -> relay.backend().equals(backend)).forEach(Relay::endIfIdle);
  }

  void ended(Backend backend) {
    ListenProbe listenProbe = processes.remove(backend);
    if (listenProbe != null) {
      listenProbe.stop();
    }
    backend.ready = false;
    backend.drain();
    refresh();
  }

  /// Updates the list of instances that are eligible for connections.
  private void refresh() {
    long now = now();
    List<Backend> all = new ArrayList<>(serving());
    all.sort(
        Comparator.comparingLong(Backend::slot)
            .thenComparingLong(one -> one.worker().incarnation())
            .thenComparingLong(one -> one.worker().generation()));
    List<Backend> sound = all.stream().filter(one -> !one.outlierEjection.isActive(now)).toList();
    // An ejected instance does not answer, but an unfit one may. Therefore, unfit instances are
    // preferred to ejected ones.
    List<Backend> usable = sound.isEmpty() ? List.copyOf(all) : sound;
    List<Backend> fit = usable.stream().filter(one -> one.fit).toList();
    ready = fit.isEmpty() ? usable : fit;
    if (!ready.isEmpty()) {
      connectionQueue.dispatch();
    }
  }

  private List<Backend> serving() {
    return processes.keySet().stream()
        .filter(one -> one.ready && one.admitted && !one.draining())
        .toList();
  }

  private void eject(Backend backend) {
    long now = now();
    List<Backend> serving = serving();
    int out = (int) serving.stream().filter(one -> one.outlierEjection.isActive(now)).count();
    if (!serving.contains(backend)
        || backend.outlierEjection.isActive(now)
        || !OutlierEjection.isAllowed(out, serving.size())) {
      return;
    }
    backend.outlierEjection = backend.outlierEjection.next(now);
    backend.succeeded();
    backend.connectionCounters().ejections.increment();
    changed();
    refresh();
    long millis = Math.ceilDiv(backend.outlierEjection.until() - now, 1_000_000L);
    proxyContext.context().owner().setTimer(millis, _ -> endEjection(backend));
  }

  private void endEjection(Backend backend) {
    long now = now();
    if (backend.outlierEjection.isActive(now)) {
      // The timer's clock runs slightly ahead.
      proxyContext.context().owner().setTimer(1, _ -> endEjection(backend));
      return;
    }
    backend.setSlowStart(new SlowStart(now, true));
    refresh();
  }

  /// Returns the reason why a process that listens receives no new connections, as text for users;
  /// empty if it receives them.
  Optional<String> trouble(Backend backend) {
    long now = now();
    if (hangs(backend, ready, now)) {
      return Optional.of("instance %d %s".formatted(backend.slot(), silence(backend, now)));
    }
    if (!backend.ready || !backend.outlierEjection.isActive(now)) {
      return Optional.empty();
    }
    return Optional.of(
        "instance %d receives no connections for another %d s: it did not accept or answer the last ones"
            .formatted(
                backend.slot(),
                Math.ceilDiv(
                    backend.outlierEjection.until() - now, Duration.ofSeconds(1).toNanos())));
  }

  /// Counts a client that was never served as a failure of one of the instances. The instances take
  /// turns, because none of them is responsible.
  private void unserved() {
    List<ConnectionCounters> all = List.copyOf(holders.values());
    if (!all.isEmpty()) {
      all.get(blamed++ % all.size()).failures.increment();
      changed();
    }
  }

  // ------------------------------------------------------------------ connections, on any loop

  private void arrived(SocketChannel client) {
    new ClientConnection(this, client, now()).seek();
  }

  /// Selects the instance for a connection, and counts the connection for it.
  ///
  /// @param tried the instances that have already refused the connection
  Optional<Backend> take(Set<Backend> tried, @Nullable InetSocketAddress client) {
    byte[] address = client == null ? new byte[0] : client.getAddress().getAddress();
    long now = now();
    // A strategy that compares counts must see the previous connection counted. The lock is held
    // for one or two microseconds.
    choosing.lock();
    try {
      List<Backend> all = ready;
      return taken(all, one -> !tried.contains(one) && !passesOver(one, all, now), address, now)
          .or(() -> taken(all, one -> !tried.contains(one), address, now));
    } finally {
      choosing.unlock();
    }
  }

  private Optional<Backend> taken(
      List<Backend> all, Predicate<Backend> usable, byte[] address, long now) {
    while (true) {
      Optional<Backend> next =
          balancingStrategy.next(all, one -> !one.draining() && usable.test(one), address, now);
      if (next.isEmpty() || next.get().acquire()) {
        return next;
      }
    }
  }

  private boolean passesOver(Backend one, List<Backend> all, long now) {
    boolean hangs = hangs(one, all, now);
    if (hangs && one.markHanging()) {
      one.connectionCounters().ejections.increment();
      changed();
      LOG.log(Level.WARNING, "{0}:{1} {2}", app, one.worker().id(), silence(one, now));
    }
    return hangs;
  }

  private static boolean hangs(Backend one, List<Backend> all, long now) {
    return one.silent(now) > 0
        && one.responseTracker()
            .isHanging(now, all.stream().filter(it -> it != one).map(Backend::responseTracker));
  }

  private static String silence(Backend one, long now) {
    return "has not answered a new connection for %d s: new ones go to other instances until it does"
        .formatted(Duration.ofNanos(one.silent(now)).toSeconds());
  }

  /// Queues a connection that no ready instance has accepted.
  void park(ClientConnection clientConnection, Set<Backend> tried) {
    proxyContext
        .context()
        .runOnContext(_ -> {
          if (closed) {
            clientConnection.giveUp();
          } else if (tried.containsAll(ready)) {
            connectionQueue.add(clientConnection);
          } else {
            clientConnection.again();
          }
        });
  }

  /// Records that a process has refused, cut or not answered a connection.
  ///
  /// @param answered whether the process had sent data on the connection before
  void failed(Backend backend, boolean answered) {
    backend.connectionCounters().failures.increment();
    changed();
    if (!answered && backend.failed() >= OutlierEjection.FAILURES) {
      proxyContext.context().runOnContext(_ -> eject(backend));
    }
  }

  /// Records that a process has sent the first byte on a connection.
  ///
  /// @param asked whether data was sent to the process before
  void answered(Backend backend, boolean asked, long now) {
    backend.updateResponses(it -> asked ? it.answered(now) : it.spokeFirst(now));
    if (!answersAtAll) {
      answersAtAll = true;
    }
    if (backend.recordFirstByte()) {
      LOG.log(Level.INFO, "{0}:{1} answers again", app, backend.worker().id());
    }
  }

  /// Reports whether any process has ever sent data. Some programs only receive data, such as log
  /// collectors.
  boolean answersAtAll() {
    return answersAtAll;
  }

  void entered(Relay relay) {
    relays.add(relay);
    changed();
  }

  void left(Relay relay) {
    relays.remove(relay);
    changed();
  }

  long now() {
    return proxyContext.nanoTime().getAsLong();
  }

  void changed() {
    proxyContext.changed().run();
  }

  boolean closed() {
    return closed;
  }

  /// Returns all connections that have an instance.
  Set<Relay> relays() {
    return relays;
  }

  /// Returns the number of connections that wait for an instance.
  int waitingCount() {
    return connectionQueue.size();
  }
}
