package io.jpm.balancer.proxy;

import io.jpm.balancer.mode.BalancerBackend.Reports;
import io.jpm.bus.balancer.BalancerCommand.Began;
import io.jpm.bus.balancer.BalancerCommand.Prepare;
import io.jpm.bus.balancer.BalancerCommand.Reach;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Readiness;
import io.jpm.model.Strategy;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import io.jpm.os.ListenSockets;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Patience;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// A proxy backend with its own Vert.x, and instances that are servers in this JVM.
final class ProxyHarness implements Closeable {
  static final Duration LONG = Duration.ofSeconds(30);
  static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  /// More connections than any test opens.
  private static final int MOST = 3000;

  private static final int MOST_TRIES = 5;

  static final AppName APP = new AppName("web");

  /// A running instance.
  ///
  /// @param memo the state that a daemon keeps for it
  record Instance(WorkerId worker, int port, String memo, Server server) {}

  final int port;
  final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  final Map<WorkerId, String> listening = new ConcurrentHashMap<>();
  final ProxyBackend sharing;

  /// How far the clock of the backend is ahead of the system's, in nanoseconds.
  private final AtomicLong ahead = new AtomicLong();

  private final Context context = ((VertxInternal) vertx).createEventLoopContext();
  private final List<Closeable> toClose = new ArrayList<>();
  private Cluster cluster;
  private Readiness readiness = Readiness.DEFAULT;
  private long births;

  ProxyHarness() throws IOException {
    this(MOST);
  }

  /// @param most the limit of connections
  ProxyHarness(int most) throws IOException {
    this(new Capacity(most, System::nanoTime));
  }

  /// @param capacity can be shared with other harnesses
  ProxyHarness(Capacity capacity) throws IOException {
    this(free(), Optional.empty(), capacity);
  }

  /// @param sockets listening sockets that outlive the daemon
  ProxyHarness(int port, Optional<ListenSockets> sockets) {
    this(port, sockets, new Capacity(MOST, System::nanoTime));
  }

  private ProxyHarness(int port, Optional<ListenSockets> sockets, Capacity capacity) {
    this.port = port;
    this.cluster = cluster(Strategy.ROUND_ROBIN, Duration.ofSeconds(30), ProxyProtocol.NONE);
    var reports =
        new Reports() {
          @Override
          public void listening(WorkerId worker, String address) {
            if (listening.put(worker, address) != null) {
              throw new IllegalStateException("told twice");
            }
          }

          @Override
          public void unsuitable(AppName app, String reason) {
            throw new IllegalStateException(reason);
          }
        };
    this.sharing = new ProxyBackend(context, reports, this::now, sockets, capacity);
  }

  private long now() {
    return System.nanoTime() + ahead.get();
  }

  /// Advances the clock of the backend; timers are not affected.
  void pass(Duration time) {
    ahead.addAndGet(time.toNanos());
  }

  static int free() throws IOException {
    return FreePort.find();
  }

  private Cluster cluster(Strategy strategy, Duration drain, ProxyProtocol protocol) {
    return new Cluster(
        true,
        BalancingMode.PROXY,
        Optional.of(strategy),
        OptionalInt.of(port),
        List.of(),
        drain,
        protocol);
  }

  ProxyHarness with(Strategy strategy) {
    cluster = cluster(strategy, cluster.drain(), cluster.proxyProtocol());
    return this;
  }

  ProxyHarness with(Duration drain) {
    cluster = cluster(Strategy.ROUND_ROBIN, drain, cluster.proxyProtocol());
    return this;
  }

  ProxyHarness with(ProxyProtocol protocol) {
    cluster = cluster(Strategy.ROUND_ROBIN, cluster.drain(), protocol);
    return this;
  }

  /// Gates later instances until they are reported as ready.
  ProxyHarness waitingForReady() {
    readiness = new Readiness(true, Duration.ofMinutes(1));
    return this;
  }

  AppSpec spec() {
    return spec(APP);
  }

  AppSpec spec(AppName app) {
    var command = new Command(Path.of("/bin/app"), Optional.empty(), List.of(), List.of());
    return AppSpec.of(app, command, Path.of("/")).cluster(cluster).readiness(readiness).build();
  }

  WorkerId worker(int id) {
    return new WorkerId(new InstanceId(id), births++, 1);
  }

  BalancerReply prepare(WorkerId worker) {
    return prepare(worker, spec());
  }

  BalancerReply prepare(WorkerId worker, AppSpec spec) {
    return await(on(() -> sharing.prepare(new Prepare(worker, 0, spec))));
  }

  /// Starts an instance and waits until the backend reports that it listens.
  Instance start(int id, Server.Manner manner) throws IOException {
    Instance instance = make(id, manner);
    begin(instance.worker(), instance.memo());
    Eventually.await(
        "instance " + id + " listens", LONG, () -> listening.containsKey(instance.worker()));
    return instance;
  }

  /// Starts an instance without telling the backend that it runs.
  Instance make(int id, Server.Manner manner) throws IOException {
    for (int tries = 1; ; tries++) {
      WorkerId worker = worker(id);
      Prepared prepared = (Prepared) prepare(worker);
      int own = Integer.parseInt(prepared.environment().getOrDefault("PORT", ""));
      try {
        Server server = closing(new Server(LOOPBACK, own, manner));
        return new Instance(worker, own, prepared.memo(), server);
      } catch (BindException taken) { // by another connection, which can happen to an app, too
        if (tries == MOST_TRIES) {
          throw taken;
        }
      }
    }
  }

  void begin(WorkerId worker, String memo) {
    begin(worker, memo, false);
  }

  void begin(WorkerId worker, String memo, boolean ready) {
    var process = new ProcessIdentity("boot", 7, 7);
    run(() -> sharing.began(new Began(worker, 0, process, spec(), memo, ready)));
  }

  /// Returns the route to `worker` for a probe of the loopback address and the port `at`.
  Route reach(WorkerId worker, int at) {
    return await(on(() -> sharing.reach(new Reach(worker, List.of(LOOPBACK), at))));
  }

  /// Returns when the drain has begun.
  Future<Integer> drain(Instance instance) {
    return get(() -> sharing.drain(instance.worker()));
  }

  /// Ends the process of the instance.
  void end(Instance instance) throws IOException {
    instance.server().close();
    run(() -> sharing.ended(instance.worker()));
  }

  Socket connect() throws IOException {
    Socket socket = closing(new Socket(LOOPBACK, port));
    socket.setSoTimeout((int) Patience.of(LONG).toMillis());
    return socket;
  }

  <C extends Closeable> C closing(C thing) {
    synchronized (toClose) {
      toClose.add(thing);
    }
    return thing;
  }

  void run(Runnable action) {
    await(
        on(() -> {
          action.run();
          return Future.succeededFuture();
        }));
  }

  <T> T get(Supplier<T> asked) {
    return await(on(() -> Future.succeededFuture(asked.get())));
  }

  <T> Future<T> on(Supplier<Future<T>> action) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(_ -> {
      try {
        action.get().onComplete(promise);
      } catch (RuntimeException error) {
        promise.fail(error);
      }
    });
    return promise.future();
  }

  static <T> T await(Future<T> future) {
    try {
      return future.await(Patience.of(LONG).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new CompletionException(late);
    }
  }

  @Override
  public void close() throws IOException {
    await(on(sharing::close));
    synchronized (toClose) {
      for (Closeable thing : toClose) {
        thing.close();
      }
    }
    await(vertx.close());
  }
}
