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

/// A command to ClusterBalancer. Every command is answered with a [BalancerReply].
public sealed interface BalancerCommand extends BusMessage {
  /// Requests the settings with which a new process must be started to share its listening sockets.
  /// Answered with [BalancerReply.Prepared] or [BalancerReply.Refused].
  ///
  /// @param worker the process that is about to start
  /// @param number the number of the instance within its app, from 0
  /// @param spec the app to which it belongs
  record Prepare(WorkerId worker, int number, AppSpec spec) implements BalancerCommand {}

  /// Reports that the process is running, either because it was just started or because it was
  /// adopted from a previous daemon.
  ///
  /// @param balancerState the value of [BalancerReply.Prepared#balancerState] with which the
  ///   process was started
  /// @param ready whether a previous daemon has already sent [Ready] for the process
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
  /// with a readiness signal ([AppSpec#hasReadinessSignal]) receives no connections, even if it is
  /// the only process. For other processes, which receive connections as soon as they listen, the
  /// command has no effect. May be sent more than once.
  record Ready(WorkerId worker) implements BalancerCommand {}

  /// Requests a route by which a connection reaches exactly this process, whether ready or not,
  /// even if other processes share the address. Answered with a [BalancerReply.Route], which is
  /// valid for one connection.
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

  /// Forwards an internal message of Node, whose `cmd` begins with `NODE_`, that the process has
  /// sent over its IPC channel. Answered once the message has been processed.
  record NodeMessageReceived(WorkerId worker, String json) implements BalancerCommand {}

  /// Sets whether the process may receive new connections, based on its readiness probe. An unfit
  /// process receives no new connections as long as another process is fit. Initially, every
  /// process is fit. Connections that do not pass through jpm are not affected.
  ///
  /// @param worker the process
  /// @param fit false if the readiness probe fails after it had passed; true if it passes again
  record SetFit(WorkerId worker, boolean fit) implements BalancerCommand {}

  /// Stops sending new connections to the process. Answered with [BalancerReply.Drained] when the
  /// process has no open connections or [io.jpm.model.ClusterSettings#drain] has elapsed. God then
  /// stops the process.
  record Drain(WorkerId worker) implements BalancerCommand {}

  /// Reports that the process has terminated. Its sockets stay open for the next process of the
  /// instance.
  record ProcessEnded(WorkerId worker) implements BalancerCommand {}

  /// Reports that the instance was stopped or deleted, or has become errored, so no further process
  /// starts without a command. Sockets that no other instance uses are closed.
  ///
  /// @param worker the last process, or the process that would have been the first
  record Released(WorkerId worker) implements BalancerCommand {}

  /// Asks whether a new process can start while the current process of the instance is running, or
  /// only after that process has stopped. Answered with [BalancerReply.Handover].
  ///
  /// @param worker the process to be replaced
  /// @param process the same process, as the operating system identifies it
  /// @param next the spec with which the new process will be started
  /// @param hold whether to reserve the sockets for the next process of that instance until
  ///   [FinishHandover]; if false, nothing is reserved
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
  /// @param conflict the spec of the new process if that process exited because its address was in
  ///   use. A handover with this spec is not attempted again
  record FinishHandover(InstanceId id, Optional<AppSpec> conflict) implements BalancerCommand {}

  /// Requests the balancing status of an app. Answered with [BalancerReply.Status].
  ///
  /// @param id the instance whose counters are returned
  record GetStatus(AppName app, InstanceId id) implements BalancerCommand {}
}
