package io.jpm.balancer.proxy;

import io.jpm.balancer.mode.BalancerBackend.Reports;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import io.jpm.model.run.InstanceId;
import io.jpm.os.ListenSockets;
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

/// A port of an app and the processes behind it. Owned by the balancer's context, but for what
/// connections ask: [#take], [#park], [#failed], [#answered], [#answersAtAll], [#entered], [#left],
/// [#now], [#changed] and [#closed] may be called on any event loop.
final class ProxyListener {
  private static final Logger LOG = System.getLogger("jpm.balancer");
  private static final Duration REOPEN = Duration.ofSeconds(1);

  /// What all fronts have in common.
  ///
  /// @param context the balancer's
  /// @param loops those of connections
  /// @param nanoTime monotonic nanoseconds
  /// @param reports who is told when an instance takes connections
  /// @param changed told that a counter is another, on any thread
  /// @param sockets those that outlive the daemon, where there are such
  /// @param capacity how many connections there may be
  record Setting(
      Context context,
      EventLoopGroup loops,
      LongSupplier nanoTime,
      Reports reports,
      Runnable changed,
      Optional<ListenSockets> sockets,
      Capacity capacity) {}

  private final AppName app;
  private final int port;
  private final Lock choosing = new ReentrantLock();
  private final Setting setting;
  private final ConnectionQueue connectionQueue;
  private final SortedMap<InstanceId, ConnectionCounters> holders = new TreeMap<>();
  private final Map<Backend, ListenProbe> behind = new HashMap<>();
  private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
  private int blamed;
  private @Nullable Future<FrontendSockets> door;
  private Strategy strategy = Strategy.ROUND_ROBIN;
  private volatile BalancingStrategy balancingStrategy = BalancingStrategy.of(Strategy.ROUND_ROBIN);
  private volatile List<Backend> ready = List.of();
  private volatile boolean answersAtAll;
  private volatile boolean closed;

  ProxyListener(AppName app, int port, Setting setting) {
    this.app = app;
    this.port = port;
    this.setting = setting;
    this.connectionQueue =
        new ConnectionQueue(
            setting.context().owner(), setting.nanoTime(), () -> !ready.isEmpty(), this::unserved);
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

  /// Takes over what the app's owner wants now.
  void follow(AppSpec spec) {
    Strategy wanted = spec.cluster().strategy().orElse(Strategy.ROUND_ROBIN);
    if (wanted != strategy) {
      strategy = wanted;
      balancingStrategy = BalancingStrategy.of(wanted);
    }
  }

  // ------------------------------------------------------------------ the port

  /// Opens the port, unless it is open.
  Future<Void> open() {
    if (door == null || door.failed()) {
      door = FrontendSockets.open(key(app, port), port, setting, this::arrived).compose(this::kept);
    }
    return door.mapEmpty();
  }

  /// The name of a port's socket for the next daemon.
  static String key(AppName app, int port) {
    return "proxy %s %d".formatted(app, port);
  }

  /// Opens the port, however long it takes: the app runs.
  void reopen() {
    open().onFailure(this::openLater);
  }

  private void openLater(Throwable error) {
    if (!closed) {
      LOG.log(
          Level.WARNING,
          "{0}: port {1} cannot be listened on yet: {2}; trying again",
          app,
          Integer.toString(port),
          error.getMessage());
      setting
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
        ? opened.close().compose(_ -> Future.failedFuture("closed meanwhile"))
        : Future.succeededFuture(opened);
  }

  /// Somebody needs the port.
  ///
  /// @param connectionCounters what is counted of it
  void hold(InstanceId id, ConnectionCounters connectionCounters) {
    holders.put(id, connectionCounters);
  }

  /// Somebody does not need it any more.
  ///
  /// @return whether it was the last
  boolean releaseIfDue(InstanceId id) {
    return holders.remove(id) != null && holders.isEmpty();
  }

  /// Takes no connection any more; those that have an instance go on.
  Future<Void> close() {
    return shut().compose(FrontendSockets::close, _ -> Future.succeededFuture());
  }

  /// As [#close], but clients that come may wait for the next daemon.
  Future<Void> leave() {
    return shut().compose(FrontendSockets::leave, _ -> Future.succeededFuture());
  }

  private Future<FrontendSockets> shut() {
    closed = true;
    behind.values().forEach(ListenProbe::stop);
    behind.clear();
    refresh();
    connectionQueue.giveUp();
    return door == null ? Future.failedFuture("it was not open") : door;
  }

  /// Ends what is left.
  void endAll() {
    relays.forEach(Relay::end);
  }

  // ------------------------------------------------------------------ processes

  /// A process runs. It takes connections from when it answers and is admitted.
  void began(Backend backend) {
    if (behind.containsKey(backend)) {
      return;
    }
    ListenProbe listenProbe =
        new ListenProbe(
            setting.context(),
            setting.loops().next(),
            backend,
            address -> answers(backend, address));
    behind.put(backend, listenProbe);
    listenProbe.begin();
  }

  private void answers(Backend backend, InetSocketAddress address) {
    backend.answers(address);
    backend.ready = true;
    if (backend.admitted) {
      enter(backend);
    }
    setting
        .reports()
        .listening(backend.worker(), "port %d, by way of %d".formatted(port, address.getPort()));
  }

  /// A process is ready for clients.
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
    backend.starts(new SlowStart(now, others));
    refresh();
  }

  private static boolean isWarm(Backend backend, long now) {
    return backend.slowStart().over(now);
  }

  /// Where a check gets to this process: at its own port, or, where it reads the PROXY protocol
  /// before all else, at one of the daemon's that is open for one connection.
  Future<InetSocketAddress> way(Backend backend) {
    return backend.cluster().proxyProtocol() == ProxyProtocol.NONE
        ? Future.succeededFuture(backend.address())
        : FrontendSockets.once(setting, client -> ClientConnection.lead(this, client, backend));
  }

  void drain(Backend backend) {
    backend.drain();
    refresh();
  }

  /// A process is fit for new connections, or is not.
  void fit(Backend backend, boolean fit) {
    if (backend.fit != fit) {
      if (fit && backend.ready) {
        backend.starts(new SlowStart(now(), true));
      }
      backend.fit = fit;
      refresh();
    }
  }

  /// Ends connections to a process on which nothing is on its way.
  void endIdle(Backend backend) {
    relays.stream().filter(relay -> relay.backend().equals(backend)).forEach(Relay::endIfIdle);
  }

  void ended(Backend backend) {
    ListenProbe listenProbe = behind.remove(backend);
    if (listenProbe != null) {
      listenProbe.stop();
    }
    backend.ready = false;
    backend.drain();
    refresh();
  }

  /// Tells connections who is there now.
  private void refresh() {
    long now = now();
    List<Backend> all = new ArrayList<>(serving());
    all.sort(
        Comparator.comparingLong(Backend::slot)
            .thenComparingLong(one -> one.worker().birth())
            .thenComparingLong(one -> one.worker().generation()));
    List<Backend> sound = all.stream().filter(one -> !one.outlierEjection.lasts(now)).toList();
    // One that is left out does not answer; one that is not fit may.
    List<Backend> usable = sound.isEmpty() ? List.copyOf(all) : sound;
    List<Backend> fit = usable.stream().filter(one -> one.fit).toList();
    ready = fit.isEmpty() ? usable : fit;
    if (!ready.isEmpty()) {
      connectionQueue.release();
    }
  }

  private List<Backend> serving() {
    return behind.keySet().stream()
        .filter(one -> one.ready && one.admitted && !one.draining())
        .toList();
  }

  private void leaveOut(Backend backend) {
    long now = now();
    List<Backend> serving = serving();
    int out = (int) serving.stream().filter(one -> one.outlierEjection.lasts(now)).count();
    if (!serving.contains(backend)
        || backend.outlierEjection.lasts(now)
        || !OutlierEjection.allowed(out, serving.size())) {
      return;
    }
    backend.outlierEjection = backend.outlierEjection.again(now);
    backend.works();
    backend.connectionCounters().ejections.increment();
    changed();
    refresh();
    long millis = Math.ceilDiv(backend.outlierEjection.until() - now, 1_000_000L);
    setting.context().owner().setTimer(millis, _ -> comeBack(backend));
  }

  private void comeBack(Backend backend) {
    long now = now();
    if (backend.outlierEjection.lasts(now)) {
      // The timer's clock is a little ahead.
      setting.context().owner().setTimer(1, _ -> comeBack(backend));
      return;
    }
    backend.starts(new SlowStart(now, true));
    refresh();
  }

  /// What keeps a process from getting new connections although it listens, for people.
  Optional<String> trouble(Backend backend) {
    long now = now();
    if (hangs(backend, ready, now)) {
      return Optional.of("instance %d %s".formatted(backend.slot(), silence(backend, now)));
    }
    if (!backend.ready || !backend.outlierEjection.lasts(now)) {
      return Optional.empty();
    }
    return Optional.of(
        "instance %d gets no connections for another %d s: it did not take or answer the last ones"
            .formatted(
                backend.slot(),
                Math.ceilDiv(
                    backend.outlierEjection.until() - now, Duration.ofSeconds(1).toNanos())));
  }

  /// A client has waited for an instance in vain: each is to blame in turn.
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

  /// The instance for a connection; it is counted as its own from now on.
  ///
  /// @param tried those that have refused it
  Optional<Backend> take(Set<Backend> tried, @Nullable InetSocketAddress client) {
    byte[] address = client == null ? new byte[0] : client.getAddress().getAddress();
    long now = now();
    // Who chooses by counts must see the last one counted. Held for a microsecond or two.
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
      if (next.isEmpty() || next.get().take()) {
        return next;
      }
    }
  }

  private boolean passesOver(Backend one, List<Backend> all, long now) {
    boolean hangs = hangs(one, all, now);
    if (hangs && one.passOver()) {
      one.connectionCounters().ejections.increment();
      changed();
      LOG.log(Level.WARNING, "{0}:{1} {2}", app, one.worker().id(), silence(one, now));
    }
    return hangs;
  }

  private static boolean hangs(Backend one, List<Backend> all, long now) {
    return one.silent(now) > 0
        && one.responseTracker()
            .hangs(now, all.stream().filter(it -> it != one).map(Backend::responseTracker));
  }

  private static String silence(Backend one, long now) {
    return "has not answered a new connection for %d s: further ones go to other instances until it does"
        .formatted(Duration.ofNanos(one.silent(now)).toSeconds());
  }

  /// None is left for a connection: it waits for one.
  void park(ClientConnection clientConnection, Set<Backend> tried) {
    setting
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

  /// A process has not taken a connection, has cut it, or has let the client wait in vain.
  ///
  /// @param answered whether it had sent something before
  void failed(Backend backend, boolean answered) {
    backend.connectionCounters().failures.increment();
    changed();
    if (!answered && backend.failed() >= OutlierEjection.FAILURES) {
      setting.context().runOnContext(_ -> leaveOut(backend));
    }
  }

  /// A process has sent its first byte over a connection.
  ///
  /// @param asked whether it was sent something before
  void answered(Backend backend, boolean asked, long now) {
    backend.owes(it -> asked ? it.answered(now) : it.spoken(now));
    if (!answersAtAll) {
      answersAtAll = true;
    }
    if (backend.speaks()) {
      LOG.log(Level.INFO, "{0}:{1} answers again", app, backend.worker().id());
    }
  }

  /// Whether any process has ever sent a byte. There are programs that only listen, such as those
  /// that collect logs.
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
    return setting.nanoTime().getAsLong();
  }

  void changed() {
    setting.changed().run();
  }

  boolean closed() {
    return closed;
  }

  /// All connections that have an instance.
  Set<Relay> relays() {
    return relays;
  }

  /// How many connections have none.
  int waitingCount() {
    return connectionQueue.size();
  }
}
