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
/// @param orders how many commands of each kind have been sent to God so far
public record CommandCall(
    ConsoleRequest request,
    Arguments arguments,
    Session session,
    Audit audit,
    Map<String, Integer> orders) {
  public CommandCall(ConsoleRequest request, Arguments arguments, Session session, Audit audit) {
    this(request, arguments, session, audit, new HashMap<>());
  }

  /// Returns the command with an idempotency key, so that God does not execute it again when the
  /// client repeats its request. The key consists of kind and position, not of the content: the
  /// content may differ the second time, because apps that were started the first time are listed
  /// by then.
  public GodCommand keyed(GodCommand order) {
    Optional<String> key = request.key();
    if (key.isEmpty()) {
      return order;
    }
    String kind = kind(order);
    return new GodCommand.Keyed(
        "%s/%s%d".formatted(key.get(), kind, orders.merge(kind, 1, Integer::sum)), order);
  }

  private static String kind(GodCommand order) {
    return switch (order) {
      case GodCommand.StartApps _ -> "run";
      case GodCommand.Act act ->
          switch (act.action()) {
            case START, RESTART -> "run";
            case STOP -> "stop";
            case DELETE -> "delete";
          };
      default -> order.getClass().getSimpleName();
    };
  }

  /// Records changes in the audit log.
  public interface Audit {
    /// Records an attempted change.
    ///
    /// @param done whether it succeeded
    void tell(ConsoleAudit.Change change, boolean done);
  }
}
