package io.jpm.console.cli;

import io.jpm.console.cli.Examples.Line;
import java.util.ArrayList;
import java.util.List;

/// One to three example command lines per command, for its help page and the manual page.
public final class VerbExamples {
  private VerbExamples() {}

  public static List<Line> of(Verb verb) {
    return switch (verb) {
      case START -> Examples.ALL.getFirst().lines();
      case STOP ->
          lines(
              "jpm stop web",
              "it stays in the list",
              "jpm stop web api 3",
              "several apps, by name or id",
              "jpm stop all",
              "every app");
      case RESTART ->
          lines(
              "jpm restart web",
              "stop it and start it again",
              "jpm restart web --update-env",
              "with this shell's variables",
              "jpm restart ecosystem.json --env test",
              "override env with env_test");
      case RELOAD ->
          lines(
              "jpm reload web",
              "one instance at a time, no downtime",
              "jpm reload all --parallel 2",
              "two instances of each app at a time");
      case GRACEFUL_RELOAD ->
          lines(
              "jpm gracefulReload web",
              "process.on('message') gets 'shutdown'",
              "jpm gracefulReload ecosystem.json --only web",
              "with the settings of the file");
      case SERVE ->
          lines(
              "jpm serve",
              "this directory on port 8080",
              "jpm serve dist 3000 --spa --name site",
              "one page for all paths",
              "jpm serve . --basic-auth-username me --basic-auth-password x",
              "");
      case SCALE ->
          lines(
              "jpm scale web 4",
              "scale to four instances",
              "jpm scale web +2",
              "add two instances",
              "jpm scale web max",
              "one instance per CPU");
      case DELETE ->
          lines(
              "jpm delete web",
              "stop it and remove it from the list",
              "jpm delete all",
              "empty the list");
      case SAVE ->
          lines("jpm save", "save the current list", "jpm save --force", "even if it is empty");
      case RESURRECT -> lines("jpm resurrect", "start the apps of the saved list");
      case LIST ->
          lines(
              "jpm ls --sort memory:desc",
              "the largest first",
              "jpm ls --watch",
              "redrawn until Ctrl-C",
              "jpm ls --json",
              "for scripts");
      case DESCRIBE ->
          lines(
              "jpm describe web",
              "all instances of an app",
              "jpm describe 3 --json",
              "one instance, for scripts");
      case LOGS ->
          lines(
              "jpm logs",
              "follow the output of all apps",
              "jpm logs web --lines 100 --nostream",
              "past lines only",
              "jpm logs web --since 10m --grep error",
              "");
      case EVENTS ->
          lines(
              "jpm events web",
              "why web was started and stopped",
              "jpm events --follow --json",
              "for scripts");
      case ENV -> lines("jpm env web", "secrets masked", "jpm env web --reveal", "with secrets");
      case JLIST -> lines("jpm jlist", "the list for scripts, with PM2's keys");
      case INIT ->
          lines(
              "jpm init",
              "ecosystem.config.js",
              "jpm init apps.yaml",
              "the extension selects the format");
      case VALIDATE ->
          lines(
              "jpm validate",
              "the file in this directory",
              "jpm validate apps.json --env production",
              "with env_production");
      case PLAN ->
          lines(
              "jpm plan ecosystem.json",
              "show what apply would do",
              "jpm plan ecosystem.json --prune --json",
              "for scripts");
      case APPLY ->
          lines(
              "jpm apply ecosystem.json",
              "start, change and reload what differs",
              "jpm apply ecosystem.json --prune",
              "delete apps that are not in it");
      case PING -> lines("jpm ping", "{ msg: 'pong' }");
      case DOCTOR ->
          lines(
              "jpm doctor",
              "show what is wrong and how to fix it",
              "jpm doctor --json",
              "for scripts");
      case WEB ->
          lines(
              "jpm web",
              "on 127.0.0.1:9615, with a link to log in",
              "jpm web --port 8000",
              "on another port",
              "jpm web stop",
              "stop listening");
      case KILL -> lines("jpm kill", "also stops all apps");
      case UPDATE -> lines("jpm update", "apps keep running");
      case DAEMON_ITSELF -> lines("jpm daemon", "for systemd or a container");
      case STARTUP -> lines("jpm startup", "with systemd, for this user");
      case UNSTARTUP -> lines("jpm unstartup", "undo jpm startup");
      case IMPORT_PM2 ->
          lines(
              "jpm import-pm2 --dry-run",
              "show what would be imported",
              "jpm import-pm2 --only web,api",
              "only these apps");
      case AUDIT -> lines("jpm audit verify", "count its lines, or show the first break");
      case TOKEN ->
          lines(
              "jpm token create ci --role operate --app web,api",
              "print a new token, once",
              "jpm token rotate ci --grace 10m",
              "new secret; the old one is valid for 10m",
              "jpm token revoke ci",
              "revoke a token, close its connections");
      case START_OR_RESTART -> lines("jpm startOrRestart ecosystem.json", "");
      case START_OR_RELOAD -> lines("jpm startOrReload ecosystem.json", "");
      case START_OR_GRACEFUL_RELOAD -> lines("jpm startOrGracefulReload ecosystem.json", "");
      case TRIGGER ->
          lines(
              "jpm trigger web flush-cache",
              "run an action that web offers",
              "jpm trigger web set-level debug",
              "with a value");
      case MONIT ->
          lines("jpm monit", "all apps; ? shows the keys", "jpm monit web api", "only these apps");
      case PRETTYLIST -> lines("jpm prettylist", "the output of jlist in readable form");
      case PROCESS_IDS ->
          lines("jpm pid web", "pids of its main processes", "jpm pid", "pids of all apps");
      case INSTANCE_IDS -> lines("jpm id web", "[ 0, 1 ]", "jpm id web --json", "[0,1]");
      case REPORT -> lines("jpm report", "print the report");
      case HOST ->
          lines("jpm slist", "CPU, memory, disks, network", "jpm slist --tree", "as a tree");
      case EXAMPLES -> lines("jpm examples", "show all example command lines");
      case COMPLETION ->
          lines(
              "jpm completion install",
              "for the shell that you use",
              "jpm completion zsh",
              "print the script",
              "jpm completion uninstall bash",
              "undo the installation");
      case GET -> lines("jpm get", "show all stored values", "jpm get web:PORT", "one variable");
      case SET -> lines("jpm set web:PORT 8080", "store the value and restart web");
      case MULTISET -> lines("jpm multiset \"web:PORT 8080 web:HOST ::1\"", "");
      case UNSET -> lines("jpm unset web:PORT", "one variable", "jpm unset all", "everything");
      case CONF ->
          lines("jpm conf web:PORT", "show the stored value", "jpm conf web:PORT 8080", "store it");
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
              "once, before the first deployment",
              "jpm deploy production",
              "deploy the newest commit",
              "jpm deploy ecosystem.json production revert 1",
              "go back one deployment");
      case SEND ->
          lines(
              "jpm send 0 reload",
              "send the line \"reload\" to instance 0",
              "jpm send repl -- --help",
              "send a line that looks like an option");
      case MESSAGE -> lines("jpm message web '{\"go\":true}'", "");
      case ATTACH -> lines("jpm attach 0", "Ctrl-C leaves it running");
      case SEND_SIGNAL -> lines("jpm sendSignal SIGHUP web", "like kill(1)");
      case RESET ->
          lines(
              "jpm reset web",
              "set its restart counter to 0",
              "jpm reset all",
              "reset the counters of all apps");
      case INSPECT -> lines("jpm inspect web", "");
      case CLEARDUMP -> lines("jpm cleardump", "undo jpm save");
      case FLUSH ->
          lines("jpm flush web", "empty the logs of one app", "jpm flush", "empty all logs");
      case LOGROTATE -> lines("jpm logrotate", "show the limits and where to set them");
      case PROFILE_CPU -> lines("jpm profile:cpu 5000", "record a profile for 5 seconds");
      case PROFILE_MEM -> lines("jpm profile:mem", "write a heap dump for analysis tools");
      case RELOAD_LOGS -> lines("jpm reloadLogs", "reopen the files after logrotate(8)");
    };
  }

  /// @param texts command and meaning alternately; the meaning is empty if the command is
  ///   self-explanatory
  private static List<Line> lines(String... texts) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < texts.length; i += 2) {
      lines.add(new Line(texts[i], texts[i + 1]));
    }
    return List.copyOf(lines);
  }
}
