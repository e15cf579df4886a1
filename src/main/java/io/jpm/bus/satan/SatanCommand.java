package io.jpm.bus.satan;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppSpec;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.TreeUsage;
import io.jpm.model.run.WorkerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What Satan can be asked; the answer is a [SatanReply].
public sealed interface SatanCommand extends BusMessage {
  /// From now on watch the memory of these and of no other trees; a [SatanReport] tells of one that
  /// has more. Answered with [SatanReply.Done].
  ///
  /// @param bytes the limit for the tree under each main process
  record Limits(Map<ProcessIdentity, Long> bytes) implements SatanCommand {
    public Limits {
      bytes = Map.copyOf(bytes);
    }
  }

  /// From now on ask how this process is, as its app says; a [SatanReport] tells what comes of it.
  /// Said before the process is made, so that nothing it says is missed; a process that was adopted
  /// is said to be `ready` when it was so before. Answered with [SatanReply.Done] when everything
  /// that the process may say will be heard.
  ///
  /// @param worker the process
  /// @param spec its app
  /// @param variables the environment of the process
  /// @param ready whether startup and readiness have passed already
  record StartMonitoring(
      WorkerId worker, AppSpec spec, Map<String, String> variables, boolean ready)
      implements SatanCommand {
    public StartMonitoring {
      variables = Map.copyOf(variables);
    }
  }

  /// The process of [StartMonitoring] is there. Not answered.
  record ProcessStarted(WorkerId worker, ProcessIdentity process) implements SatanCommand {}

  /// The process has said `ready` over its channel. Not answered.
  record SaidReady(WorkerId worker) implements SatanCommand {}

  /// The process has ended or is being ended: nothing more is asked. Not answered.
  record StopMonitoring(WorkerId worker) implements SatanCommand {}

  /// What the trees under these main processes use now. Answered with [SatanReply.Sampled].
  ///
  /// @param detail how much is asked for
  record Sample(List<ProcessIdentity> processes, TreeUsage.Detail detail) implements SatanCommand {
    public Sample {
      processes = List.copyOf(processes);
    }
  }

  /// How these processes are, as far as checks tell. Answered with [SatanReply.Checked].
  record Checks(List<ProcessIdentity> processes) implements SatanCommand {
    public Checks {
      processes = List.copyOf(processes);
    }
  }

  /// What was used before. For some minutes after each look ([Sample] or this) what follows is
  /// kept. Answered with [SatanReply.Past].
  ///
  /// @param instance whose; empty: the machine's
  record History(Optional<InstanceId> instance) implements SatanCommand {}
}
