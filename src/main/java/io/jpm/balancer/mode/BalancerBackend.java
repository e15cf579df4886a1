package io.jpm.balancer.mode;

import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Balances all apps that use one balancing mode. All methods are called on ClusterBalancer's
/// context and must not block; observations are reported on that context through [Observer].
public interface BalancerBackend {
  /// Prepares the start of a process. The reply is [BalancerReply.Prepared], which contains
  /// everything that the process must be started with, or [BalancerReply.Refused].
  Future<BalancerReply> prepare(BalancerCommand.Prepare order);

  /// Registers a running process. An adopted process was not prepared by this daemon.
  void processStarted(BalancerCommand.ProcessStarted news);

  /// Receives a message from a process. The `cmd` of the message begins with `NODE_`.
  default void messageReceived(WorkerId worker, String json) {
    // Not every mode exchanges messages with its processes.
  }

  /// Admits client connections to a process that has become ready. Until then, a process whose
  /// readiness is reported ([io.jpm.model.AppSpec#hasReadinessSignal]) receives none, unless
  /// [BalancerCommand.ProcessStarted#ready] was set. May be called more than once, and for a
  /// process for which [#processStarted] was never called.
  default void ready(WorkerId worker) {
    // Not every mode waits for readiness.
  }

  /// Returns the route by which a connection reaches this particular process, whether or not it is
  /// ready.
  default Future<BalancerReply.Route> resolveRoute(BalancerCommand.ResolveRoute question) {
    return Future.succeededFuture(new BalancerReply.Route.Direct());
  }

  /// Sets whether a process is fit for new connections. An unfit process receives none while
  /// another process is fit.
  default void setFit(WorkerId worker, boolean fit) {
    // By default, the kernel distributes connections among all processes that accept.
  }

  /// Makes a process stop accepting connections.
  ///
  /// @return the number of remaining connections: 0 as soon as all connections are closed, or the
  ///   number of open ones when the drain timeout expires
  Future<Integer> drain(WorkerId worker);

  /// Records that a process has terminated. Another process may take over its slot.
  void processTerminated(WorkerId worker);

  /// Releases the slot of a process that has terminated or was never started, because no other
  /// process will use the slot. Called after [#processTerminated] if the process was running.
  void released(WorkerId worker);

  /// Returns the addresses on which an app listens, as text.
  List<String> addresses(AppName app);

  /// Returns the keyword of the strategy that selects the instance for a connection.
  String strategy(AppName app);

  /// Returns the private port of an instance behind the shared port; empty if the instance has
  /// none.
  default OptionalInt privatePort(InstanceId id) {
    return OptionalInt.empty();
  }

  /// Returns the counters of an instance in display order; empty if connections do not pass through
  /// the daemon.
  default Map<String, Long> counters(InstanceId id) {
    return Map.of();
  }

  /// Returns a problem with the connections of an instance and how to fix it, as text for users;
  /// empty if there is none.
  default Optional<String> problem(InstanceId id) {
    return Optional.empty();
  }

  /// Reports whether a socket left open by an earlier daemon is in use, as far as this can be
  /// determined. Sockets that no backend claims are closed some time after the daemon has started.
  ///
  /// @param key the key of the socket in the fd store ([io.jpm.os.ListenSocket#key])
  default boolean claimsSocket(String key) {
    return false;
  }

  /// Releases all resources of this backend. Apps keep running, and sockets that outlive the daemon
  /// stay open.
  Future<Void> close();

  /// Receives the observations of a backend.
  interface Observer {
    /// Reports that a process accepts connections. Called at most once per process.
    void listening(WorkerId worker, String address);

    /// Reports that an app cannot be balanced in this mode.
    ///
    /// @param reason the reason, as text for users
    void unsuitable(AppName app, String reason);
  }
}
