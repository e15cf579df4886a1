package io.jpm.balancer.mode;

import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.model.AppName;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.WorkerId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// One way of sharing what the instances of an app listen on, for all apps that are balanced in it.
/// All methods are called on ClusterBalancer's context and must not block; what they tell, they
/// tell on that context through [Reports].
public interface BalancerBackend {
  /// What a process needs to be made with: [BalancerReply.Prepared] or [BalancerReply.Refused].
  Future<BalancerReply> prepare(BalancerCommand.Prepare order);

  /// A process runs; it was not prepared by this daemon where it is adopted.
  void began(BalancerCommand.Began news);

  /// A process has sent a message of Node's own.
  default void heard(WorkerId worker, String json) {
    // Only workers that speak Node's protocol have anything to say.
  }

  /// A process is ready: it may get connections of clients. Before, one whose readiness is told
  /// ([io.jpm.model.AppSpec#readinessIsTold]) and of which [BalancerCommand.Began#ready] was not
  /// said gets none. May be told more than once, and of a process that was never begun.
  default void ready(WorkerId worker) {
    // Ways that do not wait for that need not know.
  }

  /// How a connection gets to this very process, ready or not.
  default Future<BalancerReply.Route> reach(BalancerCommand.Reach question) {
    return Future.succeededFuture(new BalancerReply.Route.Direct());
  }

  /// A process is fit for new connections, or is not, as long as another one is.
  default void fit(WorkerId worker, boolean fit) {
    // The kernel gives connections to whoever takes them.
  }

  /// Has a process take no more connections.
  ///
  /// @return how many connections are left, when there are none or the time for it is over
  Future<Integer> drain(WorkerId worker);

  /// A process has ended; another may take its place.
  void ended(WorkerId worker);

  /// Nothing follows a process that has ended, or was never made. Called after [#ended] where there
  /// was one.
  void released(WorkerId worker);

  /// Where an app listens, as people write it.
  List<String> addresses(AppName app);

  /// The word of how the next instance is chosen.
  String strategy(AppName app);

  /// The port of an instance where it has one of its own, behind the one that is shared.
  default OptionalInt own(InstanceId id) {
    return OptionalInt.empty();
  }

  /// What is counted of an instance, in the order of showing; empty where connections do not pass
  /// through the daemon.
  default Map<String, Long> counters(InstanceId id) {
    return Map.of();
  }

  /// What keeps an instance from taking connections, for people: what it is and how to mend it.
  default Optional<String> trouble(InstanceId id) {
    return Optional.empty();
  }

  /// Whether a socket that a former daemon left open is in use, as far as can be told. Those that
  /// no way says so of are closed a while after the daemon's start.
  ///
  /// @param key its name in the store ([io.jpm.os.ListenSocket#key])
  default boolean holds(String key) {
    return false;
  }

  /// Lets go of everything; apps are left alone, and what outlives the daemon is not closed.
  Future<Void> close();

  /// Who is told.
  interface Reports {
    /// A process takes connections; told once of each.
    void listening(WorkerId worker, String address);

    /// An app cannot be balanced in this way.
    ///
    /// @param reason for people
    void unsuitable(AppName app, String reason);
  }
}
