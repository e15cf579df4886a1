package io.jpm.console.cli;

import java.util.ArrayList;
import java.util.List;

/// Defines the options of each command, and whether a client may send the command twice.
public final class VerbOptions {
  private VerbOptions() {}

  /// Returns the options of the command, in the order of its help page. The options that all
  /// commands share come last.
  static List<VerbOption> of(Verb verb) {
    List<VerbOption> options = new ArrayList<>(own(verb));
    options.add(VerbOption.SILENT);
    options.add(VerbOption.NO_COLOR);
    options.add(VerbOption.HELP);
    return List.copyOf(options);
  }

  /// Returns the options that help and completion list. PM2's `--force` is accepted by all commands
  /// that have it in PM2, but listed only where it has an effect.
  static List<VerbOption> listed(Verb verb) {
    boolean force = verb == Verb.START || verb == Verb.SAVE;
    return of(verb).stream().filter(option -> force || option != VerbOption.FORCE).toList();
  }

  private static List<VerbOption> own(Verb verb) {
    return switch (verb) {
      case START ->
          describing(
              VerbOption.ONLY,
              VerbOption.ENV,
              VerbOption.UPDATE_ENV,
              VerbOption.NO_WAIT,
              VerbOption.WATCH_CONFIG,
              VerbOption.NO_WATCH_CONFIG,
              VerbOption.EXT,
              VerbOption.NO_DAEMON,
              VerbOption.ATTACH,
              VerbOption.FORCE);
      case SERVE ->
          List.of(
              VerbOption.NAME,
              VerbOption.PORT,
              VerbOption.HOST,
              VerbOption.SPA,
              VerbOption.FTP,
              VerbOption.CORS,
              VerbOption.DOTFILES,
              VerbOption.BASIC_AUTH_USERNAME,
              VerbOption.BASIC_AUTH_PASSWORD,
              VerbOption.INSTANCES,
              VerbOption.NAMESPACE,
              VerbOption.MONITOR);
      case STOP ->
          List.of(VerbOption.ONLY, VerbOption.WATCH_NO_MORE, VerbOption.ATTACH, VerbOption.FORCE);
      case DELETE -> List.of(VerbOption.ONLY, VerbOption.FORCE);
      case LOGROTATE -> List.of(VerbOption.LOGROTATE_USER);
      case RESTART ->
          describing(
              VerbOption.ONLY,
              VerbOption.ENV,
              VerbOption.UPDATE_ENV,
              VerbOption.PARALLEL,
              VerbOption.ATTACH,
              VerbOption.FORCE);
      case RELOAD, GRACEFUL_RELOAD ->
          describing(
              VerbOption.PARALLEL,
              VerbOption.ONLY,
              VerbOption.ENV,
              VerbOption.UPDATE_ENV,
              VerbOption.ATTACH,
              VerbOption.FORCE);
      case IMPORT_PM2 ->
          List.of(VerbOption.DRY_RUN, VerbOption.ONLY, VerbOption.KEEP, VerbOption.JSON);
      case PULL, FORWARD, BACKWARD -> List.of(VerbOption.JSON);
      case DEPLOY -> List.of();
      case START_OR_RESTART ->
          List.of(
              VerbOption.ONLY,
              VerbOption.ENV,
              VerbOption.UPDATE_ENV,
              VerbOption.NO_WAIT,
              VerbOption.ATTACH,
              VerbOption.FORCE);
      case START_OR_RELOAD, START_OR_GRACEFUL_RELOAD ->
          List.of(
              VerbOption.PARALLEL,
              VerbOption.ONLY,
              VerbOption.ENV,
              VerbOption.UPDATE_ENV,
              VerbOption.NO_WAIT,
              VerbOption.ATTACH,
              VerbOption.FORCE);
      case VALIDATE -> List.of(VerbOption.ENV, VerbOption.JSON);
      case PLAN -> List.of(VerbOption.PRUNE, VerbOption.ONLY, VerbOption.ENV, VerbOption.JSON);
      case APPLY ->
          List.of(
              VerbOption.PRUNE,
              VerbOption.ONLY,
              VerbOption.ENV,
              VerbOption.NO_WAIT,
              VerbOption.JSON);
      case SCALE, RESURRECT -> List.of(VerbOption.NO_WAIT);
      case SEND -> List.of(VerbOption.SEPARATOR);
      case SAVE -> List.of(VerbOption.FORCE);
      case LOGS ->
          List.of(
              VerbOption.LINES,
              VerbOption.NOSTREAM,
              VerbOption.ERR,
              VerbOption.OUT,
              VerbOption.SINCE_TIME,
              VerbOption.UNTIL,
              VerbOption.GREP,
              VerbOption.IGNORE_CASE,
              VerbOption.HIGHLIGHT,
              VerbOption.TIMESTAMP,
              VerbOption.RAW,
              VerbOption.JSON,
              VerbOption.FORMAT);
      case EVENTS ->
          List.of(VerbOption.LINES, VerbOption.FOLLOW, VerbOption.SINCE, VerbOption.JSON);
      case ENV -> List.of(VerbOption.REVEAL, VerbOption.JSON);
      case PING, DOCTOR, AUDIT -> List.of(VerbOption.JSON);
      case TOKEN ->
          List.of(
              VerbOption.ROLE,
              VerbOption.OF_APPS,
              VerbOption.EXPIRES,
              VerbOption.FOREVER,
              VerbOption.GRACE,
              VerbOption.JSON);
      case WEB -> List.of(VerbOption.PORT, VerbOption.LOOPBACK);
      case LIST ->
          List.of(VerbOption.MINI_LIST, VerbOption.SORT, VerbOption.REDRAW, VerbOption.JSON);
      case DESCRIBE, PROCESS_IDS, INSTANCE_IDS -> List.of(VerbOption.JSON);
      case HOST -> List.of(VerbOption.TREE, VerbOption.JSON);
      case GET, CONF -> List.of(VerbOption.JSON);
      case INIT,
          TRIGGER,
          SET,
          MULTISET,
          UNSET,
          PROFILE_CPU,
          PROFILE_MEM,
          MESSAGE,
          SEND_SIGNAL,
          RESET,
          INSPECT,
          ATTACH,
          MONIT,
          CLEARDUMP,
          PRETTYLIST,
          REPORT,
          EXAMPLES,
          COMPLETION,
          FLUSH,
          RELOAD_LOGS,
          JLIST,
          KILL,
          UPDATE,
          DAEMON_ITSELF,
          STARTUP,
          UNSTARTUP ->
          List.of();
    };
  }

  /// Returns the options that set app attributes, followed by `own`.
  private static List<VerbOption> describing(VerbOption... own) {
    return ResolvedTargets.joined(VerbOption.ofApps(), List.of(own));
  }

  /// Reports whether an idempotency key in the request makes the command safe to send twice, even
  /// though it is not idempotent by itself ([#isNonIdempotent]). See
  /// [io.jpm.console.session.CommandCall#withIdempotencyKey]. Reload is excluded, because its
  /// client receives an acknowledgement at once.
  public static boolean isRepeatable(Verb verb) {
    return switch (verb) {
      case RESTART, SCALE, START_OR_RESTART, TRIGGER, SEND, MESSAGE, SEND_SIGNAL -> true;
      default -> false;
    };
  }

  /// Reports whether the client sends the command again if the daemon dies after part of the output
  /// was printed ([io.jpm.console.session.PrintedOutput]). The command takes effect only once,
  /// because its request has an idempotency key or because it is idempotent.
  public static boolean isResentAfterCrash(Verb verb) {
    return switch (verb) {
      case START, SERVE, STOP, DELETE, APPLY -> true;
      case RELOAD, GRACEFUL_RELOAD, START_OR_RELOAD, START_OR_GRACEFUL_RELOAD -> true;
      case RESURRECT, RESET, SAVE, CLEARDUMP, FLUSH, RELOAD_LOGS -> true;
      default -> isRepeatable(verb);
    };
  }

  /// Reports whether executing the command twice has a different effect from executing it once. If
  /// the daemon dies before it replies, clients may send all other commands to the next daemon.
  public static boolean isNonIdempotent(Verb verb) {
    return switch (verb) {
      case RESTART,
          RELOAD,
          GRACEFUL_RELOAD,
          SCALE,
          START_OR_RESTART,
          START_OR_RELOAD,
          START_OR_GRACEFUL_RELOAD,
          INIT,
          TRIGGER,
          SEND,
          MESSAGE,
          SEND_SIGNAL ->
          true;
      case SET, MULTISET, CONF, PROFILE_CPU, PROFILE_MEM, TOKEN -> true;
      case GET, UNSET, LOGROTATE -> false;
      case IMPORT_PM2, PULL, FORWARD, BACKWARD -> true;
      case DEPLOY -> false;
      case START,
          SERVE,
          STOP,
          DELETE,
          VALIDATE,
          PLAN,
          APPLY,
          SAVE,
          RESURRECT,
          CLEARDUMP,
          RESET,
          INSPECT,
          ATTACH,
          MONIT,
          LIST,
          DESCRIBE,
          PRETTYLIST,
          PROCESS_IDS,
          INSTANCE_IDS,
          REPORT,
          HOST,
          EXAMPLES,
          COMPLETION,
          LOGS,
          FLUSH,
          RELOAD_LOGS,
          EVENTS,
          ENV,
          JLIST,
          PING,
          DOCTOR,
          AUDIT,
          WEB,
          KILL,
          UPDATE,
          DAEMON_ITSELF,
          STARTUP,
          UNSTARTUP ->
          false;
    };
  }
}
