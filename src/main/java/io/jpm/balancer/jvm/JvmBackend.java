package io.jpm.balancer.jvm;

import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.balancer.mode.WorkerMessages;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Strategy;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Balances Java processes. The processes inherit sockets, and an agent in each process makes the
/// app's servers use them. Owned by ClusterBalancer's context.
public final class JvmBackend implements BalancerBackend {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// The delay before each search for idle sockets. A process that has just begun to listen may
  /// soon listen on another port as well.
  private static final long TIDY_MILLIS = 5_000;

  private final Vertx vertx;
  private final ProcessHost host;
  private final Optional<ListenSocketRegistry> store;
  private final AgentOptions agent;
  private final Observer observer;
  private final ClientAdmission clientAdmission;
  private final Map<AppName, App> apps = new HashMap<>();
  private final Map<WorkerId.Slot, AppName> members = new HashMap<>();
  private final Map<WorkerId, JvmWorker> workers = new LinkedHashMap<>();

  /// Processes that were prepared but are not running yet.
  private final Set<WorkerId> prepared = new HashSet<>();

  private boolean closed;

  /// The state of an app.
  private static final class App {
    List<String> addresses = List.of();
    boolean unsuitable;
    boolean tidying;
  }

  /// Creates the backend without any workers.
  ///
  /// @param vertx runs the timers
  /// @param host provides the processes and their sockets
  /// @param agent the absolute path of the agent's jar, which has `asm.jar` in the same directory
  /// @param observer receives the observations
  public JvmBackend(Vertx vertx, ProcessHost host, Path agent, Observer observer) {
    this.vertx = vertx;
    this.host = host;
    this.store = host.listenSockets();
    this.agent = new AgentOptions(agent);
    this.observer = observer;
    this.clientAdmission = new ClientAdmission(vertx, host);
  }

  @Override
  public Future<BalancerReply> prepare(BalancerCommand.Prepare order) {
    if (store.isEmpty()) {
      return refused(
          "sockets cannot be shared between processes on this system: use balance: proxy or balance: off");
    }
    if (!agent.isLoadable()) {
      return refused(
          "a JVM cannot load an agent from %s, because the path contains \"=\": move jpm to a different directory, or use balance: proxy"
              .formatted(agent.jar()));
    }
    member(order.worker(), order.spec());
    prepared.add(order.worker());
    AppSpec spec = order.spec();
    return BlockingCalls.call(vertx, () -> prepared(store.get(), spec));
  }

  private static Future<BalancerReply> refused(String reason) {
    return Future.succeededFuture(new BalancerReply.Refused(reason));
  }

  private BalancerReply prepared(ListenSocketRegistry sockets, AppSpec spec) {
    if (!Files.isReadable(agent.jar())) {
      return new BalancerReply.Refused(
          "the Java agent %s does not exist: build jpm again, or use balance: proxy"
              .formatted(agent.jar()));
    }
    AppSockets own = new AppSockets(sockets, spec.name());
    try {
      Map<String, String> environment = new HashMap<>(own.prepare(spec));
      environment.putAll(agent.variables(spec));
      boolean probed = spec.hasReadinessSignal() || spec.health().isConfigured();
      if (probed) {
        environment.put("JPM_PROBED", spec.hasReadinessSignal() ? "gated" : "open");
      }
      return new BalancerReply.Prepared(
          List.of(),
          agent.arguments(spec),
          environment,
          own.keys(),
          true,
          new JvmBalancerState(probed, Optional.of(own.numbers())).text());
    } catch (ListenException error) {
      return new BalancerReply.Refused(String.valueOf(error.getMessage()));
    }
  }

  private void member(WorkerId worker, AppSpec spec) {
    members.put(worker.slot(), spec.name());
    apps.putIfAbsent(spec.name(), new App());
  }

  @Override
  public void processStarted(BalancerCommand.ProcessStarted news) {
    member(news.worker(), news.spec());
    JvmBalancerState jvmBalancerState = JvmBalancerState.of(news.balancerState());
    JvmWorker jvmWorker =
        new JvmWorker(
            news.worker(), news.process(), news.spec(), jvmBalancerState.probed(), news.ready());
    workers.put(news.worker(), jvmWorker);
    if (prepared.remove(news.worker())) {
      watch(jvmWorker, Optional.of(Set.of()));
    } else {
      // The process was started by an earlier daemon, which received its report. This daemon needs
      // the report as well.
      store.ifPresent(sockets ->
          adopt(jvmWorker, jvmBalancerState.given(), new AppSockets(sockets, jvmWorker.app)));
      clientAdmission.tell(jvmWorker, WorkerMessages.SERVERS);
    }
    clientAdmission.update(of(jvmWorker.app));
  }

  private void watch(JvmWorker jvmWorker, Optional<Set<Long>> given) {
    store.ifPresent(
        sockets -> new JvmListenDetector(vertx, host, sockets, this::seen).start(jvmWorker, given));
  }

  /// Recovers the sockets of an earlier daemon. If the keeper has also died, only the process
  /// itself still has them.
  private void adopt(JvmWorker jvmWorker, Optional<List<Long>> given, AppSockets sockets) {
    // Runs in order with the preparation of the next process.
    BlockingCalls.call(vertx, () -> regain(jvmWorker, given.orElse(List.of()), sockets))
        .onComplete(_ -> watch(jvmWorker, given.map(Set::copyOf)));
  }

  private static boolean regain(JvmWorker jvmWorker, List<Long> given, AppSockets sockets) {
    try {
      sockets.recover(jvmWorker.process, given);
      return true;
    } catch (ListenException failure) {
      LOG.log(
          Level.WARNING,
          "{0}: cannot recover lost listening sockets of the app ({1}); its processes keep using them",
          jvmWorker.app,
          failure.getMessage());
      return false;
    }
  }

  private List<JvmWorker> of(AppName app) {
    return workers.values().stream().filter(it -> it.app.equals(app)).toList();
  }

  @Override
  public void messageReceived(WorkerId id, String json) {
    JvmWorker jvmWorker = workers.get(id);
    if (jvmWorker != null) {
      AgentReport.read(json).ifPresent(news -> jvmWorker.lastReport = news);
    }
  }

  @Override
  public void ready(WorkerId id) {
    JvmWorker jvmWorker = workers.get(id);
    if (jvmWorker != null) {
      jvmWorker.ready = true;
      clientAdmission.update(of(jvmWorker.app));
    }
  }

  @Override
  public void setFit(WorkerId id, boolean fit) {
    JvmWorker jvmWorker = workers.get(id);
    if (jvmWorker != null) {
      jvmWorker.fit = fit;
      clientAdmission.update(of(jvmWorker.app));
    }
  }

  @Override
  public Future<BalancerReply.Route> resolveRoute(BalancerCommand.ResolveRoute question) {
    JvmWorker jvmWorker = workers.get(question.worker());
    if (jvmWorker == null || store.isEmpty()) {
      return Future.succeededFuture(
          new BalancerReply.Route.Unreachable("the process is no longer running"));
    }
    if (!jvmWorker.probed) {
      return Future.succeededFuture(new BalancerReply.Route.Direct());
    }
    Optional<InetSocketAddress> own =
        jvmWorker.lastReport.endpoints().stream()
            .filter(it -> it.serves(question.addresses(), question.port()))
            .map(PrivateEndpoint::endpoint)
            .findFirst();
    if (own.isPresent()) {
      return Future.succeededFuture(new BalancerReply.Route.Via(own.get()));
    }
    AppSockets sockets = new AppSockets(store.get(), jvmWorker.app);
    return BlockingCalls.call(vertx, sockets::ports)
        .map(ports ->
            ports.contains(question.port())
                ? new BalancerReply.Route.Unreachable(
                    "the process does not listen on port %d".formatted(question.port()))
                : new BalancerReply.Route.Direct());
  }

  @Override
  public Optional<String> problem(InstanceId id) {
    return workers.values().stream()
        .filter(it -> it.id.id().equals(id))
        .reduce((_, later) -> later)
        .flatMap(JvmBackend::trouble);
  }

  private static Optional<String> trouble(JvmWorker jvmWorker) {
    if (jvmWorker.ready && !jvmWorker.fit && jvmWorker.taking.equals(Optional.of(false))) {
      return Optional.of("its readiness probe fails: new connections go to the other instances");
    }
    return jvmWorker.lastReport.transportReplaced()
        ? Optional.of(
            "it uses Java's sockets instead of Netty's native transport, which cannot share a port"
                + " (set -Dio.netty.transport.noNative=false to keep the native transport)")
        : Optional.empty();
  }

  private void seen(JvmWorker jvmWorker, JvmListenDetector.Observation observation) {
    App app = apps.get(jvmWorker.app);
    if (closed || app == null) {
      return;
    }
    switch (observation) {
      case JvmListenDetector.Observation.Accepting(String address, List<String> all) -> {
        jvmWorker.listening = true;
        app.addresses = all;
        observer.listening(jvmWorker.id, address);
        tidyLater(jvmWorker.app, app);
      }
      case JvmListenDetector.Observation.Bypassing(String reason) -> {
        if (!app.unsuitable) {
          app.unsuitable = true;
          observer.unsuitable(jvmWorker.app, reason);
        }
      }
    }
  }

  @Override
  public Future<Integer> drain(WorkerId worker) {
    JvmWorker known = workers.get(worker);
    if (known == null || store.isEmpty()) {
      return Future.succeededFuture(0);
    }
    Future<Integer> drained = new WorkerDrainer(vertx, host, store.get()).drain(known);
    clientAdmission.update(of(known.app));
    return drained;
  }

  @Override
  public void processTerminated(WorkerId worker) {
    JvmWorker known = workers.remove(worker);
    if (known == null) {
      return;
    }
    known.ended = true;
    known.draining.ifPresent(it -> it.tryComplete(0));
    clientAdmission.update(of(known.app));
    App app = apps.get(known.app);
    if (app != null) {
      tidyLater(known.app, app);
    }
  }

  @Override
  public void released(WorkerId worker) {
    prepared.remove(worker);
    AppName name = members.remove(worker.slot());
    if (name != null && !members.containsValue(name)) {
      apps.remove(name);
      store.ifPresent(sockets -> close(new AppSockets(sockets, name)));
    }
  }

  private void close(AppSockets sockets) {
    // Runs in order with the preparation of sockets, in case the app is started again immediately.
    vertx
        .executeBlocking(() -> {
          sockets.close();
          return true;
        })
        .onFailure(
            error -> LOG.log(Level.WARNING, sockets.app() + ": cannot close its sockets", error));
  }

  /// Searches for sockets on which no process listens, once all processes listen. A socket is
  /// replaced only if two consecutive searches find it.
  private void tidyLater(AppName name, App app) {
    if (app.tidying || store.isEmpty()) {
      return;
    }
    app.tidying = true;
    IdleSocketReplacer idle = new IdleSocketReplacer(host, store.get(), Path.of("/proc"));
    vertx.setTimer(
        TIDY_MILLIS,
        _ ->
            whereAllListen(name)
                .map(found -> tidy(name, app, idle, found))
                .orElseGet(() -> Future.succeededFuture(Set.of()))
                .onComplete(_ -> app.tidying = false));
  }

  private Future<Set<Long>> tidy(
      AppName name, App app, IdleSocketReplacer idle, List<JvmWorker> found) {
    AppSpec spec = found.getLast().spec;
    return BlockingCalls.call(vertx, () -> idle.find(spec, processes(found)))
        .onSuccess(candidates -> {
          if (!candidates.isEmpty()) {
            vertx.setTimer(TIDY_MILLIS, _ -> replace(name, app, idle, candidates));
          }
        });
  }

  private void replace(AppName name, App app, IdleSocketReplacer idle, Set<Long> candidates) {
    Optional<List<JvmWorker>> found = whereAllListen(name);
    if (found.isEmpty() || apps.get(name) != app) {
      return;
    }
    List<ProcessIdentity> processes = processes(found.get());
    AppSpec spec = found.get().getLast().spec;
    BlockingCalls.call(
            vertx,
            () -> {
              idle.replace(spec, processes, candidates);
              return new AppSockets(idle.store(), name).addresses();
            })
        .onSuccess(addresses -> app.addresses = addresses)
        .onFailure(
            error -> LOG.log(Level.WARNING, name + ": cannot replace its old sockets", error));
  }

  /// Returns the app's processes, if it has any and all of them listen.
  private Optional<List<JvmWorker>> whereAllListen(AppName name) {
    List<JvmWorker> found = of(name);
    boolean all = !closed && !found.isEmpty() && found.stream().allMatch(it -> it.listening);
    return all ? Optional.of(found) : Optional.empty();
  }

  private static List<ProcessIdentity> processes(List<JvmWorker> workers) {
    return workers.stream().map(it -> it.process).toList();
  }

  @Override
  public List<String> addresses(AppName app) {
    App known = apps.get(app);
    return known == null ? List.of() : known.addresses;
  }

  @Override
  public String strategy(AppName app) {
    return Strategy.KERNEL.keyword();
  }

  @Override
  public boolean claimsSocket(String key) {
    return store.isPresent()
        && apps.keySet().stream().anyMatch(app -> new AppSockets(store.get(), app).has(key));
  }

  @Override
  public Future<Void> close() {
    closed = true;
    workers
        .values()
        .forEach(it -> {
          it.ended = true;
          it.draining.ifPresent(promise -> promise.tryComplete(0));
        });
    workers.clear();
    return Future.succeededFuture();
  }
}
