package io.jpm.testing;

import java.util.List;

/// The words of PM2 7 that its users know: its commands with their aliases, its options, and the
/// attributes of its process files.
public final class Pm2Words {
  /// Every command and alias. `completion` is generated, and has tests of its own.
  public static final List<String> COMMANDS =
      words(
          """
          start restart reload gracefulReload startOrRestart startOrReload startOrGracefulReload stop delete del
          scale reset sendSignal send attach trigger inspect kill update updatePM2 deepUpdate ping
          logs log flush reloadLogs logrotate
          ecosystem init create set multiset get conf config unset
          dump save cleardump resurrect startup unstartup
          list ls l ps status jlist prettylist slist sysinfos describe desc info show env pid id
          report monit dashboard dash imonit examples
          pull forward backward deploy profile:cpu profile:mem
          install module:install module:update uninstall module:uninstall module:generate package
          publish module:publish
          serve expose link unlink open plus register login logout monitor unmonitor install-otel
          uninstall-otel autoinstall
          """);

  /// Every option, including those of single commands.
  public static final List<String> OPTIONS =
      words(
          """
          -n --name --namespace -i --instances -x --execute-command --cwd --interpreter
          --interpreter-args --node-args -o --output -e --error -l --log --merge-logs --log-type
          --log-date-format --time --disable-logs -p --pid --env -a --update-env --filter-env -f
          --force --parallel -k --kill-timeout --shutdown-with-message --no-treekill
          --listen-timeout --wait-ready --max-memory-restart --restart-delay
          --exp-backoff-restart-delay --max-restarts --stop-exit-codes --no-autorestart
          --no-autostart -c --cron --cron-restart --watch --ignore-watch --watch-delay --ext --uid
          -u --user --gid -w --write --source-map-support --disable-source-map-support --no-pmx
          --no-automation --no-vizion --trace --disable-trace --v8 --event-loop-inspector
          --deep-monitoring --only --attach --no-daemon -s --silent -m --mini-list --sort --no-color
          -v --version --hp --service-name --wait-ip
          --container --dist --image-name --fresh --daemon --dockerdaemon --node-version
          --lines --raw --json --format --timestamp --err --out --nostream --highlight
          -t --tree --port --spa --ftp --basic-auth-username --basic-auth-password --monitor
          """);

  /// Every attribute of an app in a process file, with the other spellings of each.
  public static final List<String> ATTRIBUTES =
      words(
          """
          script exec cmd command name name_prefix namespace install_url cwd args exec_interpreter
          interpreter node_args interpreter_args exec_mode execute_command instances env env_
          filter_env port append_env_to_name out_file out output out_log error_file error err
          err_file err_log log_file log merge_logs combine_logs disable_logs log_type
          log_date_format time pid_file pid autostart autorestart stop_exit_codes restart_delay
          exp_backoff_restart_delay min_uptime max_restarts max_memory_restart cron_restart cron
          kill_timeout kill_retry_time treekill shutdown_with_message wait_ready listen_timeout
          watch ignore_watch watch_delay watch_options increment_var instance_var force uid user gid
          username source_map_support disable_source_map_support vizion post_update pmx automation
          trace disable_trace v8 event_loop_inspector deep_monitoring windowsHide write io
          """);

  private Pm2Words() {}

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }
}
