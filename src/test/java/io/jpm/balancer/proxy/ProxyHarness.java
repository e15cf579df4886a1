package io.jpm.balancer.proxy;

import io.jpm.balancer.mode.BalancerBackend.Observer;
import io.jpm.bus.balancer.BalancerCommand.Prepare;
import io.jpm.bus.balancer.BalancerCommand.ProcessStarted;
import io.jpm.bus.balancer.BalancerCommand.ResolveRoute;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.Strategy;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.TestDeadline;
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
  static final Duration TIMEOUT = Duration.ofSeconds(30);
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
  final ProxyBackend backend;

  /// How far the clock of the backend is ahead of the system's, in nanoseconds.
  private final AtomicLong clockOffset = new AtomicLong();

  private final Context context = ((VertxInternal) vertx).createEventLoopContext();
  private final List<Closeable> toClose = new ArrayList<>();
  private ClusterSettings clusterSettings;
  private ReadinessPolicy readinessPolicy = ReadinessPolicy.DEFAULT;
  private long births;

  ProxyHarness() throws IOException {
    this(MOST);
  }

  /// @param most the limit of connections
  ProxyHarness(int most) throws IOException {
    this(new ProxyConnectionLimiter(most, System::nanoTime));
  }

  /// @param proxyConnectionLimiter can be shared with other harnesses
  ProxyHarness(ProxyConnectionLimiter proxyConnectionLimiter) throws IOException {
    this(freePort(), Optional.empty(), proxyConnectionLimiter);
  }

  /// @param sockets listening sockets that outlive the daemon
  ProxyHarness(int port, Optional<ListenSocketRegistry> sockets) {
    this(port, sockets, new ProxyConnectionLimiter(MOST, System::nanoTime));
  }

  private ProxyHarness(
      int port,
      Optional<ListenSocketRegistry> sockets,
      ProxyConnectionLimiter proxyConnectionLimiter) {
    this.port = port;
    this.clusterSettings =
        cluster(Strategy.ROUND_ROBIN, Duration.ofSeconds(30), ProxyProtocol.NONE);
    var reports =
        new Observer() {
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
    this.backend = new ProxyBackend(context, reports, this::now, sockets, proxyConnectionLimiter);
  }

  private long now() {
    return System.nanoTime() + clockOffset.get();
  }

  /// Advances the clock of the backend; timers are not affected.
  void advanceClock(Duration time) {
    clockOffset.addAndGet(time.toNanos());
  }

  static int freePort() throws IOException {
    return FreePort.find();
  }

  private ClusterSettings cluster(Strategy strategy, Duration drain, ProxyProtocol protocol) {
    return new ClusterSettings(
        true,
        BalancingMode.PROXY,
        Optional.of(strategy),
        OptionalInt.of(port),
        List.of(),
        drain,
        protocol);
  }

  ProxyHarness with(Strategy strategy) {
    clusterSettings = cluster(strategy, clusterSettings.drain(), clusterSettings.proxyProtocol());
    return this;
  }

  ProxyHarness with(Duration drain) {
    clusterSettings = cluster(Strategy.ROUND_ROBIN, drain, clusterSettings.proxyProtocol());
    return this;
  }

  ProxyHarness with(ProxyProtocol protocol) {
    clusterSettings = cluster(Strategy.ROUND_ROBIN, clusterSettings.drain(), protocol);
    return this;
  }

  /// Gates later instances until they are reported as ready.
  ProxyHarness withReadiness() {
    readinessPolicy = new ReadinessPolicy(true, Duration.ofMinutes(1));
    return this;
  }

  AppSpec spec() {
    return spec(APP);
  }

  AppSpec spec(AppName app) {
    var appCommand = new AppCommand(Path.of("/bin/app"), Optional.empty(), List.of(), List.of());
    return AppSpec.builder(app, appCommand, Path.of("/"))
        .cluster(clusterSettings)
        .readiness(readinessPolicy)
        .build();
  }

  WorkerId worker(int id) {
    return new WorkerId(new InstanceId(id), births++, 1);
  }

  BalancerReply prepare(WorkerId worker) {
    return prepare(worker, spec());
  }

  BalancerReply prepare(WorkerId worker, AppSpec spec) {
    return await(onContext(() -> backend.prepare(new Prepare(worker, 0, spec))));
  }

  /// Starts an instance and waits until the backend reports that it listens.
  Instance start(int id, Server.ConnectionHandler connectionHandler) throws IOException {
    Instance instance = startServer(id, connectionHandler);
    begin(instance.worker(), instance.memo());
    Eventually.await(
        "instance " + id + " listens", TIMEOUT, () -> listening.containsKey(instance.worker()));
    return instance;
  }

  /// Starts an instance without telling the backend that it runs.
  Instance startServer(int id, Server.ConnectionHandler connectionHandler) throws IOException {
    for (int tries = 1; ; tries++) {
      WorkerId worker = worker(id);
      Prepared prepared = (Prepared) prepare(worker);
      int own = Integer.parseInt(prepared.environment().getOrDefault("PORT", ""));
      try {
        Server server = closeLater(new Server(LOOPBACK, own, connectionHandler));
        return new Instance(worker, own, prepared.balancerState(), server);
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
    run(() -> backend.processStarted(new ProcessStarted(worker, 0, process, spec(), memo, ready)));
  }

  /// Returns the route to `worker` for a probe of the loopback address and the port `at`.
  Route route(WorkerId worker, int at) {
    return await(
        onContext(() -> backend.resolveRoute(new ResolveRoute(worker, List.of(LOOPBACK), at))));
  }

  /// Returns when the drain has begun.
  Future<Integer> drain(Instance instance) {
    return get(() -> backend.drain(instance.worker()));
  }

  /// Ends the process of the instance.
  void end(Instance instance) throws IOException {
    instance.server().close();
    run(() -> backend.processTerminated(instance.worker()));
  }

  Socket connect() throws IOException {
    Socket socket = closeLater(new Socket(LOOPBACK, port));
    socket.setSoTimeout((int) TestDeadline.scaled(TIMEOUT).toMillis());
    return socket;
  }

  <C extends Closeable> C closeLater(C thing) {
    synchronized (toClose) {
      toClose.add(thing);
    }
    return thing;
  }

  void run(Runnable action) {
    await(
        onContext(() -> {
          action.run();
          return Future.succeededFuture();
        }));
  }

  <T> T get(Supplier<T> asked) {
    return await(onContext(() -> Future.succeededFuture(asked.get())));
  }

  <T> Future<T> onContext(Supplier<Future<T>> action) {
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
      return future.await(TestDeadline.scaled(TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new CompletionException(late);
    }
  }

  @Override
  public void close() throws IOException {
    await(onContext(backend::close));
    synchronized (toClose) {
      for (Closeable thing : toClose) {
        thing.close();
      }
    }
    await(vertx.close());
  }
}
