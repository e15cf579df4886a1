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
/// @param request what the client sent
/// @param arguments the arguments of the command
/// @param session receives the output
/// @param audit records changes that the command line does not name
/// @param commandCounts how many commands of each kind have been sent to God so far
public record CommandCall(
    ConsoleRequest request,
    Arguments arguments,
    Session session,
    Audit audit,
    Map<String, Integer> commandCounts) {
  public CommandCall(ConsoleRequest request, Arguments arguments, Session session, Audit audit) {
    this(request, arguments, session, audit, new HashMap<>());
  }

  /// Returns the command with an idempotency key, so that God does not execute it again when the
  /// client repeats its request. The key consists of kind and position, not of the content: the
  /// content may differ the second time, because apps that were started the first time are listed
  /// by then.
  public GodCommand withIdempotencyKey(GodCommand order) {
    Optional<String> key = request.key();
    if (key.isEmpty()) {
      return order;
    }
    String kind = kind(order);
    return new GodCommand.Idempotent(
        "%s/%s%d".formatted(key.get(), kind, commandCounts.merge(kind, 1, Integer::sum)), order);
  }

  /// Returns the part of an idempotency key that names the kind of the command. The journal keeps
  /// it over an update of jpm, so it does not follow the names of types.
  private static String kind(GodCommand order) {
    return switch (order) {
      case GodCommand.StartApps _ -> "run";
      case GodCommand.Act act ->
          switch (act.action()) {
            case START, RESTART -> "run";
            case STOP -> "stop";
            case DELETE -> "delete";
          };
      case GodCommand.SendMessage _ -> "Send";
      case GodCommand.WriteInput _ -> "Type";
      case GodCommand.UpdateSpec _ -> "Alter";
      case GodCommand.RejectFile _ -> "FileFailed";
      case GodCommand.DeleteAll _ -> "EndEverything";
      case GodCommand.GetOutcome _ -> "Recall";
      case GodCommand.ListFiles _ -> "Files";
      default -> order.getClass().getSimpleName();
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
