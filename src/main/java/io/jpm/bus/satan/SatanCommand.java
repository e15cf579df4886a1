package io.jpm.bus.satan;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppSpec;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import io.jpm.model.process.WorkerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A command to Satan, the health monitor; the reply is a [SatanReply].
public sealed interface SatanCommand extends BusMessage {
  /// Sets the process trees whose memory is monitored, replacing all previous ones. A
  /// [SatanReport.MemoryExceeded] reports a tree that exceeds its limit. Answered with
  /// [SatanReply.Done].
  ///
  /// @param bytes the limit for the tree of each main process
  record Limits(Map<ProcessIdentity, Long> bytes) implements SatanCommand {
    public Limits {
      bytes = Map.copyOf(bytes);
    }
  }

  /// Starts the health monitoring of a process with the probes of its app. [SatanReport]s report
  /// the results. Must be sent before the process starts, so that none of its log lines and
  /// notifications is missed. Answered with [SatanReply.Done] once Satan is ready to receive them.
  ///
  /// @param worker the process
  /// @param spec its app
  /// @param variables the environment of the process
  /// @param ready whether startup and readiness have passed already; true for an adopted process
  ///   that was ready before
  record StartMonitoring(
      WorkerId worker, AppSpec spec, Map<String, String> variables, boolean ready)
      implements SatanCommand {
    public StartMonitoring {
      variables = Map.copyOf(variables);
    }
  }

  /// Reports that the process of [StartMonitoring] has started. Not answered.
  record ProcessStarted(WorkerId worker, ProcessIdentity process) implements SatanCommand {}

  /// Reports that the process has sent `ready` over its IPC channel. Not answered.
  record ReadyAnnounced(WorkerId worker) implements SatanCommand {}

  /// Stops the health monitoring of a process, because it has terminated or is being stopped. Not
  /// answered.
  record StopMonitoring(WorkerId worker) implements SatanCommand {}

  /// Measures the resource usage of the trees of these main processes. Answered with
  /// [SatanReply.Sampled].
  ///
  /// @param detail which values to measure
  record Sample(List<ProcessIdentity> processes, TreeUsage.Detail detail) implements SatanCommand {
    public Sample {
      processes = List.copyOf(processes);
    }
  }

  /// Requests the health of these processes, as determined by their probes. Answered with
  /// [SatanReply.Health].
  record GetHealth(List<ProcessIdentity> processes) implements SatanCommand {
    public GetHealth {
      processes = List.copyOf(processes);
    }
  }

  /// Requests the recorded resource usage. Usage is recorded only for a few minutes after each
  /// [Sample] or `GetUsageHistory`. Answered with [SatanReply.RecordedUsage].
  ///
  /// @param instance the instance; empty for the machine
  record GetUsageHistory(Optional<InstanceId> instance) implements SatanCommand {}
}
