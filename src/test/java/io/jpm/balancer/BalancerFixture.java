package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.ListenAddress;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.RunAs;
import io.jpm.model.Strategy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Signal;
import io.jpm.model.process.WorkerId;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.HostFixture;
import io.jpm.os.ListenSocket;
import io.jpm.os.ProcessHost;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// A ClusterBalancer on a real host, with the processes and commands that God would provide.
final class BalancerFixture implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofSeconds(40);
  private static final Path RESOURCES = Path.of("src/test/resources/balancer").toAbsolutePath();

  final ProcessHost host;
  final HostFixture processes;
  final Map<String, String> environment = new HashMap<>();
  final List<BalancerReport> reports = new CopyOnWriteArrayList<>();

  /// How long the next daemon keeps sockets that no process claims.
  Duration unclaimed = Duration.ofMinutes(1);

  /// How messages of the processes are delivered to the daemon.
  volatile MessageDelivery delivery = MessageDelivery.IMMEDIATE;

  /// Messages that a daemon read but did not process before it ended, or that it did not read.
  final List<BalancerCommand> undelivered = new CopyOnWriteArrayList<>();

  private final List<Worker> workers = new ArrayList<>();
  private Vertx vertx;
  private int generations;

  BalancerFixture(ProcessHost host, Path dir) {
    this.host = host;
    this.processes = new HostFixture(host, dir);
    this.vertx = boot();
  }

  /// How the daemon receives the messages of the processes.
  enum MessageDelivery {
    /// Every message is processed at once.
    IMMEDIATE,
    /// The daemon reads messages, but ends before it processes them.
    LOST,
    /// The daemon reads no messages; they wait for the next daemon.
    LATE
  }

  private Vertx boot() {
    Vertx made = Vertx.vertx();
    BusCodec.install(made);
    made.eventBus()
        .<BalancerReport>consumer(
            Addresses.BALANCER_REPORTS, message -> reports.add(message.body()));
    var context = new BalancerContext(host, Path.of("").toAbsolutePath(), System::nanoTime);
    await(
        made.deployVerticle(new ClusterBalancerVerticle(context, BalancerBackends.ALL, unclaimed)));
    return made;
  }

  /// Starts a new daemon that takes over the processes of the previous one.
  void reboot() {
    reboot(() -> {});
  }

  /// Like [#reboot], but the keeper has died with the daemon: only the processes still hold the
  /// listening sockets.
  void rebootWithoutSockets() {
    reboot(() -> host.listenSockets().orElseThrow().all().forEach(ListenSocket::close));
  }

  /// @param meanwhile runs while there is no daemon
  void reboot(Runnable meanwhile) {
    await(vertx.close());
    meanwhile.run();
    reports.clear();
    vertx = boot();
    if (delivery == MessageDelivery.LOST) {
      delivery = MessageDelivery.IMMEDIATE; // before the first command is sent
    }
    for (Worker worker : workers) {
      if (!worker.hasEnded()) {
        worker.begin();
      }
    }
    // Keeps the order of the channel, including messages that arrive in the meantime.
    synchronized (undelivered) {
      if (delivery == MessageDelivery.LATE) {
        undelivered.forEach(said -> vertx.eventBus().send(Addresses.BALANCER_COMMAND, said));
        delivery = MessageDelivery.IMMEDIATE;
      }
    }
  }

  /// One process of an app.
  final class Worker implements ChildWatcher {
    final WorkerId id;
    final AppSpec spec;
    final int number;
    private final Prepared prepared;
    private final Path out;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private volatile Optional<Exit> exit = Optional.empty();
    private volatile boolean treeGone;
    private boolean ready;
    private Optional<Child> child = Optional.empty();

    private Worker(WorkerId id, AppSpec spec, int number, Prepared prepared) {
      this.id = id;
      this.spec = spec;
      this.number = number;
      this.prepared = prepared;
      SpawnRequest request = request();
      this.out = request.out().file();
      processes.capture(request.out());
      processes.capture(request.error());
      SpawnResult result = host.spawn(request, this);
      assertThat(result).isInstanceOf(SpawnResult.Started.class);
      child = Optional.of(((SpawnResult.Started) result).child());
      begin();
    }

    private SpawnRequest request() {
      List<String> argv = new ArrayList<>(prepared.wrapper());
      List<String> own = new ArrayList<>(spec.command().argv());
      own.addAll(1, prepared.options());
      argv.addAll(own);
      SpawnRequest base = processes.request(argv.getFirst());
      Map<String, String> all = new HashMap<>(base.environment());
      all.putAll(environment);
      all.putAll(prepared.environment());
      return new SpawnRequest(
          Path.of(argv.getFirst()),
          argv,
          all,
          base.cwd(),
          base.out(),
          base.error(),
          base.tag(),
          RunAs.DAEMON,
          prepared.ipcChannel(),
          false,
          prepared.sockets());
    }

    private void begin() {
      ask(
          new BalancerCommand.ProcessStarted(
              id, number, child.orElseThrow().identity(), spec, prepared.balancerState(), ready));
    }

    /// Reports the process as ready, as God does when its probes have passed for the first time.
    Worker ready() {
      ready = true;
      ask(new BalancerCommand.Ready(id));
      return this;
    }

    void setFit(boolean fit) {
      ask(new BalancerCommand.SetFit(id, fit));
    }

    /// Returns the route of a probe of `127.0.0.1` and `port` to this process.
    BalancerReply.Route route(int port) {
      return (BalancerReply.Route)
          ask(
              new BalancerCommand.ResolveRoute(
                  id, List.of(InetAddress.ofLiteral("127.0.0.1")), port));
    }

    /// Returns the answer of the process to a probe of `port`.
    String probe(int port) throws IOException {
      BalancerReply.Route way = route(port);
      assertThat(way).isInstanceOf(BalancerReply.Route.Via.class);
      try (var httpConnection =
          new HttpLoad.HttpConnection(((BalancerReply.Route.Via) way).address().getPort())) {
        return httpConnection.ask("/", false).body();
      }
    }

    int pid() {
      return child.orElseThrow().identity().pid();
    }

    Prepared prepared() {
      return prepared;
    }

    @Override
    public void exited(Exit how) {
      exit = Optional.of(how);
      vertx.eventBus().send(Addresses.BALANCER_COMMAND, new BalancerCommand.ProcessEnded(id));
    }

    @Override
    public void message(String json, Runnable heard) {
      messages.add(json);
      heard.run();
    }

    @Override
    public void nodeMessageReceived(String json, Runnable heard) {
      var said = new BalancerCommand.NodeMessageReceived(id, json);
      synchronized (undelivered) {
        if (delivery == MessageDelivery.IMMEDIATE) {
          vertx.eventBus().send(Addresses.BALANCER_COMMAND, said);
        } else {
          undelivered.add(said);
        }
      }
      heard.run();
    }

    @Override
    public void treeGone() {
      treeGone = true;
    }

    void send(String json) {
      assertThat(child.orElseThrow().send(json)).isTrue();
    }

    List<String> messages() {
      return messages;
    }

    boolean hasEnded() {
      return exit.isPresent();
    }

    Worker awaitListening() {
      Eventually.await(
          "the process listens", DEADLINE, () -> reportedAddress().isPresent(), this::output);
      return this;
    }

    Optional<String> reportedAddress() {
      return reports.stream()
          .flatMap(report ->
              report instanceof BalancerReport.Listening listening && listening.worker().equals(id)
                  ? Optional.of(listening.address()).stream()
                  : Optional.<String>empty().stream())
          .findFirst();
    }

    int port() {
      String address = awaitListening().reportedAddress().orElseThrow();
      return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    String output() {
      try {
        return Files.exists(out) ? Files.readString(out) : "";
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }

    Worker awaitOutput(String text) {
      Eventually.await(
          "the process prints " + text, DEADLINE, () -> output().contains(text), this::output);
      return this;
    }

    /// Waits until the process has closed its listening sockets. A client cannot observe this,
    /// because connections still queue in the daemon's own copy of a socket.
    void awaitNoListener() {
      Eventually.await(
          "the process has no listening sockets",
          DEADLINE,
          () -> host.listenersOf(child.orElseThrow().identity()).isEmpty());
    }

    Future<Integer> drain() {
      return vertx
          .eventBus()
          .<BalancerReply>request(
              Addresses.BALANCER_COMMAND, new BalancerCommand.Drain(id), withLongTimeout())
          .map(reply -> ((BalancerReply.Drained) reply.body()).left());
    }

    void signal(Signal signal) {
      child.orElseThrow().signalMain(signal);
    }

    /// Sends `signal` to the process, waits until it has ended and returns its exit.
    Exit end(Signal signal) {
      child.orElseThrow().signalMain(signal);
      Eventually.await("the process ends", DEADLINE, this::hasEnded);
      return exit.orElseThrow();
    }

    void release() {
      ask(new BalancerCommand.Released(id));
    }
  }

  private static io.vertx.core.eventbus.DeliveryOptions withLongTimeout() {
    return new io.vertx.core.eventbus.DeliveryOptions().setSendTimeout(120_000);
  }

  static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(TestDeadline.scaledSeconds(DEADLINE.toSeconds()), TimeUnit.SECONDS);
    } catch (Exception error) {
      throw new AssertionError(error);
    }
  }

  BalancerReply ask(BalancerCommand command) {
    return await(
            vertx
                .eventBus()
                .<BalancerReply>request(Addresses.BALANCER_COMMAND, command, withLongTimeout()))
        .body();
  }

  /// Starts a process for instance `id` of an app.
  Worker start(AppSpec spec, int id, int number) {
    var worker = new WorkerId(new InstanceId(id), 1000L + generations, ++generations);
    BalancerReply reply = ask(new BalancerCommand.Prepare(worker, number, spec));
    assertThat(reply).isInstanceOf(Prepared.class);
    Worker made = new Worker(worker, spec, number, (Prepared) reply);
    workers.add(made);
    return made;
  }

  BalancerReply.Status status(Worker worker) {
    return (BalancerReply.Status)
        ask(new BalancerCommand.GetStatus(worker.spec.name(), worker.id.id()));
  }

  static Path program(String name) {
    for (String folder : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, name))) {
        return Path.of(folder, name);
      }
    }
    throw new AssertionError(name + " is not installed");
  }

  /// Returns an app that runs `server.cjs`.
  static AppSpec server(String name, Strategy strategy, String kind, String place) {
    return node(name, strategy, "server.cjs", kind, place);
  }

  static AppSpec node(String name, Strategy strategy, String script, String... arguments) {
    var appCommand =
        new AppCommand(
            RESOURCES.resolve(script), Optional.of(program("node")), List.of(), List.of(arguments));
    return AppSpec.builder(new AppName(name), appCommand, Path.of("/"))
        .cluster(cluster(BalancingMode.AUTO, Optional.of(strategy), List.of()))
        .build();
  }

  static ClusterSettings cluster(
      BalancingMode mode, Optional<Strategy> strategy, List<ListenAddress> listen) {
    return new ClusterSettings(
        true,
        mode,
        strategy,
        OptionalInt.empty(),
        listen,
        Duration.ofSeconds(30),
        ProxyProtocol.NONE);
  }

  @Override
  public void close() {
    for (Worker worker : workers) {
      worker.child.ifPresent(child -> {
        child.signalTree(Signal.SIGKILL);
        Eventually.await("the process tree is gone", DEADLINE, () -> worker.treeGone);
      });
    }
    await(vertx.close());
    processes.close();
  }
}
