package io.jpm.balancer.proxy;

import io.jpm.balancer.way.Sharing;
import io.jpm.bus.Addresses;
import io.jpm.bus.BalancerCommand.Began;
import io.jpm.bus.BalancerCommand.Prepare;
import io.jpm.bus.BalancerCommand.Reach;
import io.jpm.bus.BalancerReply;
import io.jpm.bus.BalancerReply.Prepared;
import io.jpm.bus.BalancerReply.Refused;
import io.jpm.bus.BalancerReply.Route;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceId;
import io.jpm.model.ListenAddress;
import io.jpm.model.Strategy;
import io.jpm.model.WorkerId;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.ListenFailure;
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

/// The way for programs that can take no socket: each process gets a `PORT` of its own, the daemon
/// listens on the app's and passes connections on. Connections end with the daemon; its successor
/// listens again as soon as it has adopted the app. Owned by the balancer's context.
public final class ProxySharing implements Sharing {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// `EADDRINUSE`.
  private static final int IN_USE = 98;

  /// How long a program may take until it listens without anything being said of it.
  private static final Duration USUAL_START = Duration.ofSeconds(5);

  /// A process, made or about to be.
  ///
  /// @param from when it was, monotonic nanoseconds
  private record Member(Front front, Backend backend, int port, long from) {}

  private final Context context;
  private final LongSupplier nanoTime;
  private final Front.Setting setting;
  private final FreePorts ports;
  private final Set<Front> fronts = new HashSet<>();
  private final Map<WorkerId, Member> members = new LinkedHashMap<>();
  private final Map<InstanceId, Front> latest = new TreeMap<>();
  private final Map<InstanceId, Tally> tallies = new HashMap<>();
  private final Map<WorkerId, Draining> drains = new HashMap<>();
  private final Set<InstanceId> unheard = new HashSet<>();
  private final Map<AppName, JsonObject> published = new HashMap<>();

  /// @param context the balancer's; all methods are called on it
  /// @param reports who is told
  /// @param nanoTime monotonic nanoseconds, on any thread
  /// @param sockets those that outlive the daemon, where there are such
  public ProxySharing(
      Context context, Reports reports, LongSupplier nanoTime, Optional<ListenSockets> sockets) {
    this(context, reports, nanoTime, sockets, Capacity.ofThisProcess(nanoTime));
  }

  ProxySharing(
      Context context,
      Reports reports,
      LongSupplier nanoTime,
      Optional<ListenSockets> sockets,
      Capacity capacity) {
    this.context = context;
    this.nanoTime = nanoTime;
    Bulletin bulletin = new Bulletin(context, this::publish);
    this.setting =
        new Front.Setting(
            context,
            // The public API has no way to them; Vert.x's own clients use this one.
            ((VertxInternal) context.owner()).nettyEventLoopGroup(),
            nanoTime,
            reports,
            bulletin::changed,
            sockets,
            capacity);
    this.ports = new FreePorts(nanoTime);
  }

  @Override
  public Future<BalancerReply> prepare(Prepare order) {
    OptionalInt port = AppPort.of(order.spec());
    if (port.isEmpty()) {
      return Future.succeededFuture(
          new Refused("no port is known: name the one that clients connect to with port"));
    }
    int own;
    try {
      own = ports.next(members.values().stream().map(Member::port).collect(Collectors.toSet()));
    } catch (IOException error) {
      return Future.succeededFuture(new Refused("no port for the process: " + error.getMessage()));
    }
    WorkerId worker = order.worker();
    forgetEarlier(worker);
    Front front = front(order.spec(), port.getAsInt());
    join(worker, order.spec(), front, own, false);
    return front
        .open()
        .<BalancerReply>map(_ -> prepared(front, own))
        .otherwise(error -> refused(worker, front, error));
  }

  private static Prepared prepared(Front front, int own) {
    String port = Integer.toString(own);
    return new Prepared(
        List.of(),
        List.of(),
        Map.of("PORT", port, "SERVER_PORT", port),
        List.of(),
        true,
        unheard(own, front),
        new Memo(own, front.port()).toString(),
        true);
  }

  private BalancerReply refused(WorkerId worker, Front front, Throwable error) {
    String reason = reason(front, error);
    released(worker);
    return new Refused(reason);
  }

  private String reason(Front front, Throwable error) {
    boolean inUse =
        error instanceof BindException
            || (error instanceof ListenFailure failure && failure.errno() == IN_USE);
    if (!inUse || isForbidden(error)) {
      return "port %d cannot be listened on: %s".formatted(front.port(), error.getMessage());
    }
    String who =
        fronts.stream()
            .filter(other -> other.port() == front.port() && other != front)
            .findFirst()
            .map(other -> "the app \"" + other.app() + "\" listens there")
            .orElse("");
    if (who.isEmpty() && error instanceof ListenFailure) {
      return String.valueOf(error.getMessage()); // it names the pid
    }
    return "port %d is in use already: %s; end that, or name another port with port"
        .formatted(front.port(), who.isEmpty() ? "something else listens there" : who);
  }

  private static boolean isForbidden(Throwable error) {
    return String.valueOf(error.getMessage()).contains("ermission denied");
  }

  @Override
  public void began(Began news) {
    Member member = members.get(news.worker());
    if (member == null) {
      adopt(news).ifPresent(adopted -> adopted.front().began(adopted.backend()));
    } else {
      member.front().began(member.backend());
    }
  }

  private Optional<Member> adopt(Began news) {
    Optional<Memo> memo = Memo.of(news.memo());
    if (memo.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "{0}:{1} cannot be proxied: its port is not known ({2}); restart it",
          news.spec().name(),
          news.worker().id(),
          news.memo());
      return Optional.empty();
    }
    Front front = front(news.spec(), memo.get().shared());
    front.reopen();
    return Optional.of(join(news.worker(), news.spec(), front, memo.get().own(), news.ready()));
  }

  private Member join(WorkerId worker, AppSpec spec, Front front, int own, boolean ready) {
    Tally tally = tallies.computeIfAbsent(worker.id(), _ -> new Tally());
    boolean admitted = ready || !spec.readinessIsTold();
    Backend backend = new Backend(worker, own, spec.cluster(), tally, admitted);
    Member member = new Member(front, backend, own, nanoTime.getAsLong());
    members.put(worker, member);
    front.hold(worker.id(), tally);
    latest.put(worker.id(), front);
    settle(worker.id());
    return member;
  }

  private Front front(AppSpec spec, int port) {
    Front front =
        fronts.stream()
            .filter(one -> one.app().equals(spec.name()) && one.port() == port)
            .findFirst()
            .orElseGet(() -> new Front(spec.name(), port, setting));
    fronts.add(front);
    front.follow(spec);
    return front;
  }

  /// What was prepared for an earlier spawn and never ran.
  private void forgetEarlier(WorkerId worker) {
    List<WorkerId> earlier =
        members.keySet().stream()
            .filter(
                one -> one.slot().equals(worker.slot()) && one.generation() < worker.generation())
            .toList();
    earlier.forEach(this::ended);
  }

  @Override
  public void ready(WorkerId worker) {
    Member member = members.get(worker);
    if (member != null) {
      member.front().admit(member.backend());
    }
  }

  @Override
  public Future<Route> reach(Reach question) {
    Member member = members.get(question.worker());
    if (member == null) {
      return Future.succeededFuture(new Route.Nowhere("the port of the process is not known"));
    }
    if (question.port() == member.port()) {
      return Future.succeededFuture(new Route.Through(own(member, question)));
    }
    if (question.port() != member.front().port()) {
      return Future.succeededFuture(new Route.Direct());
    }
    // One of a former daemon may listen, and not have been seen to do so yet.
    if (!member.backend().answered() && !member.backend().admitted) {
      return Future.succeededFuture(
          new Route.Nowhere(
              "nothing listens on %d, the PORT of the process, yet".formatted(member.port())));
    }
    return member
        .front()
        .way(member.backend())
        .<Route>map(Route.Through::new)
        .otherwise(error -> new Route.Nowhere(String.valueOf(error.getMessage())));
  }

  /// Its own port, in the family in which it answers.
  private static InetSocketAddress own(Member member, Reach question) {
    InetSocketAddress known = member.backend().address();
    return question.addresses().contains(known.getAddress())
        ? known
        : new InetSocketAddress(question.addresses().getFirst(), member.port());
  }

  @Override
  public void fit(WorkerId worker, boolean fit) {
    Member member = members.get(worker);
    if (member != null) {
      member.front().fit(member.backend(), fit);
    }
  }

  @Override
  public Future<Integer> drain(WorkerId worker) {
    Member member = members.get(worker);
    if (member == null) {
      return Future.succeededFuture(0);
    }
    Draining known = drains.get(worker);
    if (known != null) {
      return known.left();
    }
    member.front().drain(member.backend());
    var draining = new Draining(context.owner(), nanoTime, member.front(), member.backend());
    drains.put(worker, draining);
    return draining.begin();
  }

  @Override
  public void ended(WorkerId worker) {
    Member member = members.remove(worker);
    if (member == null) {
      return;
    }
    if (member.backend().answered()) {
      unheard.remove(worker.id());
    } else {
      unheard.add(worker.id());
    }
    member.front().ended(member.backend());
    Draining draining = drains.remove(worker);
    if (draining != null) {
      draining.finish();
    }
    settle(worker.id());
  }

  @Override
  public void released(WorkerId worker) {
    ended(worker);
    InstanceId id = worker.id();
    if (alive(id).isEmpty()) {
      latest.remove(id);
      tallies.remove(id);
      unheard.remove(id);
      settle(id);
    }
  }

  /// Lets go of ports that an instance does not need: it has moved to another, or ended for good.
  private void settle(InstanceId id) {
    List<Front> needed = alive(id);
    if (!needed.isEmpty()) {
      latest.put(id, needed.getLast());
    }
    Front last = latest.get(id);
    for (Front front : List.copyOf(fronts)) {
      if (front != last && !needed.contains(front) && front.letGo(id)) {
        fronts.remove(front);
        front.close();
      }
    }
  }

  /// The fronts of an instance's processes, the newest process last.
  private List<Front> alive(InstanceId id) {
    return members.entrySet().stream()
        .filter(one -> one.getKey().id().equals(id))
        .map(one -> one.getValue().front())
        .toList();
  }

  @Override
  public List<String> addresses(AppName app) {
    return of(app).map(front -> ListenAddress.any(front.port()).toString()).toList();
  }

  @Override
  public String strategy(AppName app) {
    return of(app).map(Front::strategy).findFirst().orElse(Strategy.ROUND_ROBIN).word();
  }

  @Override
  public boolean holds(String key) {
    return fronts.stream().anyMatch(front -> Front.key(front.app(), front.port()).equals(key));
  }

  private Stream<Front> of(AppName app) {
    return fronts.stream()
        .filter(front -> front.app().equals(app))
        .sorted(Comparator.comparingInt(Front::port));
  }

  @Override
  public OptionalInt own(InstanceId id) {
    return newest(id).map(member -> OptionalInt.of(member.port())).orElse(OptionalInt.empty());
  }

  @Override
  public Map<String, Long> counters(InstanceId id) {
    Tally tally = tallies.get(id);
    return tally == null ? Map.of() : tally.counters();
  }

  @Override
  public Optional<String> trouble(InstanceId id) {
    return newest(id)
        .flatMap(member ->
            member.backend().answered()
                ? member.front().trouble(member.backend()).or(() -> unfit(member))
                : unheard(id, member).or(() -> unfit(member)))
        .or(setting.capacity()::trouble);
  }

  /// The process of an instance that was made last.
  private Optional<Member> newest(InstanceId id) {
    return members.entrySet().stream()
        .filter(one -> one.getKey().id().equals(id))
        .map(Map.Entry::getValue)
        .reduce((_, later) -> later);
  }

  private static Optional<String> unfit(Member member) {
    return member.backend().fit
        ? Optional.empty()
        : Optional.of("its readiness check fails: new connections go to the others");
  }

  private Optional<String> unheard(InstanceId id, Member member) {
    return isLate(id, member)
        ? Optional.of(unheard(member.port(), member.front()))
        : Optional.empty();
  }

  private static String unheard(int own, Front front) {
    return "nothing listens on %d, which PORT says to it: it must listen there, not on %d itself"
        .formatted(own, front.port());
  }

  private boolean isLate(InstanceId id, Member member) {
    return unheard.contains(id) || nanoTime.getAsLong() - member.from() > USUAL_START.toNanos();
  }

  @Override
  public Future<Void> close() {
    List<Front> all = List.copyOf(fronts);
    fronts.clear();
    members.clear();
    List.copyOf(drains.values()).forEach(Draining::finish);
    drains.clear();
    Future<Void> closed = Future.join(all.stream().map(Front::leave).toList()).mapEmpty();
    all.forEach(Front::endAll);
    return closed;
  }

  /// Every port with what is behind it.
  Set<Front> fronts() {
    return Set.copyOf(fronts);
  }

  private void publish() {
    Map<AppName, JsonObject> now = new LinkedHashMap<>();
    latest.forEach((id, front) -> {
      JsonObject one = new JsonObject().put("id", id.value());
      counters(id).forEach(one::put);
      now.computeIfAbsent(front.app(), ProxySharing::report).getJsonArray("instances").add(one);
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
