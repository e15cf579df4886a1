package io.jpm.balancer.handover;

import io.jpm.balancer.handover.HandoverPlan.ObservedSocket;
import io.jpm.balancer.jvm.AgentOptions;
import io.jpm.balancer.jvm.AgentReport;
import io.jpm.balancer.jvm.NativeTransportDetector;
import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.balancer.mode.ProcessPoll;
import io.jpm.balancer.mode.WorkerMessages;
import io.jpm.balancer.node.PreloadOptions;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply.Handover;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.EffectiveProgram;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ProcessHost;
import io.jpm.os.TreeListener;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Hands the listening sockets of a process in fork mode over to its replacement. Processes in fork
/// mode open their ports themselves. For a replacement, the daemon duplicates the sockets of the
/// old process and passes them to the new one. Both processes then accept connections from the same
/// queues until the old process stops accepting. Owned by ClusterBalancer's context.
public final class SocketHandovers {
  /// Upper bound on the sockets and on the pids that are recorded per process.
  private static final int MOST_TOLD = 1000;

  private static final String PREFIX = "handover ";

  /// The last word in the balancer state of a launcher, whose child listens.
  private static final String LAUNCHER = " launcher";

  /// A word in the balancer state of a process that accepts no clients until it is ready; comes
  /// before [#LAUNCHER].
  private static final String HELD = " held";

  /// How long a program may take to accept the connections in its queue after the kernel has begun
  /// to direct new ones elsewhere. Usually, one turn of the program's event loop is sufficient.
  private static final Duration QUEUE_PATIENCE = Duration.ofMillis(250);

  private static final String SETTLED = "{\"cmd\":\"NODE_JPM\",\"act\":\"settled\"}";

  private final Vertx vertx;
  private final ProcessHost host;
  private final PreloadOptions preload;
  private final Path python;
  private final AgentOptions agent;
  private final BalancerBackend.Observer observer;
  private final Map<WorkerId.Slot, ForkProcess> all = new HashMap<>();
  private final Map<InstanceId, HeldSockets> heldSocketsByInstance = new HashMap<>();

  /// The commands of apps whose new process could not listen beside the previous one, by instance.
  private final Map<InstanceId, AppCommand> addressConflicts = new HashMap<>();

  /// The source address of probes that must reach the newer of two processes that listen at the
  /// same address.
  private final InetAddress source = anyOfLoopback();

  private int count;

  /// How the new process can receive sockets.
  ///
  /// @param mode [BalancingMode#NODE], [BalancingMode#JVM], or [BalancingMode#OFF] if it cannot
  /// @param reason the reason, as text for users
  public record TransferMode(BalancingMode mode, String reason) {}

  /// Creates an object that does not manage any process yet.
  ///
  /// @param preload the path of `lib/node-worker.cjs`
  /// @param agent the path of the agent's jar
  /// @param python the directory with Python's `sitecustomize`
  /// @param observer is notified of processes that accept connections
  public SocketHandovers(
      Vertx vertx,
      ProcessHost host,
      Path preload,
      Path agent,
      Path python,
      BalancerBackend.Observer observer) {
    this.vertx = vertx;
    this.host = host;
    this.preload = new PreloadOptions(preload);
    this.python = python;
    this.agent = new AgentOptions(agent);
    this.observer = observer;
  }

  /// Returns a random loopback address that other clients are unlikely to use.
  private static InetAddress anyOfLoopback() {
    var random = new SecureRandom();
    return InetAddress.ofLiteral(
        "127.%d.%d.%d"
            .formatted(64 + random.nextInt(128), random.nextInt(256), 1 + random.nextInt(254)));
  }

  /// Reports whether `memo` is a balancer state that [#prepare] has created.
  public static boolean isHandoverState(String memo) {
    return memo.startsWith(PREFIX);
  }

  /// Reports whether this object manages the process and therefore handles commands about it.
  public boolean manages(WorkerId worker) {
    return all.containsKey(worker.slot());
  }

  /// Returns the worker of a process; empty if this object does not manage the process.
  public Optional<WorkerId> workerOf(ProcessIdentity process) {
    return all.values().stream()
        .filter(it -> it.process.equals(Optional.of(process)))
        .map(it -> it.id)
        .findFirst();
  }

  /// Reports whether sockets are held for the next process of the instance, which inherits them or
  /// listens beside them.
  public boolean hasHeldSockets(InstanceId id) {
    return heldSocketsByInstance.containsKey(id);
  }

  /// Reports whether a socket in the fd store belongs to a handover.
  public static boolean holds(String key) {
    return key.startsWith(PREFIX);
  }

  /// Returns the arguments, variables and descriptors with which a process must be started.
  public Prepared prepare(WorkerId worker, AppSpec spec, TransferMode transferMode) {
    BalancingMode mode =
        transferMode.mode() == BalancingMode.JVM && !agent.isLoadable()
            ? BalancingMode.OFF
            : transferMode.mode();
    boolean launcher = mode == BalancingMode.NODE && isLauncher(spec);
    Optional<HeldSockets> heldSockets = Optional.ofNullable(heldSocketsByInstance.get(worker.id()));
    boolean held =
        spec.hasReadinessSignal()
            && heldSockets.filter(it -> it.inherited() || it.source().isPresent()).isPresent();
    all.put(worker.slot(), new ForkProcess(worker, mode, launcher, held, spec));
    List<String> options = new ArrayList<>();
    Map<String, String> variables = new HashMap<>();
    switch (mode) {
      case NODE -> {
        if (launcher) {
          variables.putAll(preload.inheritedVariables(spec));
        } else {
          options.addAll(preload.arguments(spec));
        }
        variables.put("JPM_NODE_WORKER", launcher ? "launcher" : "alone");
      }
      case JVM -> {
        options.addAll(agent.arguments(spec));
        variables.putAll(agent.variables(spec));
        variables.put("JPM_ALONE", "1");
      }
      case OFF, AUTO, LISTEN_FDS, PROXY -> {
        // The program is started unchanged.
      }
    }
    heldSockets.ifPresent(it -> variables.putAll(it.variables(mode, launcher, held, spec)));
    return new Prepared(
        List.of(),
        options,
        variables,
        heldSockets.map(HeldSockets::keys).orElse(List.of()),
        true,
        "",
        PREFIX
            + mode.keyword()
            + (held && mode != BalancingMode.OFF ? HELD : "")
            + (launcher ? LAUNCHER : ""),
        heldSockets.isPresent(),
        launcher);
  }

  private static boolean isLauncher(AppSpec spec) {
    EffectiveProgram program = EffectiveProgram.of(spec.command());
    return program.indirect() || program.startsNode();
  }

  /// Registers a running process that was prepared here or has been adopted.
  public void began(BalancerCommand.ProcessStarted news) {
    WorkerId worker = news.worker();
    String[] memo = news.balancerState().substring(PREFIX.length()).split(" ", -1);
    BalancingMode made = BalancingMode.ofKeyword(memo[0]).orElse(BalancingMode.OFF);
    boolean launcher = news.balancerState().endsWith(LAUNCHER);
    boolean held = List.of(memo).contains(HELD.strip());
    Optional<ForkProcess> prepared =
        Optional.ofNullable(all.get(worker.slot())).filter(it -> it.id.equals(worker));
    boolean adopted = prepared.isEmpty();
    ForkProcess forkProcess =
        prepared.orElseGet(() -> new ForkProcess(worker, made, launcher, held, news.spec()));
    all.put(worker.slot(), forkProcess);
    forkProcess.process = Optional.of(news.process());
    forkProcess.ready |= news.ready();
    if (forkProcess.listeningBeforeStart) {
      observer.listening(worker, "");
    }
    if (adopted) {
      settle(forkProcess);
      if (held && forkProcess.ready) {
        host.send(news.process(), WorkerMessages.ACCEPT);
      }
      if (held || made == BalancingMode.JVM) {
        host.send(news.process(), WorkerMessages.SERVERS);
      }
    } else {
      open(forkProcess);
    }
    HeldSockets heldSockets = heldSocketsByInstance.get(worker.id());
    if (heldSockets != null
        && !adopted
        && (made != BalancingMode.NODE || !heldSockets.inherited())) {
      new ProcessPoll<>(
              vertx,
              news.spec().name().value(),
              new ListenWatch(host, observer, forkProcess, news.process(), heldSockets, this::open))
          .begin();
    }
  }

  /// Handles a message from Node's preload script or from the Java agent.
  public void heard(WorkerId worker, String json) {
    ForkProcess forkProcess = all.get(worker.slot());
    if (forkProcess == null || !forkProcess.id.equals(worker)) {
      return;
    }
    try {
      JsonObject message = new JsonObject(json);
      if (!"NODE_JPM".equals(message.getValue("cmd"))) {
        return;
      }
      if ("listening".equals(message.getValue("act"))) {
        forkProcess.ownWorkers |=
            message.getValue("workers") instanceof Number workers && workers.intValue() > 0;
        note(forkProcess, message);
        listens(forkProcess);
      } else if ("drained".equals(message.getValue("act"))) {
        forkProcess.draining.ifPresent(done -> done.tryComplete(0));
      } else {
        AgentReport.read(json)
            .ifPresent(news -> {
              forkProcess.lastReport = news;
              note(forkProcess, message);
              // A process below a launcher may have started after the last accept message was sent.
              open(forkProcess);
            });
      }
    } catch (DecodeException notOurs) {
      // Ignored: an app may send any message over its channel.
    }
  }

  private void listens(ForkProcess forkProcess) {
    if (forkProcess.process.isPresent()) {
      observer.listening(forkProcess.id, "");
    } else {
      forkProcess.listeningBeforeStart = true;
    }
  }

  /// Records that a process is ready for clients, and admits them.
  public void ready(WorkerId worker) {
    ForkProcess forkProcess = all.get(worker.slot());
    if (forkProcess != null && forkProcess.id.equals(worker)) {
      forkProcess.ready = true;
      open(forkProcess);
    }
  }

  private void open(ForkProcess forkProcess) {
    if (!forkProcess.gated || !forkProcess.ready) {
      return;
    }
    forkProcess.redirectClients.ifPresent(lead -> {
      forkProcess.clientsRedirected = true;
      // The work of [#release] is queued behind this work.
      offLoop(lead, "cannot direct clients to the new process");
    });
    forkProcess.redirectClients = Optional.empty();
    if (forkProcess.mechanism != BalancingMode.OFF) {
      forkProcess.process.ifPresent(process -> host.send(process, WorkerMessages.ACCEPT));
    }
  }

  /// Returns the route to a process in fork mode, which may not have been admitted to clients yet.
  ///
  /// @return the route; empty if the process is not in fork mode or not managed by this object
  public Optional<Route> resolveRoute(BalancerCommand.ResolveRoute question) {
    ForkProcess forkProcess = all.get(question.worker().slot());
    if (forkProcess == null || !forkProcess.id.equals(question.worker()) || !forkProcess.fork) {
      return Optional.empty();
    }
    return Optional.of(
        forkProcess.gated && !forkProcess.ready
            ? routeToGated(forkProcess, question)
            : new Route.Direct());
  }

  private Route routeToGated(ForkProcess forkProcess, BalancerCommand.ResolveRoute question) {
    Optional<Route> entrance =
        forkProcess.lastReport.endpoints().stream()
            .filter(it -> it.serves(question.addresses(), question.port()))
            .<Route>map(it -> new Route.Via(it.endpoint()))
            .findFirst();
    Optional<HeldSockets> lent =
        Optional.ofNullable(heldSocketsByInstance.get(forkProcess.id.id()));
    if (entrance.isEmpty()
        && forkProcess.redirectClients.isPresent()
        && lent.flatMap(HeldSockets::source).isPresent()) {
      return beside(lent.get(), question);
    }
    Optional<HeldSockets> heldSockets =
        lent.filter(it -> it.addresses().stream().anyMatch(at -> at.getPort() == question.port()));
    return entrance
        .or(() ->
            heldSockets.map(_ ->
                new Route.Unreachable(
                    "the new process does not listen on port %d yet".formatted(question.port()))))
        // Only the new version of the program uses the port.
        .orElseGet(Route.Direct::new);
  }

  /// Returns the route to the newer of two processes that listen at the same address.
  private Route beside(HeldSockets heldSockets, BalancerCommand.ResolveRoute question) {
    if (heldSockets.addresses().stream().noneMatch(at -> at.getPort() == question.port())) {
      return new Route.Direct();
    }
    return question.addresses().stream()
        .filter(it -> it instanceof Inet4Address)
        .findFirst()
        .<Route>map(it -> new Route.FromSource(source, new InetSocketAddress(it, question.port())))
        .orElseGet(() ->
            new Route.Unreachable(
                "only a probe over IPv4 can distinguish the new process from the old one"));
  }

  /// Records which sockets can be drained and which processes use the IPC channel. If two processes
  /// read from the same channel, a message cannot be addressed to one of them.
  private static void note(ForkProcess forkProcess, JsonObject message) {
    if (message.getValue("sockets") instanceof JsonArray inodes) {
      if (!forkProcess.launcher || forkProcess.drainableInodes.size() > MOST_TOLD) {
        forkProcess.drainableInodes.clear(); // without a launcher, each report is complete
      }
      inodes.stream()
          .limit(MOST_TOLD)
          .map(String::valueOf)
          .filter(it -> it.matches("[0-9]{1,18}"))
          .forEach(it -> forkProcess.drainableInodes.add(Long.parseLong(it)));
    }
    if (message.getValue("pid") instanceof Number pid
        && !Boolean.TRUE.equals(message.getValue("below"))
        && forkProcess.reportingPids.size() < MOST_TOLD) {
      forkProcess.reportingPids.add(pid.longValue());
    }
  }

  /// Makes a process stop accepting connections.
  ///
  /// @return the number of connections that remain when the wait ends; also 0 if the number is
  ///   unknown
  public Future<Integer> drain(WorkerId worker) {
    ForkProcess forkProcess = all.get(worker.slot());
    if (forkProcess == null || forkProcess.process.isEmpty()) {
      return Future.succeededFuture(0);
    }
    if (forkProcess.draining.isPresent()) {
      return forkProcess.draining.get().future();
    }
    Promise<Integer> done = Promise.promise();
    forkProcess.draining = Optional.of(done);
    ProcessIdentity process = forkProcess.process.get();
    Duration most = forkProcess.drain;
    Optional<HeldSockets> heldSockets = Optional.ofNullable(heldSocketsByInstance.get(worker.id()));
    // If no process below a launcher listens, no process would read the drain message.
    boolean given =
        heldSockets.map(HeldSockets::inherited).orElse(!forkProcess.drainableInodes.isEmpty());
    if (forkProcess.mechanism == BalancingMode.OFF && !hasHeldSockets(worker.id())) {
      done.tryComplete(0);
    } else if (forkProcess.mechanism == BalancingMode.OFF || (forkProcess.launcher && !given)) {
      // Most Python servers drop their open connections when they exit, so these connections must
      // be finished first.
      boolean waits = heldSockets.flatMap(HeldSockets::python).isPresent();
      vertx.setTimer(
          QUEUE_PATIENCE.toMillis(),
          _ -> {
            if (waits) {
              new DrainWaiter(vertx, host, process, done).await(most);
            } else {
              done.tryComplete(0);
            }
          });
    } else if (!host.send(process, WorkerMessages.DRAIN)) {
      done.tryComplete(0);
    } else if (forkProcess.mechanism == BalancingMode.JVM) {
      new DrainWaiter(vertx, host, process, done).await(most);
    } else {
      long timer = vertx.setTimer(Math.max(1, most.toMillis()), _ -> done.tryComplete(0));
      done.future().onComplete(_ -> vertx.cancelTimer(timer));
    }
    return done.future();
  }

  /// Records that a process has terminated.
  public void ended(WorkerId worker) {
    ForkProcess forkProcess = all.get(worker.slot());
    if (forkProcess != null && forkProcess.id.equals(worker)) {
      forkProcess.ended = true;
      forkProcess.draining.ifPresent(done -> done.tryComplete(0));
    }
  }

  /// Forgets a process that will not be replaced by another process of the instance.
  public void released(WorkerId worker) {
    ended(worker);
    all.remove(worker.slot());
  }

  /// Determines how the process can be replaced. If a new process can run beside the old one and
  /// `order` requests a hold, keeps the old sockets for the new process.
  public Future<Handover> assess(BalancerCommand.PrepareHandover order, TransferMode transferMode) {
    Optional<ListenSocketRegistry> store = host.listenSockets();
    if (store.isEmpty()) {
      return Future.succeededFuture(
          new Handover.Sequential(
              "the ports on which the app listens cannot be determined on this system",
              "",
              Set.of()));
    }
    ForkProcess forkProcess = all.get(order.worker().slot());
    boolean ownWorkers = forkProcess != null && forkProcess.ownWorkers;
    Optional<BalancingMode> made = Optional.ofNullable(forkProcess).map(it -> it.mechanism);
    DrainCapability drainCapability = DrainCapability.of(Optional.ofNullable(forkProcess));
    String prefix = PREFIX + order.worker().id() + " " + ++count + " ";
    boolean alone =
        all.values().stream()
            .filter(it -> it.app.equals(order.next().name()))
            .allMatch(it -> it.id.id().equals(order.worker().id()));
    return BlockingCalls.call(
            vertx, () -> inspect(order.process(), store.get(), prefix, drainCapability))
        .compose(taken -> {
          HandoverPlan handoverPlan =
              new HandoverPlan(
                  transferMode.mode(),
                  transferMode.reason(),
                  made,
                  taken.seen(),
                  order.next(),
                  alone,
                  ownWorkers,
                  made.equals(Optional.of(BalancingMode.JVM))
                      ? taken.transport()
                      : Optional.empty());
          boolean clashes =
              order.next().command().equals(this.addressConflicts.get(order.worker().id()));
          Handover verdict = clashes ? handoverPlan.verdictAfterConflict() : handoverPlan.verdict();
          if (!order.hold() || !(verdict instanceof Handover.SideBySide)) {
            close(taken.sockets());
            return Future.succeededFuture(verdict);
          }
          boolean given =
              made.equals(Optional.of(transferMode.mode())) && handoverPlan.inheritsSockets();
          boolean python = !given && handoverPlan.isPython();
          if (python) {
            taken.sockets().forEach(ListenSocket::allowReusePort);
          }
          HeldSockets heldSockets =
              new HeldSockets(
                  taken.sockets(),
                  given,
                  alone,
                  Optional.of(this.python).filter(_ -> python),
                  Optional.of(source).filter(_ -> handoverPlan.isGated()));
          return BlockingCalls.call(
                  vertx, () -> heldSockets.source().isEmpty() || heldSockets.hold(host.listeners()))
              .map(ready -> {
                if (!ready) {
                  close(taken.sockets());
                  return handoverPlan.ungated();
                }
                keep(order.worker().id(), heldSockets);
                return verdict;
              });
        });
  }

  private static boolean isPython(TreeListener one) {
    return one.programs().stream().anyMatch(it -> it.matches("(python|pypy)[0-9.]*"));
  }

  private void keep(InstanceId id, HeldSockets heldSockets) {
    HeldSockets before = heldSocketsByInstance.put(id, heldSockets);
    all.values().stream()
        .filter(it -> it.id.id().equals(id))
        .forEach(it -> it.clientsRedirected = false);
    if (before != null) {
      close(before.sockets());
    }
  }

  /// The sockets and the native transport that were found in a process.
  private record Inspection(
      List<ObservedSocket> seen,
      List<ListenSocket> sockets,
      Optional<NativeTransportDetector.Library> transport) {}

  /// Determines which sockets cannot be drained by a message to a process.
  ///
  /// @param launcher whether the main process is a launcher, whose child listens
  /// @param told the inodes of the sockets that can be drained
  /// @param crowded whether several processes use the same IPC channel
  private record DrainCapability(boolean launcher, Set<Long> told, boolean crowded) {
    static DrainCapability of(Optional<ForkProcess> forkProcess) {
      return forkProcess
          .map(it ->
              new DrainCapability(
                  it.launcher, Set.copyOf(it.drainableInodes), it.reportingPids.size() > 1))
          .orElseGet(() -> new DrainCapability(false, Set.of(), false));
    }

    Optional<String> refusal(TreeListener one) {
      if (launcher && crowded) {
        return Optional.of("several Node processes listen side by side");
      }
      if (told.contains(one.inode()) || (one.heldByMain() && !launcher)) {
        return Optional.empty();
      }
      return Optional.of(
          "the process that listens on port %d is a child process, which jpm cannot drain"
              .formatted(one.address().getPort()));
    }
  }

  private Inspection inspect(
      ProcessIdentity process,
      ListenSocketRegistry store,
      String prefix,
      DrainCapability drainCapability) {
    List<ObservedSocket> seen = new ArrayList<>();
    List<ListenSocket> sockets = new ArrayList<>();
    List<TreeListener> all = host.listenersOf(process);
    for (TreeListener one : all) {
      try {
        ListenSocket socket = store.duplicate(prefix + seen.size(), process, one.inode());
        sockets.add(socket);
        seen.add(
            new ObservedSocket(
                one.address(), socket.reusesPort(), drainCapability.refusal(one), isPython(one)));
      } catch (ListenException failure) {
        seen.add(
            new ObservedSocket(
                one.address(), false, Optional.of(String.valueOf(failure.getMessage()))));
      }
    }
    boolean foreign =
        !drainCapability.told().containsAll(all.stream().map(TreeListener::inode).toList());
    return new Inspection(
        seen,
        sockets,
        foreign
            ? new NativeTransportDetector(Path.of("/proc")).library(process)
            : Optional.empty());
  }

  /// Records that a process of `id` that was started from `spec` could not listen beside the
  /// previous process.
  public void recordAddressConflict(InstanceId id, AppSpec spec) {
    addressConflicts.put(id, spec.command());
  }

  /// Ends the replacement of a process of `id`, and closes the sockets held for the new process.
  public void release(InstanceId id) {
    HeldSockets heldSockets = heldSocketsByInstance.remove(id);
    if (heldSockets != null) {
      boolean led =
          heldSockets.source().isEmpty()
              || all.values().stream()
                  .anyMatch(it -> it.id.id().equals(id) && it.clientsRedirected);
      List<ForkProcess> followers =
          all.values().stream().filter(it -> it.id.id().equals(id) && !it.ended).toList();
      BlockingCalls.call(
              vertx,
              () -> {
                // Otherwise, clients would reach the socket of the old process, which only the
                // daemon still holds.
                if (!led) {
                  heldSockets.routeToAll();
                }
                heldSockets.close();
                followers.forEach(this::share);
                return true;
              })
          .onComplete(_ ->
              all.values().stream()
                  .filter(it -> it.id.id().equals(id) && !it.ended)
                  .forEach(this::settle));
    }
  }

  /// Removes the rule that directs clients to this process only, so that sockets that begin to
  /// listen beside it later also receive connections.
  private void share(ForkProcess forkProcess) {
    for (long inode : forkProcess.redirectedInodes) {
      String key = PREFIX + forkProcess.id.id() + " shared " + inode;
      try (ListenSocket socket =
          host.listenSockets()
              .orElseThrow()
              .duplicate(key, forkProcess.process.orElseThrow(), inode)) {
        socket.routeToAll();
      } catch (ListenException ended) {
        // The process has terminated. The rule that directed clients to its sockets was removed
        // with them.
      }
    }
    forkProcess.redirectedInodes = Set.of();
  }

  /// Makes a process close the inherited sockets on which it does not listen.
  private void settle(ForkProcess forkProcess) {
    if (forkProcess.mechanism != BalancingMode.OFF) {
      forkProcess.process.ifPresent(process -> host.send(process, SETTLED));
    }
  }

  private void close(List<ListenSocket> sockets) {
    offLoop(() -> sockets.forEach(ListenSocket::close), "cannot close the sockets of a handover");
  }

  /// Runs blocking work in order with earlier work of this verticle.
  ///
  /// @param failure the message to log if the work fails
  private void offLoop(Runnable work, String failure) {
    BlockingCalls.call(
            vertx,
            () -> {
              work.run();
              return true;
            })
        .onFailure(error ->
            System.getLogger("jpm.balancer").log(System.Logger.Level.WARNING, failure, error));
  }

  /// Closes all sockets held by the daemon. Processes keep their own copies.
  public void close() {
    heldSocketsByInstance.values().forEach(HeldSockets::close);
    heldSocketsByInstance.clear();
    all.values().forEach(it -> it.draining.ifPresent(done -> done.tryComplete(0)));
  }
}
