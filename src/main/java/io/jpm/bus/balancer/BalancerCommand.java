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
  /// Answered with [BalancerReply.Prepared] or [BalancerReply.Refused].
  ///
  /// @param worker the process that is about to start
  /// @param number its index among the app's instances, from 0
  /// @param spec the app to which it belongs
  record Prepare(WorkerId worker, int number, AppSpec spec) implements BalancerCommand {}

  /// Reports that the process is running: it was just started, or it was started by a previous
  /// daemon and adopted by this one.
  ///
  /// @param balancerState the value of [BalancerReply.Prepared#balancerState] from when the process
  ///   was started
  /// @param ready whether a previous daemon had already sent [Ready] for it
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

  /// Reports that the process is ready and may receive client connections. Until then, a process
  /// with a readiness signal ([AppSpec#hasReadinessSignal]) receives none, even if it is the only
  /// one. For other processes the command has no effect: they receive connections as soon as they
  /// listen. May be sent more than once.
  record Ready(WorkerId worker) implements BalancerCommand {}

  /// Asks for a route by which a connection reaches exactly this process, ready or not, even if it
  /// shares the address with others. Answered with a [BalancerReply.Route], which is valid for one
  /// connection.
  ///
  /// @param worker the process to connect to
  /// @param addresses the local addresses to which the client would connect, in order of preference
  /// @param port the port to which the client would connect
  record ResolveRoute(WorkerId worker, List<InetAddress> addresses, int port)
      implements BalancerCommand {
    public ResolveRoute {
      addresses = List.copyOf(addresses);
    }
  }

  /// Passes on an internal message of Node that the process has sent over its IPC channel, one
  /// whose `cmd` begins with `NODE_`. Answered once the message has been processed.
  record NodeMessageReceived(WorkerId worker, String json) implements BalancerCommand {}

  /// Sets whether the process may receive new connections, based on its readiness probe. An unfit
  /// process receives none as long as another process is fit. Initially every process is fit.
  /// Connections that do not pass through jpm are not affected.
  ///
  /// @param worker the process
  /// @param fit false: its readiness probe fails after it had passed; true: it passes again
  record SetFit(WorkerId worker, boolean fit) implements BalancerCommand {}

  /// Stops sending new connections to the process. Answered with [BalancerReply.Drained] when it
  /// has no open connections or [io.jpm.model.ClusterSettings#drain] has elapsed. God then stops
  /// the process.
  record Drain(WorkerId worker) implements BalancerCommand {}

  /// Reports that the process has terminated. Its sockets stay open for the process that replaces
  /// it.
  record ProcessEnded(WorkerId worker) implements BalancerCommand {}

  /// Reports that the instance was stopped, errored or deleted: no process replaces this one until
  /// a command requests it. Sockets that no other instance uses are closed.
  ///
  /// @param worker the last process, or the process that would have been the first
  record Released(WorkerId worker) implements BalancerCommand {}

  /// Asks whether a new process can start while the process of the instance is still running, or
  /// only after it has stopped. Answered with [BalancerReply.Handover].
  ///
  /// @param worker the process to be replaced
  /// @param process the same process, as the operating system identifies it
  /// @param next the spec with which the new process will be started
  /// @param hold whether to reserve the sockets for the next process of that instance until
  ///   [FinishHandover]; false: only asks
  record PrepareHandover(WorkerId worker, ProcessIdentity process, AppSpec next, boolean hold)
      implements BalancerCommand {}

  /// Asks how a reload would replace the process of an instance. Answered with
  /// [BalancerReply.Handover].
  ///
  /// @param process its current process
  record PreviewReload(InstanceId id, ProcessIdentity process, AppSpec spec)
      implements BalancerCommand {}

  /// Reports that the replacement prepared by [PrepareHandover] is complete, successful or not.
  ///
  /// @param conflict the spec of the new process if it exited because its address was in use; this
  ///   handover is not attempted again
  record FinishHandover(InstanceId id, Optional<AppSpec> conflict) implements BalancerCommand {}

  /// Asks how an app is balanced. Answered with [BalancerReply.Status].
  ///
  /// @param id the instance whose counters are returned
  record GetStatus(AppName app, InstanceId id) implements BalancerCommand {}
}
