package io.jpm.console.session;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.ConsoleAudit;
import io.jpm.wire.ConsoleRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// One command to be carried out.
///
/// @param request what the client sent
/// @param arguments the words of the command
/// @param session where its output goes
/// @param audit whom to tell of changes that the command line does not name
/// @param orders how many orders of a kind have been given to God so far
public record CommandCall(
    ConsoleRequest request,
    Arguments arguments,
    Session session,
    Audit audit,
    Map<String, Integer> orders) {
  public CommandCall(ConsoleRequest request, Arguments arguments, Session session, Audit audit) {
    this(request, arguments, session, audit, new HashMap<>());
  }

  /// The same order, which God does not carry out again when the client repeats its request. The
  /// orders of a command are told apart by their kind and place, for what a name stands for may
  /// have changed by the first time: what was started then is in the list now.
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

  /// Who writes down what somebody has changed.
  public interface Audit {
    /// A change was tried.
    ///
    /// @param done whether it was done
    void tell(ConsoleAudit.Change change, boolean done);
  }
}
