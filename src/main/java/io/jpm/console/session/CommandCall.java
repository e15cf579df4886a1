package io.jpm.console.session;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.ConsoleAudit;
import io.jpm.wire.ConsoleRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// One invocation of a command.
///
/// @param request the client's request
/// @param arguments the arguments of the command
/// @param session receives the output
/// @param audit records changes that the command line itself does not reveal, such as those made in
///   `jpm monit`
/// @param commandCounts the number of commands of each kind that have been sent to God so far
public record CommandCall(
    ConsoleRequest request,
    Arguments arguments,
    Session session,
    Audit audit,
    Map<String, Integer> commandCounts) {
  public CommandCall(ConsoleRequest request, Arguments arguments, Session session, Audit audit) {
    this(request, arguments, session, audit, new HashMap<>());
  }

  /// Adds an idempotency key to `order`, so that God does not execute it again if the client
  /// repeats its request. Returns `order` unchanged if the request has no key. The key consists of
  /// the kind and position of the command, not of its content. The content may differ in the
  /// repeated request, because apps that were started by the first request are then already listed.
  public GodCommand withIdempotencyKey(GodCommand order) {
    Optional<String> key = request.key();
    if (key.isEmpty()) {
      return order;
    }
    String kind = kind(order);
    return new GodCommand.Idempotent(
        "%s/%s%d".formatted(key.get(), kind, commandCounts.merge(kind, 1, Integer::sum)), order);
  }

  /// Returns the part of an idempotency key that identifies the kind of the command. The journal
  /// keeps it across updates of jpm, so it must not change when a type is renamed.
  private static String kind(GodCommand order) {
    return switch (order) {
      case GodCommand.StartApps _ -> "run";
      case GodCommand.Act act ->
          switch (act.action()) {
            case START, RESTART -> "run";
            case STOP -> "stop";
            case DELETE -> "delete";
          };
      case GodCommand.Idempotent _ -> "Keyed";
      case GodCommand.GetOutcome _ -> "Recall";
      case GodCommand.Reload _ -> "Reload";
      case GodCommand.Scale _ -> "Scale";
      case GodCommand.Show _ -> "Show";
      case GodCommand.Trigger _ -> "Trigger";
      case GodCommand.SendMessage _ -> "Send";
      case GodCommand.WriteInput _ -> "Type";
      case GodCommand.SendSignal _ -> "SendSignal";
      case GodCommand.Reset _ -> "Reset";
      case GodCommand.UpdateSpec _ -> "Alter";
      case GodCommand.Save _ -> "Save";
      case GodCommand.ClearDump _ -> "ClearDump";
      case GodCommand.Resurrect _ -> "Resurrect";
      case GodCommand.Apply _ -> "Apply";
      case GodCommand.ListFiles _ -> "Files";
      case GodCommand.WatchFile _ -> "WatchFile";
      case GodCommand.RejectFile _ -> "FileFailed";
      case GodCommand.Ping _ -> "Ping";
      case GodCommand.DeleteAll _ -> "EndEverything";
    };
  }

  /// Records changes in the audit log.
  public interface Audit {
    /// Records an attempted change.
    ///
    /// @param done whether it succeeded
    void recordChange(ConsoleAudit.Change change, boolean done);
  }
}
