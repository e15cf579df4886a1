package io.jpm.bus.balancer;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// What ClusterBalancer is asked and told; each is answered with a [BalancerReply].
public sealed interface BalancerCommand extends BusMessage {
  /// A process is about to be made: what does it need to share what it listens on? Answered by
  /// [BalancerReply.Prepared] or [BalancerReply.Refused].
  ///
  /// @param worker the process to be
  /// @param number its place among the app's instances, from 0
  /// @param spec the app it belongs to
  record Prepare(WorkerId worker, int number, AppSpec spec) implements BalancerCommand {}

  /// The process runs: it was just made, or a former daemon made it and it is adopted.
  ///
  /// @param memo what [BalancerReply.Prepared#memo] said when it was made
  /// @param ready whether [Ready] was said of it before, by a former daemon
  record Began(
      WorkerId worker,
      int number,
      ProcessIdentity process,
      AppSpec spec,
      String memo,
      boolean ready)
      implements BalancerCommand {
    /// One that was just made.
    public Began(WorkerId worker, int number, ProcessIdentity process, AppSpec spec, String memo) {
      this(worker, number, process, spec, memo, false);
    }
  }

  /// The process is ready: it gets connections of clients from now on. Before, a process whose
  /// readiness is told ([AppSpec#readinessIsTold]) gets none, though it may be the only one; of
  /// others this changes nothing, they get connections as soon as they listen. May be said more
  /// than once.
  record Ready(WorkerId worker) implements BalancerCommand {}

  /// How does a connection get to this very process, ready or not, by way of an address that it may
  /// share with others? Answered by a [BalancerReply.Route], for one connection.
  ///
  /// @param worker the process that is to be asked
  /// @param addresses those of this machine that the asker would connect to, the best one first
  /// @param port the port that the asker would connect to
  record Reach(WorkerId worker, List<InetAddress> addresses, int port) implements BalancerCommand {
    public Reach {
      addresses = List.copyOf(addresses);
    }
  }

  /// The process has sent a message of Node's own over its channel, one whose `cmd` begins with
  /// `NODE_`. Answered when it was dealt with.
  record Heard(WorkerId worker, String json) implements BalancerCommand {}

  /// Whether the process is to get new connections, as its own readiness check tells. One that is
  /// not fit gets none as long as there is another one that is; at first each is fit. What passes
  /// through no hands of jpm's is not prevented.
  ///
  /// @param worker the process
  /// @param fit false: its readiness fails, after it had passed; true: it passes again
  record Fit(WorkerId worker, boolean fit) implements BalancerCommand {}

  /// The process is to get no new connection; answered by [BalancerReply.Drained] when it has no
  /// connection any more, or [io.jpm.model.Cluster#drain] is over. After that it is asked to end.
  record Drain(WorkerId worker) implements BalancerCommand {}

  /// The process has ended. Its sockets stay open for the one that takes its place.
  record Ended(WorkerId worker) implements BalancerCommand {}

  /// Nothing comes after the process until somebody asks for it: the instance is stopped, errored
  /// or deleted. Sockets that nobody else serves are closed.
  ///
  /// @param worker the last process, or the one that would have been the first
  record Released(WorkerId worker) implements BalancerCommand {}

  /// How can the process of an instance be replaced: beside it, or only after it? Answered by
  /// [BalancerReply.Handover].
  ///
  /// @param worker the process that is to be replaced
  /// @param process the same, as the system knows it
  /// @param next what the new process will be made by
  /// @param lend whether its sockets are to be kept ready for the next process of that instance
  ///   from now on, until [Return]; else it is only asked
  record Lend(WorkerId worker, ProcessIdentity process, AppSpec next, boolean lend)
      implements BalancerCommand {}

  /// How would a reload replace the process of an instance? Answered by [BalancerReply.Handover].
  ///
  /// @param process its present process
  record Outlook(InstanceId id, ProcessIdentity process, AppSpec spec) implements BalancerCommand {}

  /// The replacement that [Lend] has prepared is over, whatever came of it.
  ///
  /// @param clash what the new process was made by, where it has ended because its address was in
  ///   use: that is not tried again
  record Return(InstanceId id, Optional<AppSpec> clash) implements BalancerCommand {}

  /// How is an app balanced? Answered by [BalancerReply.Status].
  ///
  /// @param id one of its instances, whose counters are told
  record Ask(AppName app, InstanceId id) implements BalancerCommand {}
}
