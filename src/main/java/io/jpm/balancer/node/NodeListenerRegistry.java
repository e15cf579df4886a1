package io.jpm.balancer.node;

import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.bus.BlockingCalls;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.RunAs;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.AcceptedConnection;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ProcessHost;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Opens, grants and closes the listening sockets that Node workers share. A socket stays open as
/// long as an app that has used it has an instance, so no waiting connection is lost when the app
/// crashes or is restarted. A socket on which no worker listens is closed earlier if each app that
/// has used it now listens elsewhere or has closed the socket itself.
///
/// Owned by [NodeBackend]; must be called on its context.
final class NodeListenerRegistry {
  private static final Logger LOG = System.getLogger("jpm.balancer");
  private static final int IN_USE = 98;
  private static final int UNSUPPORTED = 95;
  private static final int TOO_MANY = 24;
  private static final int INVALID = 22;
  private static final int HIGHEST_PORT = 0xFFFF;

  /// How long a socket stays open without a listening worker before it is closed early.
  private static final long UNHEARD_MILLIS = 5_000;

  /// How long an unresponsive worker may delay the requests of other workers.
  private static final long SEARCH_MILLIS = 5_000;

  private static final long SEARCH_AGAIN_MILLIS = 1_000;

  private final Vertx vertx;
  private final Context context;
  private final ProcessHost host;
  private final SocketAdoption socketAdoption;
  private final NodeListener.WorkerControl workerControl;
  private final Map<String, NodeListener> ports = new LinkedHashMap<>();
  private final Map<WorkerId.Slot, AppName> slots = new HashMap<>();
  private final Set<NodeWorker> alive = new HashSet<>();
  private final RequestLimits requestLimits = new RequestLimits(System::nanoTime);

  /// The workers of an earlier daemon whose listening sockets are not known yet.
  private final Set<NodeWorker> searches = new HashSet<>();

  /// The number of the last connection. It starts far from the numbers that an earlier daemon used,
  /// because answers with those numbers may still arrive.
  private long seq = ThreadLocalRandom.current().nextLong(1 << 20) << 31;

  NodeListenerRegistry(Vertx vertx, ProcessHost host) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.host = host;
    this.socketAdoption = new SocketAdoption(vertx, host);
    this.workerControl = new IpcWorkerControl();
  }

  /// Tells workers that accept connections themselves to accept or pause.
  private final class IpcWorkerControl implements NodeListener.WorkerControl {
    @Override
    public boolean accept(NodeWorker worker, NodeListener port) {
      return worker
          .process()
          .filter(process ->
              host.send(
                  process,
                  NodeReply.accept(port.key()),
                  port.socket().result(),
                  _ -> {
                    // Ignored: a worker that does not receive the socket has terminated, which is
                    // reported separately.
                  }))
          .isPresent();
    }

    @Override
    public void pause(NodeWorker worker, NodeListener port) {
      worker.process().ifPresent(process -> host.send(process, NodeReply.pause(port.key())));
    }
  }

  void register(WorkerId worker, AppName app) {
    slots.put(worker.slot(), app);
  }

  /// Returns the reason why no worker of an app can listen on the port that its spec declares;
  /// empty if a worker can.
  Future<Optional<String>> refusal(AppSpec spec) {
    OptionalInt port = spec.cluster().port();
    if (port.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    List<ProcessIdentity> processes =
        alive.stream().flatMap(worker -> worker.process().stream()).toList();
    return BlockingCalls.call(vertx, () -> new PortConflict(host).at(port.getAsInt(), processes));
  }

  /// Answers a worker's request to listen.
  void grant(NodeWorker worker, Query query) {
    alive.add(worker);
    String key = SocketKeys.of(worker.spec(), query);
    AppName app = worker.spec().name();
    if (requestLimits.begins(app)) {
      answered(worker, query, key).onComplete(_ -> requestLimits.answered(app));
    } else {
      refuse(worker, query, key, TOO_MANY);
    }
  }

  private Future<?> answered(NodeWorker worker, Query query, String key) {
    List<Future<Void>> sought =
        ports.containsKey(key)
            ? List.of()
            : alive.stream().map(NodeWorker::whenKnown).filter(it -> !it.isComplete()).toList();
    if (sought.isEmpty()) {
      return granted(worker, query, key);
    }
    // The requested socket may have been lost, and another worker of the earlier daemon may still
    // have it.
    return Future.any(Future.join(sought), vertx.timer(SEARCH_MILLIS, TimeUnit.MILLISECONDS))
        .transform(
            _ -> alive.contains(worker) ? granted(worker, query, key) : Future.succeededFuture());
  }

  private Future<?> granted(NodeWorker worker, Query query, String key) {
    NodeListener known = ports.get(key);
    if ((known != null && known.holders().contains(worker)) || taken(worker, key, query)) {
      return refuse(worker, query, key, IN_USE);
    }
    if (query.target().port() > HIGHEST_PORT) {
      return refuse(worker, query, key, INVALID);
    }
    if (known == null && count(worker.spec().name()) >= NodeMessage.MOST_PORTS) {
      return refuse(worker, query, key, TOO_MANY);
    }
    NodeListener port = known != null ? known : known(key, opened(key, worker, query));
    port.addHolder(worker);
    Future<ListenSocket> wanted =
        known != null && query.target().path().isPresent()
            ? port.renewed(opened(key, worker, query))
            : port.socket();
    return wanted
        .onSuccess(socket -> give(worker, query, port, socket))
        .onFailure(fault -> {
          ports.remove(key, port);
          refuse(worker, query, key, errno(worker.spec().name(), fault));
        });
  }

  private long count(AppName app) {
    return ports.values().stream()
        .filter(port -> port.holders().stream().anyMatch(it -> it.spec().name().equals(app)))
        .count();
  }

  /// Reports whether another app already listens on an overlapping address. The kernel would not
  /// report this, because all these sockets are allowed to share their port.
  private boolean taken(NodeWorker worker, String key, Query query) {
    if (query.target().port() <= 0) {
      return false;
    }
    AppName app = worker.spec().name();
    return ports.values().stream()
        .filter(port -> !port.key().equals(key))
        .filter(port -> SocketKeys.isUdp(port.key()) == query.target().udp())
        .filter(port -> port.holders().stream().anyMatch(it -> !it.spec().name().equals(app)))
        .anyMatch(port -> port.overlaps(query.target()));
  }

  private Future<ListenSocket> opened(String key, NodeWorker worker, Query query) {
    return BlockingCalls.call(
        vertx,
        () -> {
          ListenSocketRegistry sockets =
              host.listenSockets()
                  .orElseThrow(() ->
                      new ListenException(
                          "sockets cannot be shared between processes on this system",
                          UNSUPPORTED));
          RunAs rights = SocketRecovery.rights(worker.spec(), query.target().port());
          return NodeSocketOpener.open(sockets, key, query, rights);
        });
  }

  private NodeListener known(String key, Future<ListenSocket> socket) {
    var turn =
        new RoundRobinDispatcher(
            (worker, pendingConnection) -> hand(key, worker, pendingConnection));
    NodeListener port =
        new NodeListener(
            key,
            socket,
            turn,
            acceptedConnection -> context.runOnContext(_ -> arrived(key, turn, acceptedConnection)),
            workerControl);
    ports.put(key, port);
    return port;
  }

  private void arrived(
      String key, RoundRobinDispatcher turn, AcceptedConnection acceptedConnection) {
    if (ports.containsKey(key)) {
      turn.addConnection(acceptedConnection);
    } else {
      acceptedConnection.close();
    }
  }

  private void give(NodeWorker worker, Query query, NodeListener port, ListenSocket socket) {
    if (!port.holders().contains(worker) || worker.process().isEmpty()) {
      return; // it has terminated or closed the server
    }
    if (taken(worker, port.key(), query)) {
      // A socket that was opened at the same time occupies the address.
      port.removeHolder(worker);
      if (port.holders().isEmpty()) {
        close(port);
      }
      refuse(worker, query, port.key(), IN_USE);
      return;
    }
    ProcessIdentity process = worker.process().get();
    Optional<Object> data = port.data(query.data());
    boolean held = worker.isGated() && !query.target().udp();
    String ack =
        NodeReply.granted(
            query.seq(), port.key(), data, held ? socket.address() : Optional.empty());
    if (!held) {
      boolean sent =
          host.send(
              process,
              ack,
              socket,
              taken -> {
                if (!taken) {
                  context.runOnContext(_ -> port.removeHolder(worker));
                }
              });
      if (!sent) {
        port.removeHolder(worker);
      }
    } else if (host.send(process, ack)) {
      port.startDelivery(worker);
    } else {
      port.removeHolder(worker);
    }
  }

  private Future<?> refuse(NodeWorker worker, Query query, String key, int errno) {
    worker
        .process()
        .ifPresent(process ->
            host.send(process, NodeReply.refused(query.seq(), key, errno, query.data())));
    return Future.succeededFuture();
  }

  private int errno(AppName app, Throwable fault) {
    boolean told = requestLimits.mayLog(app);
    if (fault instanceof ListenException failure) {
      // The app receives only the error number.
      if (told) {
        LOG.log(Level.WARNING, "{0}: {1}", app, failure.getMessage());
      }
      return failure.errno();
    }
    if (told) {
      LOG.log(Level.ERROR, "cannot open a socket of " + app, fault);
    }
    return UNSUPPORTED;
  }

  /// Returns the number for the next connection that is handed to a worker.
  long nextNumber() {
    return ++seq;
  }

  private boolean hand(String key, NodeWorker worker, PendingConnection pendingConnection) {
    if (worker.process().isEmpty()) {
      return false;
    }
    long number = nextNumber();
    worker.unanswered().put(number, pendingConnection);
    boolean sent =
        host.send(
            worker.process().get(),
            NodeReply.connection(number, key),
            pendingConnection.connection(),
            taken -> {
              if (!taken) {
                context.runOnContext(_ -> notTaken(worker, number));
              }
            });
    if (!sent) {
      worker.unanswered().remove(number);
    }
    return sent;
  }

  private void notTaken(NodeWorker worker, long number) {
    PendingConnection pendingConnection = worker.unanswered().remove(number);
    if (pendingConnection != null) {
      pendingConnection.dispatcher().remove(worker);
      pendingConnection.dispatcher().redispatch(pendingConnection);
    }
  }

  /// Dispatches the waiting connections of all sockets on which the worker listens, because the
  /// worker can accept another one.
  void workerFreed(NodeWorker worker) {
    held(worker).forEach(NodeListener::dispatch);
  }

  private List<NodeListener> held(NodeWorker worker) {
    return ports.values().stream().filter(port -> port.holders().contains(worker)).toList();
  }

  /// Determines where a worker of an earlier daemon listens, from the worker's file descriptors.
  Future<Void> adopt(NodeWorker worker) {
    alive.add(worker);
    searches.add(worker);
    return adopted(worker, socketAdoption.byDescriptors(worker))
        .onSuccess(_ -> searches.remove(worker))
        .recover(_ ->
            vertx
                .timer(SEARCH_AGAIN_MILLIS, TimeUnit.MILLISECONDS)
                .compose(_ -> alive.contains(worker) ? adopt(worker) : Future.succeededFuture()));
  }

  /// Determines where a worker of an earlier daemon listens, from the worker's own report. Lost
  /// sockets are not searched for in processes of other users.
  Future<Void> adopt(NodeWorker worker, NodeMessage.Servers servers) {
    List<SocketRecovery.Holder> holders =
        Stream.concat(Stream.of(worker), alive.stream())
            .filter(it -> SocketKeys.shareSockets(it.spec(), worker.spec()))
            .distinct()
            .flatMap(it ->
                it.process().stream().map(process -> new SocketRecovery.Holder(it.spec(), process)))
            .toList();
    Future<SocketAdoption.Result> found = socketAdoption.byReport(worker, servers, holders);
    return adopted(worker, found.onSuccess(it -> misses(worker, it.missing())));
  }

  private static void misses(NodeWorker worker, Map<String, String> missing) {
    if (!missing.isEmpty() && !missing.equals(worker.missing())) {
      LOG.log(
          Level.WARNING,
          "{0}:{1} receives no connections: its port was lost with the previous daemon, and {2};"
              + " trying again",
          worker.spec().name(),
          worker.id().id(),
          String.join(", ", missing.values()));
    }
    worker.setMissing(missing);
  }

  private Future<Void> adopted(NodeWorker worker, Future<SocketAdoption.Result> search) {
    return search
        .onSuccess(found -> {
          if (alive.contains(worker)) {
            found.held().forEach(socket -> claim(worker, socket));
            found.udp().forEach(socket -> port(socket).users().add(worker.spec().name()));
          }
        })
        .onFailure(fault ->
            LOG.log(
                Level.WARNING, "cannot take over the sockets of " + worker.spec().name(), fault))
        .mapEmpty();
  }

  private NodeListener port(ListenSocket socket) {
    NodeListener port = ports.get(socket.key());
    return port != null ? port : known(socket.key(), Future.succeededFuture(socket));
  }

  private void claim(NodeWorker worker, ListenSocket socket) {
    NodeListener port = port(socket);
    port.addHolder(worker);
    if (worker.isGated() && !SocketKeys.isUdp(port.key())) {
      port.startDelivery(worker);
    }
  }

  /// Returns the key of the socket through which a client that connects to `port` at one of
  /// `addresses` reaches the worker; empty if the worker does not listen there.
  Optional<String> keyReaching(NodeWorker worker, List<InetAddress> addresses, int port) {
    return keyReaching(held(worker), addresses, port);
  }

  /// Reports whether any worker listens on `port` at one of `addresses`.
  boolean isShared(List<InetAddress> addresses, int port) {
    return keyReaching(ports.values(), addresses, port).isPresent();
  }

  private static Optional<String> keyReaching(
      Collection<NodeListener> among, List<InetAddress> addresses, int port) {
    return among.stream()
        .filter(it -> it.matchRank(addresses, port).isPresent())
        .min(Comparator.comparingInt(it -> it.matchRank(addresses, port).getAsInt()))
        .map(NodeListener::key);
  }

  Optional<String> addressOf(NodeWorker worker) {
    return held(worker).stream().flatMap(port -> port.text().stream()).findFirst();
  }

  Set<Integer> portsOf(NodeWorker worker) {
    return held(worker).stream()
        .flatMap(port -> port.address().stream())
        .map(InetSocketAddress::getPort)
        .collect(Collectors.toSet());
  }

  List<String> addressesOf(AppName app) {
    return ports.values().stream()
        .filter(port -> port.holders().stream().anyMatch(it -> it.spec().name().equals(app)))
        .flatMap(port -> port.text().stream())
        .toList();
  }

  /// Updates whether the worker receives connections, after its state has changed.
  void refresh(NodeWorker worker) {
    held(worker).forEach(NodeListener::refresh);
  }

  /// Removes the worker from the shared listening socket `key`, because the worker has closed its
  /// server on that socket.
  void serverClosed(NodeWorker worker, String key) {
    NodeListener port = ports.get(key);
    if (port != null) {
      port.removeHolder(worker);
      scheduleCleanup();
    }
  }

  void serversClosed(NodeWorker worker) {
    held(worker).forEach(port -> port.removeHolder(worker));
  }

  void workerEnded(NodeWorker worker) {
    alive.remove(worker);
    searches.remove(worker);
    serversClosed(worker);
    List<PendingConnection> back = List.copyOf(worker.unanswered().values());
    worker.unanswered().clear();
    back.forEach(pendingConnection -> pendingConnection.dispatcher().redispatch(pendingConnection));
  }

  /// Releases the slot of a worker, because no other process will use the slot.
  void release(WorkerId worker) {
    AppName app = slots.remove(worker.slot());
    if (app == null || slots.containsValue(app)) {
      return;
    }
    List.copyOf(ports.values())
        .forEach(port -> {
          port.users().remove(app);
          if (port.users().isEmpty() && port.holders().isEmpty()) {
            close(port);
          }
        });
  }

  /// Schedules a check for sockets on which no worker listens.
  void scheduleCleanup() {
    Set<String> unheard =
        ports.values().stream()
            .filter(port -> port.holders().isEmpty())
            .map(NodeListener::key)
            .collect(Collectors.toSet());
    if (!unheard.isEmpty()) {
      vertx.setTimer(UNHEARD_MILLIS, _ -> unheard.forEach(this::closeIfUnheard));
    }
  }

  private void closeIfUnheard(String key) {
    NodeListener port = ports.get(key);
    if (port != null
        && port.holders().isEmpty()
        && !SocketKeys.isUdp(key)
        && port.users().stream().allMatch(this::hasSettled)) {
      close(port);
    }
  }

  /// Reports whether the app has a process that listens or has listened and is not draining.
  private boolean hasSettled(AppName app) {
    return alive.stream()
        .filter(worker -> worker.spec().name().equals(app))
        .anyMatch(worker -> worker.hasListened() && worker.draining().isEmpty());
  }

  private void close(NodeListener port) {
    ports.remove(port.key());
    LOG.log(Level.DEBUG, "{0} is closed", port.key());
    // Closing notifies the keeper, which may block.
    port.close();
    port.latest()
        .compose(socket ->
            BlockingCalls.call(
                vertx,
                () -> {
                  socket.close();
                  return true;
                }))
        .onFailure(
            fault -> LOG.log(Level.ERROR, "socket " + port.key() + " cannot be closed", fault));
  }

  /// Reports whether a socket of an earlier daemon is in use, as far as this can be determined.
  boolean ownsSocket(String key) {
    return ports.containsKey(key) || !searches.isEmpty();
  }

  /// Stops accepting in the daemon. Connections in the kernel's queues wait for the next daemon.
  Future<Void> close() {
    ports.values().forEach(NodeListener::stopAccepting);
    return Future.succeededFuture();
  }
}
