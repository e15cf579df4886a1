package io.jpm.balancer.activation;

import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.balancer.mode.ProcessPoll;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ListenAddress;
import io.jpm.model.Strategy;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ProcessHost;
import io.jpm.os.TreeListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Passes the sockets of `listen` to apps as file descriptors 3 and up, as systemd does. The
/// sockets stay open as long as the app has an instance, and outlive the daemon. The program
/// accepts connections itself, and must finish open connections itself when it is stopped.
///
/// A program receives its sockets in blocking mode, as under systemd. In non-blocking mode, a
/// program that accepts in a loop would spin and would never be observed waiting for connections. A
/// program that needs a non-blocking socket sets the mode itself, which affects all processes that
/// share the socket.
public final class ActivationBackend implements BalancerBackend {
  private static final Logger LOG = System.getLogger("jpm.balancer");
  private static final String PREFIX = "fds ";

  /// Sets LISTEN_PID in a shell. A program uses inherited sockets only if LISTEN_PID is its own
  /// pid, which is not known before the process exists. The shell knows its pid, and the program
  /// keeps this pid because of `exec`.
  private static final List<String> WRAPPER =
      List.of("/bin/sh", "-c", "LISTEN_PID=$$; export LISTEN_PID; exec \"$@\"", "sh");

  private final Vertx vertx;
  private final ProcessHost host;
  private final Observer observer;
  private final Map<WorkerId, Member> workers = new HashMap<>();
  private final Map<WorkerId.Slot, AppName> slots = new HashMap<>();
  private final Set<WorkerId> awaited = new HashSet<>();

  /// The app and the addresses with which a process was started.
  private record Member(AppName app, List<ListenAddress> listen) {}

  /// Must be called on ClusterBalancer's context.
  public ActivationBackend(Vertx vertx, ProcessHost host, Observer observer) {
    this.vertx = vertx;
    this.host = host;
    this.observer = observer;
  }

  @Override
  public Future<BalancerReply> prepare(BalancerCommand.Prepare order) {
    AppSpec spec = order.spec();
    List<ListenAddress> listen = spec.cluster().listen();
    boolean first = workers.values().stream().noneMatch(member -> member.app().equals(spec.name()));
    hold(order.worker(), new Member(spec.name(), listen));
    Set<String> wanted = keysInUse(spec.name());
    return BlockingCalls.<BalancerReply>call(
        vertx,
        () -> {
          try {
            // This comes first, because a socket that is no longer needed may occupy the address of
            // a new one.
            closeOthers(spec.name(), wanted);
            for (ListenAddress address : listen) {
              open(spec, address, first);
            }
            return prepared(spec);
          } catch (ListenException refusal) {
            return new BalancerReply.Refused(String.valueOf(refusal.getMessage()));
          }
        });
  }

  private void hold(WorkerId worker, Member member) {
    workers.put(worker, member);
    slots.put(worker.slot(), member.app());
  }

  private Set<String> keysInUse(AppName app) {
    return workers.values().stream()
        .filter(member -> member.app().equals(app))
        .flatMap(member -> member.listen().stream().map(address -> key(app, address)))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static String key(AppName app, ListenAddress address) {
    return PREFIX + app + " " + address;
  }

  private ListenSocketRegistry sockets() throws ListenException {
    return host.listenSockets()
        .orElseThrow(() ->
            new ListenException("sockets cannot be shared between processes on this system", 95));
  }

  /// @param first whether no other process of the app has the sockets. Only then is a change to
  ///   non-blocking mode by an earlier process undone, because another process may rely on it.
  private void open(AppSpec spec, ListenAddress address, boolean first) throws ListenException {
    ListenSocketRegistry sockets = sockets();
    String key = key(spec.name(), address);
    Optional<ListenSocket> present = sockets.find(key);
    if (present.isEmpty()) {
      ActivationSockets.open(sockets, key, address).setBlocking();
    } else if (first) {
      present.get().setBlocking();
    }
  }

  private static Prepared prepared(AppSpec spec) {
    List<ListenAddress> listen = spec.cluster().listen();
    String names =
        listen.stream()
            .map(address -> Integer.toString(address.port()))
            .collect(Collectors.joining(":"));
    return new Prepared(
        WRAPPER,
        List.of(),
        Map.of("LISTEN_FDS", Integer.toString(listen.size()), "LISTEN_FDNAMES", names),
        listen.stream().map(address -> key(spec.name(), address)).toList(),
        false,
        "",
        listen.stream().map(ListenAddress::toString).collect(Collectors.joining(" ")),
        true);
  }

  private void closeOthers(AppName app, Set<String> wanted) throws ListenException {
    for (ListenSocket socket : sockets().all()) {
      if (isOf(socket.key(), app) && !wanted.contains(socket.key())) {
        socket.close();
      }
    }
  }

  private static boolean isOf(String key, AppName app) {
    // Names may contain spaces, but addresses do not.
    return key.substring(0, key.lastIndexOf(' ') + 1).equals(PREFIX + app + " ");
  }

  @Override
  public void processStarted(BalancerCommand.ProcessStarted news) {
    if (!workers.containsKey(news.worker())) {
      // The addresses with which the process was started. The spec may have changed since.
      List<ListenAddress> listen = ActivationSockets.addresses(news.balancerState());
      hold(news.worker(), new Member(news.spec().name(), listen));
      // Runs in order with the tasks that open sockets.
      BlockingCalls.call(vertx, () -> regain(news, listen))
          .onFailure(fault ->
              LOG.log(Level.WARNING, "cannot recover the sockets of " + news.spec().name(), fault));
    }
    awaited.add(news.worker());
    new ProcessPoll<>(vertx, news.spec().name().value(), new ListenPoll(news)).begin();
  }

  /// Recovers sockets that were lost when the keeper died together with the earlier daemon.
  private boolean regain(BalancerCommand.ProcessStarted news, List<ListenAddress> listen)
      throws ListenException {
    for (ListenAddress address : listen) {
      String key = key(news.spec().name(), address);
      if (sockets().find(key).isEmpty()) {
        Optional<Long> inode =
            host.listenersOf(news.process()).stream()
                .filter(it -> ActivationSockets.isAt(address, it.address()))
                .map(TreeListener::inode)
                .findFirst();
        if (inode.isPresent()) {
          sockets().recover(key, news.process(), inode.get());
        }
      }
    }
    return true;
  }

  /// Polls a process until it accepts connections on one of its sockets.
  private final class ListenPoll implements ProcessPoll.PollTask<String> {
    private final WorkerId worker;
    private final ProcessIdentity identity;
    private final Set<String> keys;

    ListenPoll(BalancerCommand.ProcessStarted news) {
      this.worker = news.worker();
      this.identity = news.process();
      Member member = Objects.requireNonNull(workers.get(worker));
      this.keys =
          member.listen().stream().map(it -> key(member.app(), it)).collect(Collectors.toSet());
    }

    @Override
    public boolean isResultNeeded() {
      return awaited.contains(worker);
    }

    @Override
    public Optional<String> inspect() throws ListenException {
      return accepted(identity, keys).stream().findFirst();
    }

    @Override
    public void onResult(String address) {
      awaited.remove(worker);
      observer.listening(worker, address);
    }
  }

  /// Returns the addresses of the sockets on which the process waits for connections.
  private List<String> accepted(ProcessIdentity process, Set<String> keys) throws ListenException {
    Set<Long> inodes =
        host.listenersOf(process).stream()
            .filter(TreeListener::accepting)
            .map(TreeListener::inode)
            .collect(Collectors.toSet());
    return sockets().all().stream()
        .filter(socket -> keys.contains(socket.key()) && inodes.contains(socket.inode()))
        .map(socket -> socket.key().substring(socket.key().lastIndexOf(' ') + 1))
        .toList();
  }

  @Override
  public Future<Route> resolveRoute(BalancerCommand.ResolveRoute question) {
    Member member = workers.get(question.worker());
    return Future.succeededFuture(
        member == null
            ? new Route.Direct()
            : member.listen().stream()
                .filter(address -> isAt(address, question))
                .findFirst()
                .<Route>map(address ->
                    new Route.Unreachable(
                        "all instances accept connections on %s (listen), so any of them could answer the probe"
                            .formatted(address)))
                .orElseGet(Route.Direct::new));
  }

  private static boolean isAt(ListenAddress address, BalancerCommand.ResolveRoute question) {
    if (address.port() != question.port()) {
      return false;
    }
    if (address.host().isEmpty()) {
      return true;
    }
    InetAddress host = InetAddress.ofLiteral(address.host());
    return host.isAnyLocalAddress() || question.addresses().contains(host);
  }

  @Override
  public Future<Integer> drain(WorkerId worker) {
    return Future.succeededFuture(0);
  }

  @Override
  public void processTerminated(WorkerId worker) {
    workers.remove(worker);
    awaited.remove(worker);
  }

  @Override
  public void released(WorkerId worker) {
    processTerminated(worker);
    AppName app = slots.remove(worker.slot());
    if (app != null && !slots.containsValue(app)) {
      BlockingCalls.call(
              vertx,
              () -> {
                closeOthers(app, Set.of());
                return true;
              })
          .onFailure(fault -> LOG.log(Level.ERROR, "cannot close the sockets of " + app, fault));
    }
  }

  @Override
  public List<String> addresses(AppName app) {
    return workers.values().stream()
        .filter(member -> member.app().equals(app))
        .flatMap(member -> member.listen().stream())
        .map(ListenAddress::toString)
        .distinct()
        .toList();
  }

  @Override
  public String strategy(AppName app) {
    return Strategy.KERNEL.keyword();
  }

  @Override
  public boolean claimsSocket(String key) {
    return slots.values().stream().anyMatch(app -> isOf(key, app));
  }

  @Override
  public Future<Void> close() {
    awaited.clear();
    return Future.succeededFuture();
  }
}
