package io.jpm.balancer.proxy;

import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand.Prepare;
import io.jpm.bus.balancer.BalancerCommand.ProcessStarted;
import io.jpm.bus.balancer.BalancerCommand.ResolveRoute;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReply.Refused;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ListenAddress;
import io.jpm.model.Strategy;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Balances programs that cannot inherit a listening socket. Each process receives a `PORT` of its
/// own; the daemon listens on the app's port and forwards connections. Connections are closed when
/// the daemon exits. The next daemon listens again as soon as it has adopted the app. Owned by the
/// balancer's context.
public final class ProxyBackend implements BalancerBackend {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// `EADDRINUSE`.
  private static final int IN_USE = 98;

  /// The time after which `jpm describe` reports that a program does not listen yet.
  private static final Duration USUAL_START = Duration.ofSeconds(5);

  /// A process that is running or about to be started.
  ///
  /// @param from the time at which the process was prepared or adopted, in monotonic nanoseconds
  private record Member(ProxyListener proxyListener, Backend backend, int port, long from) {}

  private final Context context;
  private final LongSupplier nanoTime;
  private final ProxyListener.ProxyContext proxyContext;
  private final PortAllocator ports;
  private final Set<ProxyListener> listeners = new HashSet<>();
  private final Map<WorkerId, Member> members = new LinkedHashMap<>();
  private final Map<InstanceId, ProxyListener> latest = new TreeMap<>();
  private final Map<InstanceId, ConnectionCounters> tallies = new HashMap<>();
  private final Map<WorkerId, BackendDrainer> drains = new HashMap<>();
  private final Set<InstanceId> neverListened = new HashSet<>();
  private final Map<AppName, JsonObject> published = new HashMap<>();

  /// Creates the backend without any ports.
  ///
  /// @param context the balancer's context, on which all methods must be called
  /// @param observer receives the observations
  /// @param nanoTime the monotonic clock, in nanoseconds; called on any thread
  /// @param sockets the sockets that outlive the daemon; empty if the system cannot keep any
  public ProxyBackend(
      Context context,
      Observer observer,
      LongSupplier nanoTime,
      Optional<ListenSocketRegistry> sockets) {
    this(context, observer, nanoTime, sockets, ProxyConnectionLimiter.ofThisProcess(nanoTime));
  }

  ProxyBackend(
      Context context,
      Observer observer,
      LongSupplier nanoTime,
      Optional<ListenSocketRegistry> sockets,
      ProxyConnectionLimiter proxyConnectionLimiter) {
    this.context = context;
    this.nanoTime = nanoTime;
    ThrottledPublisher throttledPublisher = new ThrottledPublisher(context, this::publish);
    this.proxyContext =
        new ProxyListener.ProxyContext(
            context,
            // The public API does not provide the event loops. Vert.x's own clients use this
            // method.
            ((VertxInternal) context.owner()).nettyEventLoopGroup(),
            nanoTime,
            observer,
            throttledPublisher::changed,
            sockets,
            proxyConnectionLimiter);
    this.ports = new PortAllocator(nanoTime);
  }

  @Override
  public Future<BalancerReply> prepare(Prepare order) {
    OptionalInt port = ClientPort.of(order.spec());
    if (port.isEmpty()) {
      return Future.succeededFuture(
          new Refused("no port is known: set port to the port that clients connect to"));
    }
    int own;
    try {
      own = ports.next(members.values().stream().map(Member::port).collect(Collectors.toSet()));
    } catch (IOException error) {
      return Future.succeededFuture(
          new Refused("cannot allocate a port for the process: " + error.getMessage()));
    }
    WorkerId worker = order.worker();
    forgetEarlier(worker);
    ProxyListener proxyListener = front(order.spec(), port.getAsInt());
    join(worker, order.spec(), proxyListener, own, false);
    return proxyListener
        .open()
        .<BalancerReply>map(_ -> prepared(proxyListener, own))
        .otherwise(error -> refused(worker, proxyListener, error));
  }

  private static Prepared prepared(ProxyListener proxyListener, int own) {
    String port = Integer.toString(own);
    return new Prepared(
        List.of(),
        List.of(),
        Map.of("PORT", port, "SERVER_PORT", port),
        List.of(),
        true,
        notListening(own, proxyListener),
        new ProxyState(own, proxyListener.port()).toString(),
        true);
  }

  private BalancerReply refused(WorkerId worker, ProxyListener proxyListener, Throwable error) {
    String reason = reason(proxyListener, error);
    released(worker);
    return new Refused(reason);
  }

  private String reason(ProxyListener proxyListener, Throwable error) {
    boolean inUse =
        error instanceof BindException
            || (error instanceof ListenException failure && failure.errno() == IN_USE);
    if (!inUse || isForbidden(error)) {
      return "cannot listen on port %d: %s".formatted(proxyListener.port(), error.getMessage());
    }
    String who =
        listeners.stream()
            .filter(other -> other.port() == proxyListener.port() && other != proxyListener)
            .findFirst()
            .map(other -> "the app \"" + other.app() + "\" listens there")
            .orElse("");
    if (who.isEmpty() && error instanceof ListenException) {
      return String.valueOf(error.getMessage()); // the message contains the pid
    }
    return "port %d is already in use: %s; stop it, or set port to a different one"
        .formatted(proxyListener.port(), who.isEmpty() ? "another program listens there" : who);
  }

  private static boolean isForbidden(Throwable error) {
    return String.valueOf(error.getMessage()).contains("ermission denied");
  }

  @Override
  public void processStarted(ProcessStarted news) {
    Member member = members.get(news.worker());
    if (member == null) {
      adopt(news).ifPresent(adopted -> adopted.proxyListener().began(adopted.backend()));
    } else {
      member.proxyListener().began(member.backend());
    }
  }

  private Optional<Member> adopt(ProcessStarted news) {
    Optional<ProxyState> proxyState = ProxyState.of(news.balancerState());
    if (proxyState.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "{0}:{1} receives no connections, because its port is unknown (balancer state: {2}): restart it",
          news.spec().name(),
          news.worker().id(),
          news.balancerState());
      return Optional.empty();
    }
    ProxyListener proxyListener = front(news.spec(), proxyState.get().shared());
    proxyListener.reopen();
    return Optional.of(
        join(news.worker(), news.spec(), proxyListener, proxyState.get().own(), news.ready()));
  }

  private Member join(
      WorkerId worker, AppSpec spec, ProxyListener proxyListener, int own, boolean ready) {
    ConnectionCounters connectionCounters =
        tallies.computeIfAbsent(worker.id(), _ -> new ConnectionCounters());
    boolean admitted = ready || !spec.hasReadinessSignal();
    Backend backend = new Backend(worker, own, spec.cluster(), connectionCounters, admitted);
    Member member = new Member(proxyListener, backend, own, nanoTime.getAsLong());
    members.put(worker, member);
    proxyListener.hold(worker.id(), connectionCounters);
    latest.put(worker.id(), proxyListener);
    settle(worker.id());
    return member;
  }

  private ProxyListener front(AppSpec spec, int port) {
    ProxyListener proxyListener =
        listeners.stream()
            .filter(one -> one.app().equals(spec.name()) && one.port() == port)
            .findFirst()
            .orElseGet(() -> new ProxyListener(spec.name(), port, proxyContext));
    listeners.add(proxyListener);
    proxyListener.updateStrategy(spec);
    return proxyListener;
  }

  /// Removes processes that were prepared for an earlier generation of the worker but never
  /// started.
  private void forgetEarlier(WorkerId worker) {
    List<WorkerId> earlier =
        members.keySet().stream()
            .filter(
                one -> one.slot().equals(worker.slot()) && one.generation() < worker.generation())
            .toList();
    earlier.forEach(this::processTerminated);
  }

  @Override
  public void ready(WorkerId worker) {
    Member member = members.get(worker);
    if (member != null) {
      member.proxyListener().admit(member.backend());
    }
  }

  @Override
  public Future<Route> resolveRoute(ResolveRoute question) {
    Member member = members.get(question.worker());
    if (member == null) {
      return Future.succeededFuture(new Route.Unreachable("the port of the process is not known"));
    }
    if (question.port() == member.port()) {
      return Future.succeededFuture(new Route.Via(own(member, question)));
    }
    if (question.port() != member.proxyListener().port()) {
      return Future.succeededFuture(new Route.Direct());
    }
    // An admitted process of an earlier daemon may listen without having been detected yet.
    if (!member.backend().answered() && !member.backend().admitted) {
      return Future.succeededFuture(
          new Route.Unreachable(
              "the process does not yet listen on port %d, the value of its variable PORT"
                  .formatted(member.port())));
    }
    return member
        .proxyListener()
        .resolveProbeAddress(member.backend())
        .<Route>map(Route.Via::new)
        .otherwise(error -> new Route.Unreachable(String.valueOf(error.getMessage())));
  }

  /// Returns the private address of the process, in the family in which it answers.
  private static InetSocketAddress own(Member member, ResolveRoute question) {
    InetSocketAddress known = member.backend().address();
    return question.addresses().contains(known.getAddress())
        ? known
        : new InetSocketAddress(question.addresses().getFirst(), member.port());
  }

  @Override
  public void setFit(WorkerId worker, boolean fit) {
    Member member = members.get(worker);
    if (member != null) {
      member.proxyListener().fit(member.backend(), fit);
    }
  }

  @Override
  public Future<Integer> drain(WorkerId worker) {
    Member member = members.get(worker);
    if (member == null) {
      return Future.succeededFuture(0);
    }
    BackendDrainer known = drains.get(worker);
    if (known != null) {
      return known.left();
    }
    member.proxyListener().drain(member.backend());
    var backendDrainer =
        new BackendDrainer(context.owner(), nanoTime, member.proxyListener(), member.backend());
    drains.put(worker, backendDrainer);
    return backendDrainer.start();
  }

  @Override
  public void processTerminated(WorkerId worker) {
    Member member = members.remove(worker);
    if (member == null) {
      return;
    }
    if (member.backend().answered()) {
      neverListened.remove(worker.id());
    } else {
      neverListened.add(worker.id());
    }
    member.proxyListener().ended(member.backend());
    BackendDrainer backendDrainer = drains.remove(worker);
    if (backendDrainer != null) {
      backendDrainer.finish();
    }
    settle(worker.id());
  }

  @Override
  public void released(WorkerId worker) {
    processTerminated(worker);
    InstanceId id = worker.id();
    if (alive(id).isEmpty()) {
      latest.remove(id);
      tallies.remove(id);
      neverListened.remove(id);
      settle(id);
    }
  }

  /// Closes ports that an instance no longer needs, because it has moved to another port or was
  /// removed.
  private void settle(InstanceId id) {
    List<ProxyListener> needed = alive(id);
    if (!needed.isEmpty()) {
      latest.put(id, needed.getLast());
    }
    ProxyListener last = latest.get(id);
    for (ProxyListener proxyListener : List.copyOf(listeners)) {
      if (proxyListener != last
          && !needed.contains(proxyListener)
          && proxyListener.releaseIfDue(id)) {
        listeners.remove(proxyListener);
        proxyListener.close();
      }
    }
  }

  /// Returns the listeners of an instance's processes. The listener of the newest process comes
  /// last.
  private List<ProxyListener> alive(InstanceId id) {
    return members.entrySet().stream()
        .filter(one -> one.getKey().id().equals(id))
        .map(one -> one.getValue().proxyListener())
        .toList();
  }

  @Override
  public List<String> addresses(AppName app) {
    return of(app)
        .map(proxyListener -> ListenAddress.any(proxyListener.port()).toString())
        .toList();
  }

  @Override
  public String strategy(AppName app) {
    return of(app).map(ProxyListener::strategy).findFirst().orElse(Strategy.ROUND_ROBIN).keyword();
  }

  @Override
  public boolean claimsSocket(String key) {
    return listeners.stream()
        .anyMatch(proxyListener ->
            ProxyListener.key(proxyListener.app(), proxyListener.port()).equals(key));
  }

  private Stream<ProxyListener> of(AppName app) {
    return listeners.stream()
        .filter(proxyListener -> proxyListener.app().equals(app))
        .sorted(Comparator.comparingInt(ProxyListener::port));
  }

  @Override
  public OptionalInt privatePort(InstanceId id) {
    return newest(id).map(member -> OptionalInt.of(member.port())).orElse(OptionalInt.empty());
  }

  @Override
  public Map<String, Long> counters(InstanceId id) {
    ConnectionCounters connectionCounters = tallies.get(id);
    return connectionCounters == null ? Map.of() : connectionCounters.counters();
  }

  @Override
  public Optional<String> problem(InstanceId id) {
    return newest(id)
        .flatMap(member ->
            member.backend().answered()
                ? member.proxyListener().trouble(member.backend()).or(() -> unfit(member))
                : notListening(id, member).or(() -> unfit(member)))
        .or(proxyContext.capacity()::problem);
  }

  /// Returns the newest process of an instance.
  private Optional<Member> newest(InstanceId id) {
    return members.entrySet().stream()
        .filter(one -> one.getKey().id().equals(id))
        .map(Map.Entry::getValue)
        .reduce((_, later) -> later);
  }

  private static Optional<String> unfit(Member member) {
    return member.backend().fit
        ? Optional.empty()
        : Optional.of("its readiness probe fails: new connections go to the other instances");
  }

  private Optional<String> notListening(InstanceId id, Member member) {
    return isLate(id, member)
        ? Optional.of(notListening(member.port(), member.proxyListener()))
        : Optional.empty();
  }

  private static String notListening(int own, ProxyListener proxyListener) {
    return "it does not listen on port %d, the value of its variable PORT: it must listen there, not on port %d"
        .formatted(own, proxyListener.port());
  }

  private boolean isLate(InstanceId id, Member member) {
    return neverListened.contains(id)
        || nanoTime.getAsLong() - member.from() > USUAL_START.toNanos();
  }

  @Override
  public Future<Void> close() {
    List<ProxyListener> all = List.copyOf(listeners);
    listeners.clear();
    members.clear();
    List.copyOf(drains.values()).forEach(BackendDrainer::finish);
    drains.clear();
    Future<Void> closed = Future.join(all.stream().map(ProxyListener::detach).toList()).mapEmpty();
    all.forEach(ProxyListener::endAll);
    return closed;
  }

  /// Returns all ports with the processes behind them.
  Set<ProxyListener> fronts() {
    return Set.copyOf(listeners);
  }

  private void publish() {
    Map<AppName, JsonObject> now = new LinkedHashMap<>();
    latest.forEach((id, proxyListener) -> {
      JsonObject one = new JsonObject().put("id", id.value());
      counters(id).forEach(one::put);
      now.computeIfAbsent(proxyListener.app(), ProxyBackend::report)
          .getJsonArray("instances")
          .add(one);
    });
    published.keySet().retainAll(now.keySet());
    now.forEach((app, report) -> {
      if (!report.equals(published.put(app, report))) {
        context.owner().eventBus().publish(Addresses.BALANCE, report.copy());
      }
    });
  }

  private static JsonObject report(AppName app) {
    return new JsonObject().put("v", 1).put("app", app.value()).put("instances", new JsonArray());
  }
}
