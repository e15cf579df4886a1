package io.jpm.console.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Derives entries of the audit log from command lines. Only commands that change something are
/// recorded. Values, input lines and messages are omitted, because they may contain secrets.
public final class ConsoleAudit {
  private ConsoleAudit() {}

  /// A change to record in the audit log.
  ///
  /// @param verb the command
  /// @param apps the targets as typed: names, ids or files
  public record Change(String verb, List<String> apps) {
    public Change {
      apps = List.copyOf(apps);
    }
  }

  /// Returns the change that a command makes; empty if it changes nothing that the daemon manages.
  public static Optional<Change> of(Verb verb, Arguments arguments) {
    List<String> targets = arguments.targets();
    return switch (verb) {
      case STOP, RESTART, RELOAD, DELETE, APPLY, START_OR_RESTART, START_OR_RELOAD, RESET, FLUSH ->
          change(verb, targets.stream());
      // Recorded like a plain reload, because they differ only in how old processes are stopped.
      case GRACEFUL_RELOAD -> change(Verb.RELOAD, targets.stream());
      case START_OR_GRACEFUL_RELOAD -> change(Verb.START_OR_RELOAD, targets.stream());
      case START,
          SERVE,
          SCALE,
          TRIGGER,
          PULL,
          BACKWARD,
          FORWARD,
          SEND,
          MESSAGE,
          ATTACH,
          SET,
          UNSET ->
          change(verb, targets.stream().limit(1));
      case SEND_SIGNAL -> change(verb, targets.stream().skip(1));
      case CONF -> targets.size() > 1 ? change(verb, targets.stream().limit(1)) : Optional.empty();
      case SAVE, RESURRECT, CLEARDUMP, KILL, UPDATE, IMPORT_PM2, MULTISET, DEPLOY, RELOAD_LOGS ->
          change(verb, Stream.empty());
      case TOKEN ->
          targets.size() > 1
              ? Optional.of(
                  new Change(
                      "token %s %s".formatted(targets.getFirst(), targets.get(1)), List.of()))
              : Optional.empty();
      case WEB ->
          targets.equals(List.of("status")) ? Optional.empty() : change(verb, targets.stream());
      case LIST,
          MONIT,
          DESCRIBE,
          LOGS,
          EVENTS,
          ENV,
          JLIST,
          INIT,
          VALIDATE,
          PLAN,
          PING,
          DOCTOR,
          AUDIT,
          DAEMON_ITSELF,
          STARTUP,
          UNSTARTUP,
          PRETTYLIST,
          PROCESS_IDS,
          INSTANCE_IDS,
          REPORT,
          HOST,
          EXAMPLES,
          COMPLETION,
          GET,
          INSPECT,
          LOGROTATE,
          PROFILE_CPU,
          PROFILE_MEM ->
          Optional.empty();
    };
  }

  private static Optional<Change> change(Verb verb, Stream<String> apps) {
    return Optional.of(new Change(verb.keyword(), apps.toList()));
  }
}
