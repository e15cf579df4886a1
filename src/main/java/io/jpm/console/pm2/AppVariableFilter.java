package io.jpm.console.pm2;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Selects an app's own variables from the environment saved by PM2, which is the whole environment
/// of the shell that started the app.
///
/// The following are not the app's own variables: those that PM2 has added, those that belong to a
/// session (terminal, ssh, desktop, npm, systemd), and those that have the same value in the
/// caller's shell, because the app inherits them anyway. For example, a PATH that differs from the
/// shell's is kept.
final class AppVariableFilter {
  /// Variables that PM2 adds.
  private static final Pattern OF_PM2 =
      Pattern.compile("PM2_.*|JPM_.*|unique_id|NODE_APP_INSTANCE|NODE_CHANNEL_.*|NODE_UNIQUE_ID");

  private static final Set<String> OF_A_SESSION =
      Set.of(
          "_",
          "SHLVL",
          "PWD",
          "OLDPWD",
          "TERM",
          "COLORTERM",
          "COLUMNS",
          "LINES",
          "LS_COLORS",
          "PS1",
          "PROMPT_COMMAND",
          "SHELL",
          "USER",
          "LOGNAME",
          "MAIL",
          "MOTD_SHOWN",
          "DISPLAY",
          "WINDOWID",
          "STY",
          "EDITOR",
          "VISUAL",
          "PAGER",
          "INIT_CWD",
          "DBUS_SESSION_BUS_ADDRESS",
          "INVOCATION_ID",
          "JOURNAL_STREAM",
          "SYSTEMD_EXEC_PID",
          "MANAGERPID",
          "NOTIFY_SOCKET");

  private static final Pattern OF_SESSIONS =
      Pattern.compile(
          "SSH_(CLIENT|CONNECTION|TTY|AUTH_SOCK|AGENT_PID)|(XDG|SUDO|VSCODE|npm)_.*|WAYLAND_DISPLAY"
              + "|(TMUX|TERM_PROGRAM)(_.*)?|LESS(OPEN|CLOSE)?|HIST(SIZE|FILE|FILESIZE|CONTROL)"
              + "|LISTEN_(FDS|PID|FDNAMES)|WATCHDOG_(PID|USEC)");

  private AppVariableFilter() {}

  /// Returns the app's own variables.
  ///
  /// @param process PM2's data of the process
  /// @param shell the caller's variables
  static Map<String, String> of(JsonObject process, Map<String, String> shell) {
    Map<String, String> own = new TreeMap<>();
    if (!(process.getValue("env") instanceof JsonObject all)) {
      return own;
    }
    String instanceVariable = process.getString("instance_var", "");
    for (Map.Entry<String, Object> variable : all) {
      String name = variable.getKey();
      String value = text(variable.getValue());
      boolean settings = name.equals(process.getValue("name")) && value.equals("{}");
      if (!isForeign(name)
          && !settings
          && !name.equals(instanceVariable)
          && !Objects.equals(shell.get(name), value)) {
        own.put(name, value);
      }
    }
    return own;
  }

  private static boolean isForeign(String name) {
    return name.isEmpty()
        || name.indexOf('=') >= 0
        || OF_A_SESSION.contains(name)
        || OF_PM2.matcher(name).matches()
        || OF_SESSIONS.matcher(name).matches();
  }

  private static String text(Object value) {
    return value instanceof JsonObject object ? object.encode() : String.valueOf(value);
  }
}
