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
  /// Prepares the start of a process. The reply is [BalancerReply.Prepared], which contains what
  /// the process must be started with, or [BalancerReply.Refused].
  Future<BalancerReply> prepare(BalancerCommand.Prepare order);

  /// Registers a running process. An adopted process was not prepared by this daemon.
  void began(BalancerCommand.ProcessStarted news);

  /// Handles a message of a process, one whose `cmd` begins with `NODE_`.
  default void heard(WorkerId worker, String json) {
    // Not every mode uses messages of its processes.
  }

  /// Records that a process is ready: it may receive client connections. Before, a process whose
  /// readiness is reported ([io.jpm.model.AppSpec#hasReadinessSignal]) receives none, unless
  /// [BalancerCommand.ProcessStarted#ready] was set. May be called more than once, and for a
  /// process that never began.
  default void ready(WorkerId worker) {
    // Not every mode waits for readiness.
  }

  /// Returns the route by which a connection reaches exactly this process, ready or not.
  default Future<BalancerReply.Route> resolveRoute(BalancerCommand.ResolveRoute question) {
    return Future.succeededFuture(new BalancerReply.Route.Direct());
  }

  /// Sets whether a process is fit for new connections. An unfit process receives none as long as
  /// another one is fit.
  default void fit(WorkerId worker, boolean fit) {
    // By default the kernel gives connections to any process that accepts.
  }

  /// Makes a process stop accepting connections.
  ///
  /// @return the number of connections that are left: 0 as soon as there are none, otherwise the
  ///   number when the drain timeout expires
  Future<Integer> drain(WorkerId worker);

  /// Handles the end of a process. Another process may take its slot.
  void ended(WorkerId worker);

  /// Releases the slot of a process that has ended or was never started; no other process follows.
  /// Called after [#ended] if there was a process.
  void released(WorkerId worker);

  /// Returns the addresses on which an app listens, as text.
  List<String> addresses(AppName app);

  /// Returns the keyword of the strategy that selects the instance for a connection.
  String strategy(AppName app);

  /// Returns the private port of an instance behind the shared one; empty if it has none.
  default OptionalInt own(InstanceId id) {
    return OptionalInt.empty();
  }

  /// Returns the counters of an instance in display order; empty if connections do not pass through
  /// the daemon.
  default Map<String, Long> counters(InstanceId id) {
    return Map.of();
  }

  /// Returns what affects the connections of an instance and how to fix it, as text for users;
  /// empty if nothing does.
  default Optional<String> problem(InstanceId id) {
    return Optional.empty();
  }

  /// Reports whether a socket that an earlier daemon left open is in use, as far as can be
  /// determined. Sockets that no backend claims are closed some time after the daemon's start.
  ///
  /// @param key its name in the store ([io.jpm.os.ListenSocket#key])
  default boolean holds(String key) {
    return false;
  }

  /// Releases what this daemon holds. Apps keep running, and sockets that outlive the daemon stay
  /// open.
  Future<Void> close();

  /// Receives the observations of a backend.
  interface Observer {
    /// Reports that a process accepts connections; at most once for each process.
    void listening(WorkerId worker, String address);

    /// Reports that an app cannot be balanced in this mode.
    ///
    /// @param reason for users
    void unsuitable(AppName app, String reason);
  }
}
