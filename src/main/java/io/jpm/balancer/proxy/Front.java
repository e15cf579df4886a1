package io.jpm.balancer.proxy;

import io.jpm.balancer.way.Sharing.Reports;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceId;
import io.jpm.model.Strategy;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A port of an app and the processes behind it. Owned by the balancer's context, but for what
/// connections ask: [#take], [#park], [#failed], [#reset], [#entered], [#left], [#now], [#changed]
/// and [#closed] may be called on any event loop.
final class Front {
  private static final Logger LOG = System.getLogger("jpm.balancer");
  private static final Duration REOPEN = Duration.ofSeconds(1);

  /// What all fronts have in common.
  ///
  /// @param context the balancer's
  /// @param loops those of connections
  /// @param nanoTime monotonic nanoseconds
  /// @param reports who is told when an instance takes connections
  /// @param changed told that a counter is another, on any thread
  record Setting(
      Context context,
      EventLoopGroup loops,
      LongSupplier nanoTime,
      Reports reports,
      Runnable changed) {}

  private final AppName app;
  private final int port;
  private final Setting setting;
  private final Waiting waiting;
  private final Set<InstanceId> holders = new HashSet<>();
  private final Map<Backend, Probe> behind = new HashMap<>();
  private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
  private @Nullable Future<Door> door;
  private Strategy strategy = Strategy.ROUND_ROBIN;
  private volatile Choice choice = Choice.of(Strategy.ROUND_ROBIN);
  private volatile List<Backend> ready = List.of();
  private volatile boolean closed;

  Front(AppName app, int port, Setting setting) {
    this.app = app;
    this.port = port;
    this.setting = setting;
    this.waiting =
        new Waiting(setting.context().owner(), setting.nanoTime(), () -> !ready.isEmpty());
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
      choice = Choice.of(wanted);
    }
  }

  // ------------------------------------------------------------------ the port

  /// Opens the port, unless it is open.
  Future<Void> open() {
    if (door == null || door.failed()) {
      door = Door.open(port, setting, this::arrived).compose(this::kept);
    }
    return door.mapEmpty();
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

  private Future<Door> kept(Door opened) {
    return closed
        ? opened.close().compose(_ -> Future.failedFuture("closed meanwhile"))
        : Future.succeededFuture(opened);
  }

  /// Somebody needs the port.
  void hold(InstanceId id) {
    holders.add(id);
  }

  /// Somebody does not need it any more.
  ///
  /// @return whether it was the last
  boolean letGo(InstanceId id) {
    return holders.remove(id) && holders.isEmpty();
  }

  /// Takes no connection any more; those that have an instance go on.
  Future<Void> close() {
    closed = true;
    behind.values().forEach(Probe::stop);
    behind.clear();
    refresh();
    waiting.giveUp();
    return door == null
        ? Future.succeededFuture()
        : door.compose(Door::close, _ -> Future.succeededFuture());
  }

  /// Ends what is left.
  void endAll() {
    relays.forEach(Relay::end);
  }

  // ------------------------------------------------------------------ processes

  /// A process runs. It takes connections from when it answers.
  void began(Backend backend) {
    if (behind.containsKey(backend)) {
      return;
    }
    Probe probe =
        new Probe(
            setting.context(),
            setting.loops().next(),
            backend,
            address -> answers(backend, address));
    behind.put(backend, probe);
    probe.begin();
  }

  private void answers(Backend backend, InetSocketAddress address) {
    long now = now();
    boolean others = behind.keySet().stream().anyMatch(one -> isWarm(one, now));
    backend.answers(address);
    backend.starts(new SlowStart(now, others));
    backend.ready = true;
    refresh();
    setting
        .reports()
        .listening(backend.worker(), "port %d, by way of %d".formatted(port, address.getPort()));
  }

  private static boolean isWarm(Backend backend, long now) {
    return backend.ready && !backend.draining() && backend.slowStart().over(now);
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
    Probe probe = behind.remove(backend);
    if (probe != null) {
      probe.stop();
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
    List<Backend> sound = all.stream().filter(one -> !one.penalty.lasts(now)).toList();
    // One that is left out does not answer; one that is not fit may.
    List<Backend> usable = sound.isEmpty() ? List.copyOf(all) : sound;
    List<Backend> fit = usable.stream().filter(one -> one.fit).toList();
    ready = fit.isEmpty() ? usable : fit;
    if (!ready.isEmpty()) {
      waiting.release();
    }
  }

  private List<Backend> serving() {
    return behind.keySet().stream().filter(one -> one.ready && !one.draining()).toList();
  }

  private void leaveOut(Backend backend) {
    long now = now();
    List<Backend> serving = serving();
    int out = (int) serving.stream().filter(one -> one.penalty.lasts(now)).count();
    if (!serving.contains(backend)
        || backend.penalty.lasts(now)
        || !Penalty.allowed(out, serving.size())) {
      return;
    }
    backend.penalty = backend.penalty.again(now);
    backend.works();
    backend.tally().ejections.increment();
    changed();
    refresh();
    long millis = Math.ceilDiv(backend.penalty.until() - now, 1_000_000L);
    setting.context().owner().setTimer(millis, _ -> comeBack(backend));
  }

  private void comeBack(Backend backend) {
    long now = now();
    if (backend.penalty.lasts(now)) {
      // The timer's clock is a little ahead.
      setting.context().owner().setTimer(1, _ -> comeBack(backend));
      return;
    }
    backend.starts(new SlowStart(now, true));
    refresh();
  }

  // ------------------------------------------------------------------ connections, on any loop

  private void arrived(SocketChannel client) {
    new Link(this, client, now()).seek();
  }

  /// The instance for a connection; it is counted as its own from now on.
  ///
  /// @param tried those that have refused it
  Optional<Backend> take(Set<Backend> tried, @Nullable InetSocketAddress client) {
    byte[] address = client == null ? new byte[0] : client.getAddress().getAddress();
    while (true) {
      Optional<Backend> next =
          choice.next(ready, one -> !tried.contains(one) && !one.draining(), address, now());
      if (next.isEmpty() || next.get().take()) {
        return next;
      }
    }
  }

  /// None is left for a connection: it waits for one.
  void park(Link link, Set<Backend> tried) {
    setting
        .context()
        .runOnContext(_ -> {
          if (closed) {
            link.giveUp();
          } else if (tried.containsAll(ready)) {
            waiting.add(link);
          } else {
            link.again();
          }
        });
  }

  /// A process does not take a connection.
  void failed(Backend backend) {
    backend.tally().failures.increment();
    changed();
    count(backend);
  }

  /// A process has reset a connection.
  ///
  /// @param answered whether it had sent something before
  void reset(Backend backend, boolean answered) {
    backend.tally().failures.increment();
    changed();
    if (!answered) {
      count(backend);
    }
  }

  private void count(Backend backend) {
    if (backend.failed() >= Penalty.FAILURES) {
      setting.context().runOnContext(_ -> leaveOut(backend));
    }
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
    return waiting.size();
  }
}
