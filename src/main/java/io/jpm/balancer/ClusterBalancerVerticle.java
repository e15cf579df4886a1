package io.jpm.balancer;

import io.jpm.balancer.ModeAssignments.Assignment;
import io.jpm.balancer.ModeSelector.Selection;
import io.jpm.balancer.handover.SocketHandovers;
import io.jpm.balancer.handover.SocketHandovers.TransferMode;
import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerCommand.Drain;
import io.jpm.bus.balancer.BalancerCommand.FinishHandover;
import io.jpm.bus.balancer.BalancerCommand.GetStatus;
import io.jpm.bus.balancer.BalancerCommand.NodeMessageReceived;
import io.jpm.bus.balancer.BalancerCommand.Prepare;
import io.jpm.bus.balancer.BalancerCommand.PrepareHandover;
import io.jpm.bus.balancer.BalancerCommand.PreviewReload;
import io.jpm.bus.balancer.BalancerCommand.ProcessEnded;
import io.jpm.bus.balancer.BalancerCommand.ProcessStarted;
import io.jpm.bus.balancer.BalancerCommand.Ready;
import io.jpm.bus.balancer.BalancerCommand.Released;
import io.jpm.bus.balancer.BalancerCommand.ResolveRoute;
import io.jpm.bus.balancer.BalancerCommand.SetFit;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Selects how the instances of each app in cluster mode share a port, and forwards God's commands
/// to the [BalancerBackend] of that mode. Forwards commands for processes in fork mode to
/// [SocketHandovers]. Serves [BalancerCommand]s on [Addresses#BALANCER_COMMAND] and publishes
/// [BalancerReport]s on [Addresses#BALANCER_REPORTS].
public final class ClusterBalancerVerticle extends VerticleBase
    implements BalancerBackend.Observer {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// The maximum number of retries while processes of the previous mode still occupy the port. At
  /// intervals of [#CHANGE_MILLIS], the retries take 8 s: less than God's reply timeout and more
  /// than the default `kill_timeout`.
  private static final int CHANGE_TRIES = 80;

  private static final long CHANGE_MILLIS = 100;

  private final BalancerContext balancer;
  private final Map<BalancingMode, BackendFactory> factories;
  private final Duration unclaimed;
  private final Map<BalancingMode, BalancerBackend> backends = new EnumMap<>(BalancingMode.class);
  private final Map<AppName, BalancedApp> apps = new HashMap<>();
  private final ModeAssignments modeAssignments = new ModeAssignments();
  private final Set<WorkerId> reportedListening = new HashSet<>();
  private Optional<Future<Boolean>> host = Optional.empty();
  private Optional<DirectRouteResolver> directRouteResolver = Optional.empty();
  private Optional<SocketHandovers> socketHandovers = Optional.empty();

  /// Creates the verticle with all balancing modes.
  public ClusterBalancerVerticle(BalancerContext balancer) {
    this(balancer, BalancerBackends.ALL, Duration.ofMinutes(1));
  }

  /// @param unclaimed how long to keep a socket that an earlier daemon left open and that no app
  ///   uses
  ClusterBalancerVerticle(
      BalancerContext balancer, Map<BalancingMode, BackendFactory> factories, Duration unclaimed) {
    this.balancer = balancer;
    this.factories = factories;
    this.unclaimed = unclaimed;
  }

  @Override
  public Future<?> start() {
    vertx.setTimer(unclaimed.toMillis(), _ -> whenHostIsThere().onSuccess(_ -> closeUnclaimed()));
    return vertx
        .eventBus()
        .<BalancerCommand>consumer(
            Addresses.BALANCER_COMMAND,
            message -> whenHostIsThere().onComplete(_ -> serve(message)))
        .completion();
  }

  @Override
  public Future<?> stop() {
    socketHandovers.ifPresent(SocketHandovers::close);
    List<Future<Void>> closing = backends.values().stream().map(BalancerBackend::close).toList();
    return Future.join(closing);
  }

  /// Completes when the process host is available. The host may still be starting when the daemon
  /// starts. The first command therefore waits for the host on a worker thread, and later commands
  /// wait for the first one.
  private Future<Boolean> whenHostIsThere() {
    Future<Boolean> there =
        host.orElseGet(
            () -> BlockingCalls.call(vertx, () -> balancer.host().listenSockets().isPresent()));
    host = Optional.of(there);
    return there;
  }

  /// Returns the backend of `mode`, creating it for its first app; empty if this daemon has no
  /// factory for the mode.
  private Optional<BalancerBackend> backendOf(BalancingMode mode) {
    BackendFactory factory = factories.get(mode);
    return factory == null
        ? Optional.empty()
        : Optional.of(backends.computeIfAbsent(mode, _ -> factory.make(vertx, balancer, this)));
  }

  /// Closes the sockets that an earlier daemon left open and that no app uses. Otherwise, clients
  /// would wait in the accept queues of these sockets forever.
  private void closeUnclaimed() {
    BlockingCalls.call(vertx, this::open)
        .onSuccess(open -> {
          List<ListenSocket> unclaimed =
              open.stream()
                  .filter(socket -> !SocketHandovers.holds(socket.key()))
                  .filter(socket ->
                      backends.values().stream().noneMatch(way -> way.claimsSocket(socket.key())))
                  .toList();
          // Runs in order with the tasks that open sockets, so a later request for one of these
          // keys opens a new socket.
          BlockingCalls.call(vertx, () -> closed(unclaimed))
              .onFailure(fault -> LOG.log(Level.ERROR, "cannot close unused sockets", fault));
        });
  }

  private List<ListenSocket> open() {
    return balancer.host().listenSockets().map(ListenSocketRegistry::all).orElse(List.of());
  }

  private static boolean closed(List<ListenSocket> sockets) {
    for (ListenSocket socket : sockets) {
      LOG.log(Level.INFO, "closed socket {0}, which no app uses any more", socket.key());
      socket.close();
    }
    return true;
  }

  private void serve(Message<BalancerCommand> message) {
    switch (message.body()) {
      case Prepare order when isPreparedByHandovers(order) -> answer(message, prepareAlone(order));
      case Prepare order -> {
        socketHandovers().released(order.worker());
        answer(message, prepare(order));
      }
      case PrepareHandover order -> answer(message, prepareHandover(order));
      case PreviewReload(InstanceId id, ProcessIdentity process, AppSpec spec) -> {
        WorkerId worker =
            socketHandovers()
                .workerOf(process)
                .or(() -> modeAssignments.workerOf(id))
                .orElse(new WorkerId(id, 0, 0));
        answer(message, prepareHandover(new PrepareHandover(worker, process, spec, false)));
      }
      case FinishHandover(InstanceId id, Optional<AppSpec> clash) -> {
        clash.ifPresent(spec -> socketHandovers().recordAddressConflict(id, spec));
        socketHandovers().release(id);
        message.reply(new BalancerReply.Done());
      }
      case ProcessStarted news -> answer(message, began(news).map(_ -> new BalancerReply.Done()));
      case NodeMessageReceived(WorkerId worker, String json) -> {
        if (socketHandovers().manages(worker)) {
          socketHandovers().heard(worker, json);
        } else {
          sharing(worker).ifPresent(way -> way.messageReceived(worker, json));
        }
        message.reply(new BalancerReply.Done());
      }
      case Ready(WorkerId worker) -> {
        socketHandovers().ready(worker);
        sharing(worker).ifPresent(way -> way.ready(worker));
        message.reply(new BalancerReply.Done());
      }
      case ResolveRoute question -> answer(message, reach(question));
      case SetFit(WorkerId worker, boolean fit) -> {
        sharing(worker).ifPresent(way -> way.setFit(worker, fit));
        message.reply(new BalancerReply.Done());
      }
      case Drain(WorkerId worker) -> answer(message, drain(worker).map(BalancerReply.Drained::new));
      case ProcessEnded(WorkerId worker) -> {
        ownPorts().processEnded(worker);
        reportedListening.remove(worker);
        socketHandovers().ended(worker);
        modeAssignments.ended(worker);
        sharing(worker).ifPresent(way -> way.processTerminated(worker));
        message.reply(new BalancerReply.Done());
      }
      case Released(WorkerId worker) -> {
        socketHandovers().released(worker);
        release(worker);
        message.reply(new BalancerReply.Done());
      }
      case GetStatus(AppName app, InstanceId id) -> message.reply(status(app, id));
    }
  }

  private Future<Route> reach(ResolveRoute question) {
    Optional<Route> alone = socketHandovers().resolveRoute(question);
    if (alone.isPresent()) {
      return Future.succeededFuture(alone.get());
    }
    return sharing(question.worker())
        .map(way -> way.resolveRoute(question))
        .orElseGet(() -> Future.succeededFuture(new Route.Direct()))
        .compose(route ->
            route instanceof Route.Direct
                ? ownPorts().route(question)
                : Future.succeededFuture(route));
  }

  private DirectRouteResolver ownPorts() {
    DirectRouteResolver made =
        directRouteResolver.orElseGet(() -> new DirectRouteResolver(vertx, balancer.host()));
    directRouteResolver = Optional.of(made);
    return made;
  }

  private Future<Integer> drain(WorkerId worker) {
    return socketHandovers().manages(worker)
        ? socketHandovers().drain(worker)
        : sharing(worker).map(way -> way.drain(worker)).orElseGet(() -> Future.succeededFuture(0));
  }

  /// Reports whether [SocketHandovers] prepares the process: the process is in fork mode, or the
  /// daemon holds the sockets of the process that it replaces.
  private boolean isPreparedByHandovers(Prepare order) {
    return !order.spec().cluster().enabled()
        || socketHandovers().hasHeldSockets(order.worker().id());
  }

  private Future<BalancerReply> prepareAlone(Prepare order) {
    boolean beside = order.spec().cluster().enabled();
    return (beside
            ? Future.succeededFuture(new TransferMode(BalancingMode.OFF, ""))
            : means(order.spec()))
        .map(transferMode -> socketHandovers().prepare(order.worker(), order.spec(), transferMode));
  }

  private Future<TransferMode> means(AppSpec spec) {
    return BlockingCalls.call(
        vertx,
        () -> {
          Selection selection =
              ModeSelector.selectForHandover(spec, SystemSupport.of(spec, balancer));
          Optional<String> old =
              selection.mode() == BalancingMode.JVM
                  ? AgentCompatibility.unsupportedJava(
                      spec.command().program(), spec.runAs(), balancer.host().appAccess())
                  : Optional.empty();
          return old.map(reason -> new TransferMode(BalancingMode.OFF, reason))
              .orElseGet(() -> new TransferMode(selection.mode(), selection.reason()));
        });
  }

  /// Replies with how a process can be replaced. Instances that share a port have no sockets of
  /// their own to hand over.
  private Future<BalancerReply> prepareHandover(PrepareHandover order) {
    Optional<Assignment> place = modeAssignments.of(order.worker());
    if (order.next().cluster().enabled()
        && place.filter(it -> it.mode() != BalancingMode.OFF).isPresent()) {
      return Future.succeededFuture(
          new BalancerReply.Handover.SideBySide(
              "it shares its port (balance: %s)".formatted(place.get().mode().keyword()), false));
    }
    Future<TransferMode> means =
        order.next().cluster().enabled()
            ? describe(order.next())
                .map(app -> new TransferMode(BalancingMode.OFF, app.choice().reason()))
            : means(order.next());
    return means.compose(it -> socketHandovers().assess(order, it)).map(reply -> reply);
  }

  /// Returns the socket handovers, creating them on first use.
  private SocketHandovers socketHandovers() {
    SocketHandovers there =
        socketHandovers.orElseGet(() ->
            new SocketHandovers(
                vertx,
                balancer.host(),
                balancer.nodePreload(),
                balancer.agent(),
                balancer.pythonPreload(),
                this));
    socketHandovers = Optional.of(there);
    return there;
  }

  private static void answer(
      Message<BalancerCommand> message, Future<? extends BalancerReply> reply) {
    reply
        .onSuccess(message::reply)
        .onFailure(fault -> {
          LOG.log(Level.ERROR, message.body() + " failed", fault);
          message.reply(
              new BalancerReply.Refused(
                  "cluster mode failed: " + fault + "; see the daemon's log"));
        });
  }

  private Future<BalancerReply> prepare(Prepare order) {
    return describe(order.spec())
        .compose(app -> {
          AppSpec spec = app.withPort(order.spec());
          PortReservation portReservation = PortReservation.of(spec, app.choice().mode());
          Optional<String> refusal =
              modeAssignments.refusal(order.worker(), portReservation, this::seen);
          if (refusal.isPresent()) {
            forgetUnplaced(spec.name());
            return Future.succeededFuture(new BalancerReply.Refused(refusal.get()));
          }
          boolean changed = !modeAssignments.left(order.worker(), portReservation).isEmpty();
          return prepare(
              new Prepare(order.worker(), order.number(), spec),
              portReservation,
              changed ? CHANGE_TRIES : 0);
        });
  }

  /// @param tries the number of retries while processes of the previous mode still occupy the port
  private Future<BalancerReply> prepare(Prepare order, PortReservation portReservation, int tries) {
    List<Assignment> left = modeAssignments.left(order.worker(), portReservation);
    Optional<Assignment> own = modeAssignments.of(order.worker());
    if (tries > 0 && left.stream().anyMatch(it -> !it.ended() && !own.equals(Optional.of(it)))) {
      return later().compose(_ -> prepare(order, portReservation, tries - 1));
    }
    left.stream().filter(Assignment::ended).map(Assignment::worker).forEach(this::leave);
    place(order.worker(), portReservation);
    Optional<BalancerBackend> balancerBackend = backendOf(portReservation.mode());
    if (balancerBackend.isEmpty()) {
      return Future.succeededFuture(Prepared.PLAIN);
    }
    return balancerBackend
        .get()
        .prepare(order)
        .compose(reply ->
            tries > 0 && reply instanceof BalancerReply.Refused
                ? later().compose(_ -> prepare(order, portReservation, tries - 1))
                : Future.succeededFuture(noted(reply, portReservation.mode())));
  }

  private Future<Void> later() {
    return vertx.timer(CHANGE_MILLIS, TimeUnit.MILLISECONDS).mapEmpty();
  }

  private PortReservation seen(PortReservation portReservation) {
    BalancerBackend balancerBackend = backends.get(portReservation.mode());
    return balancerBackend == null
        ? portReservation
        : portReservation.with(balancerBackend.addresses(portReservation.app()));
  }

  private static BalancerReply noted(BalancerReply reply, BalancingMode mode) {
    return reply instanceof Prepared it
        ? new Prepared(
            it.wrapper(),
            it.options(),
            it.environment(),
            it.sockets(),
            it.ipcChannel(),
            it.startHint(),
            mode.keyword() + " " + it.balancerState(),
            it.mustListen())
        : reply;
  }

  private Future<BalancedApp> describe(AppSpec spec) {
    return BlockingCalls.call(vertx, () -> SystemSupport.of(spec, balancer))
        .map(systemSupport -> {
          Selection wanted = availableMode(ModeSelector.choose(spec, systemSupport));
          BalancedApp app = apps.computeIfAbsent(spec.name(), _ -> new BalancedApp(spec, wanted));
          app.update(spec, wanted);
          return app;
        });
  }

  private Selection availableMode(Selection selection) {
    return selection.mode() == BalancingMode.OFF || factories.containsKey(selection.mode())
        ? selection
        : new Selection(
            BalancingMode.OFF,
            selection.reason()
                + ", but this daemon does not support balance: "
                + selection.mode().keyword());
  }

  /// Registers a running process with the mode in which it was started, even if a different mode
  /// would be selected now.
  private Future<Void> began(ProcessStarted news) {
    if (SocketHandovers.isHandoverState(news.balancerState())) {
      ownPorts().processStarted(news);
      socketHandovers().began(news);
      return Future.succeededFuture();
    }
    ownPorts().processStarted(news);
    String[] memo = news.balancerState().split(" ", 2);
    BalancingMode mode =
        BalancingMode.ofKeyword(memo[0]).filter(factories::containsKey).orElse(BalancingMode.OFF);
    place(news.worker(), PortReservation.of(news.spec(), mode));
    String rest = memo.length > 1 ? memo[1] : "";
    backendOf(mode)
        .ifPresent(balancerBackend ->
            balancerBackend.processStarted(
                new ProcessStarted(
                    news.worker(),
                    news.number(),
                    news.process(),
                    news.spec(),
                    rest,
                    news.ready())));
    return apps.containsKey(news.spec().name())
        ? Future.succeededFuture()
        : describe(news.spec()).mapEmpty();
  }

  /// Assigns the process's slot to it. If the previous process of the slot used a different mode,
  /// the backend of that mode releases the slot.
  private void place(WorkerId worker, PortReservation portReservation) {
    Optional<Assignment> former = modeAssignments.put(worker, portReservation);
    if (former.isEmpty() || former.get().worker().equals(worker)) {
      return;
    }
    WorkerId before = former.get().worker();
    reportedListening.remove(before);
    if (former.get().mode() == portReservation.mode()) {
      // If the mode has no backend yet, no process was reported to it.
      Optional.ofNullable(backends.get(portReservation.mode()))
          .ifPresent(way -> way.processTerminated(before));
    } else {
      Optional.ofNullable(backends.get(former.get().mode())).ifPresent(way -> way.released(before));
    }
  }

  private void release(WorkerId worker) {
    Optional<Assignment> place = leave(worker);
    place.map(Assignment::app).ifPresent(this::forgetUnplaced);
  }

  private Optional<Assignment> leave(WorkerId worker) {
    Optional<Assignment> place = modeAssignments.remove(worker);
    reportedListening.remove(worker);
    place
        .flatMap(it -> Optional.ofNullable(backends.get(it.mode())))
        .ifPresent(way -> way.released(worker));
    return place;
  }

  private void forgetUnplaced(AppName app) {
    if (!modeAssignments.has(app)) {
      apps.remove(app);
    }
  }

  private Optional<BalancerBackend> sharing(WorkerId worker) {
    return modeAssignments.of(worker).map(assignment -> backends.get(assignment.mode()));
  }

  private BalancerReply status(AppName app, InstanceId id) {
    BalancedApp known = apps.get(app);
    if (known == null) {
      return new BalancerReply.Status(
          BalancingMode.OFF, "no instance is running", "", List.of(), Map.of());
    }
    Selection selection = known.choice();
    BalancerBackend balancerBackend = backends.get(selection.mode());
    return balancerBackend == null
        ? new BalancerReply.Status(selection.mode(), selection.reason(), "", List.of(), Map.of())
        : new BalancerReply.Status(
            selection.mode(),
            selection.reason() + balancerBackend.problem(id).map(it -> "; " + it).orElse(""),
            balancerBackend.strategy(app),
            balancerBackend.addresses(app),
            balancerBackend.privatePort(id),
            balancerBackend.counters(id));
  }

  @Override
  public void listening(WorkerId worker, String address) {
    if (reportedListening.add(worker)) {
      vertx
          .eventBus()
          .publish(Addresses.BALANCER_REPORTS, new BalancerReport.Listening(worker, address));
    }
  }

  @Override
  public void unsuitable(AppName name, String reason) {
    BalancedApp app = apps.get(name);
    if (app == null || app.choice().mode() == BalancingMode.OFF) {
      return;
    }
    OptionalInt port = seenPort(name, app.choice().mode());
    app.overrideMode(availableMode(ModeSelector.fallBack(app.spec(), reason, port)), port);
    LOG.log(
        Level.INFO,
        "{0}: {1}; its balancing mode is now {2}",
        name,
        reason,
        app.choice().mode().keyword());
    vertx
        .eventBus()
        .publish(Addresses.BALANCER_REPORTS, new BalancerReport.Rebalanced(name, reason));
  }

  private OptionalInt seenPort(AppName app, BalancingMode mode) {
    BalancerBackend balancerBackend = backends.get(mode);
    return balancerBackend == null
        ? OptionalInt.empty()
        : balancerBackend.addresses(app).stream()
            .map(address -> address.substring(address.lastIndexOf(':') + 1))
            .filter(port -> port.matches("[0-9]{1,5}"))
            .mapToInt(Integer::parseInt)
            .filter(port -> port > 0)
            .findFirst();
  }
}
