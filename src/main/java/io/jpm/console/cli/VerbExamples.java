package io.jpm.console.cli;

import io.jpm.console.cli.Examples.Line;
import java.util.ArrayList;
import java.util.List;

/// Example command lines for the help page of each command and for the manual page.
public final class VerbExamples {
  private VerbExamples() {}

  public static List<Line> of(Verb verb) {
    return switch (verb) {
      case START -> Examples.ALL.getFirst().lines();
      case STOP ->
          lines(
              "jpm stop web",
              "stop it and keep it in the list",
              "jpm stop web api 3",
              "stop several apps, by name or id",
              "jpm stop all",
              "stop all apps");
      case RESTART ->
          lines(
              "jpm restart web",
              "stop it and start it again",
              "jpm restart web --update-env",
              "restart with this shell's environment",
              "jpm restart ecosystem.json --env test",
              "override env with its env_test");
      case RELOAD ->
          lines(
              "jpm reload web",
              "replace one instance at a time",
              "jpm reload all --parallel 2",
              "replace two instances per app at a time");
      case GRACEFUL_RELOAD ->
          lines(
              "jpm gracefulReload web",
              "send 'shutdown' to each old process",
              "jpm gracefulReload ecosystem.json --only web",
              "with the settings in the file");
      case SERVE ->
          lines(
              "jpm serve",
              "serve this directory on port 8080",
              "jpm serve dist 3000 --spa --name site",
              "serve a single-page app",
              "jpm serve . --basic-auth-username me --basic-auth-password x",
              "");
      case SCALE ->
          lines(
              "jpm scale web 4",
              "scale to four instances",
              "jpm scale web +2",
              "add two instances",
              "jpm scale web max",
              "run one instance per CPU");
      case DELETE ->
          lines(
              "jpm delete web",
              "stop it and remove it from the list",
              "jpm delete all",
              "delete all apps");
      case SAVE ->
          lines("jpm save", "save the list", "jpm save --force", "save it even if it is empty");
      case RESURRECT -> lines("jpm resurrect", "start the apps in the saved list");
      case LIST ->
          lines(
              "jpm ls --sort memory:desc",
              "sort by memory, largest first",
              "jpm ls --watch",
              "redraw the list until Ctrl-C",
              "jpm ls --json",
              "print the list as JSON");
      case DESCRIBE ->
          lines(
              "jpm describe web",
              "show all instances of an app",
              "jpm describe 3 --json",
              "print one instance as JSON");
      case LOGS ->
          lines(
              "jpm logs",
              "follow the output of all apps",
              "jpm logs web --lines 100 --nostream",
              "print past lines and exit",
              "jpm logs web --since 10m --grep error",
              "");
      case EVENTS ->
          lines(
              "jpm events web",
              "show why web was started and stopped",
              "jpm events --follow --json",
              "print past and new events as JSON");
      case ENV -> lines("jpm env web", "mask secrets", "jpm env web --reveal", "show secrets");
      case JLIST -> lines("jpm jlist", "print the list as JSON, as PM2 does");
      case INIT ->
          lines(
              "jpm init",
              "write ecosystem.config.js",
              "jpm init apps.yaml",
              "choose the format by the extension");
      case VALIDATE ->
          lines(
              "jpm validate",
              "check the file in this directory",
              "jpm validate apps.json --env production",
              "override env with env_production");
      case PLAN ->
          lines(
              "jpm plan ecosystem.json",
              "show what jpm apply would change",
              "jpm plan ecosystem.json --prune --json",
              "print the changes as JSON");
      case APPLY ->
          lines(
              "jpm apply ecosystem.json",
              "start or update apps that differ",
              "jpm apply ecosystem.json --prune",
              "also delete apps removed from the file");
      case PING -> lines("jpm ping", "print { msg: 'pong' } if it responds");
      case DOCTOR ->
          lines(
              "jpm doctor",
              "show problems and how to fix them",
              "jpm doctor --json",
              "print the result as JSON");
      case WEB ->
          lines(
              "jpm web",
              "listen on 127.0.0.1:9615",
              "jpm web --port 8000",
              "listen on port 8000",
              "jpm web stop",
              "stop listening");
      case KILL -> lines("jpm kill", "delete all apps and stop the daemon");
      case UPDATE -> lines("jpm update", "replace the daemon; apps keep running");
      case DAEMON_ITSELF -> lines("jpm daemon", "run under systemd or in a container");
      case STARTUP -> lines("jpm startup", "enable a systemd unit for this user");
      case UNSTARTUP -> lines("jpm unstartup", "remove the systemd unit");
      case IMPORT_PM2 ->
          lines(
              "jpm import-pm2 --dry-run",
              "show what would be imported",
              "jpm import-pm2 --only web,api",
              "import only these apps");
      case AUDIT -> lines("jpm audit verify", "verify all lines of the audit log");
      case TOKEN ->
          lines(
              "jpm token create ci --role operate --app web,api",
              "create a token and print it",
              "jpm token rotate ci --grace 10m",
              "keep the old secret valid for 10 minutes",
              "jpm token revoke ci",
              "revoke it and close its connections");
      case START_OR_RESTART -> lines("jpm startOrRestart ecosystem.json", "");
      case START_OR_RELOAD -> lines("jpm startOrReload ecosystem.json", "");
      case START_OR_GRACEFUL_RELOAD -> lines("jpm startOrGracefulReload ecosystem.json", "");
      case TRIGGER ->
          lines(
              "jpm trigger web flush-cache",
              "invoke an action that web provides",
              "jpm trigger web set-level debug",
              "pass a parameter to the action");
      case MONIT ->
          lines(
              "jpm monit",
              "monitor all apps (? lists the keys)",
              "jpm monit web api",
              "monitor only these apps");
      case PRETTYLIST -> lines("jpm prettylist", "print the output of jpm jlist, formatted");
      case PROCESS_IDS ->
          lines("jpm pid web", "print pids of web", "jpm pid", "print pids of all apps");
      case INSTANCE_IDS ->
          lines(
              "jpm id web",
              "print ids as PM2 does: [ 0, 1 ]",
              "jpm id web --json",
              "print ids as JSON: [0,1]");
      case REPORT -> lines("jpm report", "print the report");
      case HOST ->
          lines(
              "jpm slist",
              "show CPU, memory, disks and network",
              "jpm slist --tree",
              "print the result as a tree");
      case EXAMPLES -> lines("jpm examples", "show all example command lines");
      case COMPLETION ->
          lines(
              "jpm completion install",
              "install completion for your shell",
              "jpm completion zsh",
              "print the completion script for zsh",
              "jpm completion uninstall bash",
              "remove completion for bash");
      case GET -> lines("jpm get", "show all stored values", "jpm get web:PORT", "show one value");
      case SET -> lines("jpm set web:PORT 8080", "store the value and restart web");
      case MULTISET -> lines("jpm multiset \"web:PORT 8080 web:HOST ::1\"", "");
      case UNSET ->
          lines("jpm unset web:PORT", "delete one value", "jpm unset all", "delete all values");
      case CONF ->
          lines("jpm conf web:PORT", "show the value", "jpm conf web:PORT 8080", "store a value");
      case PULL ->
          lines(
              "jpm pull web",
              "move to the newest commit and reload",
              "jpm pull web 1a2b3c4",
              "move to this commit and reload");
      case BACKWARD -> lines("jpm backward web", "move back one commit and reload");
      case FORWARD -> lines("jpm forward web", "move forward one commit and reload");
      case DEPLOY ->
          lines(
              "jpm deploy production setup",
              "prepare the hosts for deployment",
              "jpm deploy production",
              "deploy the newest commit",
              "jpm deploy ecosystem.json production revert 1",
              "roll back one deployment");
      case SEND ->
          lines(
              "jpm send 0 reload",
              "send the line \"reload\" to instance 0",
              "jpm send repl -- --help",
              "send a line that looks like an option");
      case MESSAGE -> lines("jpm message web '{\"go\":true}'", "");
      case ATTACH -> lines("jpm attach 0", "attach to instance 0 until Ctrl-C");
      case SEND_SIGNAL ->
          lines("jpm sendSignal SIGHUP web", "send SIGHUP to the main processes of web");
      case RESET ->
          lines(
              "jpm reset web",
              "set its restart counter to 0",
              "jpm reset all",
              "reset the counters of all apps");
      case INSPECT -> lines("jpm inspect web", "");
      case CLEARDUMP -> lines("jpm cleardump", "clear the list that jpm save wrote");
      case FLUSH -> lines("jpm flush web", "truncate its logs", "jpm flush", "truncate all logs");
      case LOGROTATE -> lines("jpm logrotate", "show the limits and how to change them");
      case PROFILE_CPU -> lines("jpm profile:cpu 5000", "record a profile for 5 seconds");
      case PROFILE_MEM -> lines("jpm profile:mem", "write a heap dump for analysis tools");
      case RELOAD_LOGS -> lines("jpm reloadLogs", "reopen log files after logrotate(8)");
    };
  }

  /// @param texts alternately a command line and its explanation, which is empty if the command is
  ///   self-explanatory
  private static List<Line> lines(String... texts) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < texts.length; i += 2) {
      lines.add(new Line(texts[i], texts[i + 1]));
    }
    return List.copyOf(lines);
  }
}
