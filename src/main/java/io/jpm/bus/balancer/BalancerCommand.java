package io.jpm.bus.balancer;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// A command to ClusterBalancer; each is answered with a [BalancerReply].
public sealed interface BalancerCommand extends BusMessage {
  /// Asks what a process that is about to start needs in order to share its listening sockets.
  /// Answered by [BalancerReply.Prepared] or [BalancerReply.Refused].
  ///
  /// @param worker the process that is about to start
  /// @param number its index among the app's instances, from 0
  /// @param spec the app it belongs to
  record Prepare(WorkerId worker, int number, AppSpec spec) implements BalancerCommand {}

  /// The process runs: it was just started, or a former daemon started it and this one has adopted
  /// it.
  ///
  /// @param balancerState the value of [BalancerReply.Prepared#balancerState] when the process was
  ///   started
  /// @param ready whether a former daemon had already sent [Ready] for it
  record ProcessStarted(
      WorkerId worker,
      int number,
      ProcessIdentity process,
      AppSpec spec,
      String balancerState,
      boolean ready)
      implements BalancerCommand {
    /// Creates the command for a process that was just started.
    public ProcessStarted(
        WorkerId worker, int number, ProcessIdentity process, AppSpec spec, String memo) {
      this(worker, number, process, spec, memo, false);
    }
  }

  /// The process is ready and may receive client connections. Before this command, a process with
  /// known readiness ([AppSpec#hasReadinessSignal]) receives none, even if it is the only one. For
  /// other processes the command has no effect: they receive connections as soon as they listen.
  /// May be sent more than once.
  record Ready(WorkerId worker) implements BalancerCommand {}

  /// Asks how a connection reaches exactly this process, ready or not, through an address that it
  /// may share with others. Answered by a [BalancerReply.Route], for one connection.
  ///
  /// @param worker the process to connect to
  /// @param addresses local addresses that the client would connect to, the best one first
  /// @param port the port that the client would connect to
  record ResolveRoute(WorkerId worker, List<InetAddress> addresses, int port)
      implements BalancerCommand {
    public ResolveRoute {
      addresses = List.copyOf(addresses);
    }
  }

  /// The process has sent an internal message of Node over its IPC channel, one whose `cmd` begins
  /// with `NODE_`. Answered when the message has been handled.
  record NodeMessageReceived(WorkerId worker, String json) implements BalancerCommand {}

  /// Sets whether the process may receive new connections, by its readiness probe. An unfit process
  /// receives none as long as another one is fit; at first each is fit. Connections that do not
  /// pass through jpm are not affected.
  ///
  /// @param worker the process
  /// @param fit false: its readiness fails, after it had passed; true: it passes again
  record SetFit(WorkerId worker, boolean fit) implements BalancerCommand {}

  /// Keeps new connections from the process. Answered by [BalancerReply.Drained] when it has no
  /// open connection, or [io.jpm.model.ClusterSettings#drain] has elapsed. God stops the process
  /// after that.
  record Drain(WorkerId worker) implements BalancerCommand {}

  /// The process has ended. Its sockets stay open for the process that replaces it.
  record ProcessEnded(WorkerId worker) implements BalancerCommand {}

  /// The instance is stopped, errored or deleted: no process replaces this one until a command
  /// requests it. Sockets that no other instance uses are closed.
  ///
  /// @param worker the last process, or the one that would have been the first
  record Released(WorkerId worker) implements BalancerCommand {}

  /// Asks whether a new process can start beside the process of an instance or only after it.
  /// Answered by [BalancerReply.Handover].
  ///
  /// @param worker the process to be replaced
  /// @param process the same process, as the system identifies it
  /// @param next the spec with which the new process will be started
  /// @param hold whether to hold the sockets ready for the next process of that instance, until
  ///   [FinishHandover]; false: only the answer is wanted
  record PrepareHandover(WorkerId worker, ProcessIdentity process, AppSpec next, boolean hold)
      implements BalancerCommand {}

  /// Asks how a reload would replace the process of an instance. Answered by
  /// [BalancerReply.Handover].
  ///
  /// @param process its present process
  record PreviewReload(InstanceId id, ProcessIdentity process, AppSpec spec)
      implements BalancerCommand {}

  /// The replacement that [PrepareHandover] prepared is over, successful or not.
  ///
  /// @param conflict the spec of the new process if it ended because its address was in use: that
  ///   handover is not attempted again
  record FinishHandover(InstanceId id, Optional<AppSpec> conflict) implements BalancerCommand {}

  /// Asks how an app is balanced. Answered by [BalancerReply.Status].
  ///
  /// @param id the instance whose counters are returned
  record GetStatus(AppName app, InstanceId id) implements BalancerCommand {}
}
