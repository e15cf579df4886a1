package io.jpm.console.access;

import io.jpm.bus.access.AuditReply;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/// Runs `jpm audit verify`, which verifies the hash chain of the audit log and prints the number of
/// lines. If the chain is broken, the command prints the position and fails.
public final class AuditVerifyCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public AuditVerifyCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    if (!commandCall.arguments().targets().equals(List.of("verify"))) {
      throw new CommandFailure("unknown audit command: use jpm audit verify");
    }
    boolean json = commandCall.arguments().has(VerbOption.JSON);
    return daemonClient
        .audit()
        .map(found -> {
          Session session = commandCall.session();
          if (json) {
            session.out(json(found).encode() + "\n");
          } else if (found.broken().isEmpty()) {
            session.out(intact(found) + "\n");
          } else {
            session.error("the hash chain of the audit log is broken at " + found.broken().get());
          }
          return found.broken().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        });
  }

  private static String intact(AuditReply found) {
    String lines =
        "%d %s, chain intact".formatted(found.lines(), found.lines() == 1 ? "line" : "lines");
    return found.older() == 0
        ? lines
        : lines + ", plus " + found.older() + " written before the hash chain was introduced";
  }

  private static JsonObject json(AuditReply found) {
    return new JsonObject()
        .put("lines", found.lines())
        .put("older", found.older())
        .put("intact", found.broken().isEmpty())
        .put("broken", found.broken().orElse(null));
  }
}
