package io.jpm.god;

import io.jpm.model.AppSpec;
import io.jpm.model.Balance;
import io.jpm.model.EnvFile;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.Secret;
import io.jpm.model.Strategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/// One thing that an app's description says, and what it takes to have it say something else.
///
/// @param component where it stands in [AppSpec]: `restart.maxRestarts`
/// @param key its name in a process file
/// @param effect what a change of it takes
/// @param value reads it; equal values mean the same
record SpecField(String component, String key, Effect effect, Function<AppSpec, Object> value) {
  /// What a change takes.
  enum Effect {
    /// It is not looked at: it says who the app is, or who has asked.
    NONE,
    /// The processes go on.
    LIVE,
    /// The processes go on and are asked otherwise, unless a check is `notify`: whom to tell is in
    /// the environment of the process.
    CHECKS,
    /// More or fewer processes.
    COUNT,
    /// A new process in the place of each.
    PROCESS
  }

  /// All that a description says: [AppSpec] has no component that is not in here.
  static final List<SpecField> ALL =
      List.of(
          field("name", "name", Effect.NONE, AppSpec::name),
          field("namespace", "namespace", Effect.LIVE, AppSpec::namespace),
          process("command.script", "script", it -> it.command().script()),
          process("command.interpreter", "interpreter", it -> it.command().interpreter()),
          process(
              "command.interpreterArgs", "interpreter_args", it -> it.command().interpreterArgs()),
          process("command.args", "args", it -> it.command().args()),
          process("texts.args", "args", it -> it.texts().args()),
          process("texts.interpreterArgs", "interpreter_args", it -> it.texts().interpreterArgs()),
          process("texts.environment", "env", it -> it.texts().environment()),
          process("texts.names", "increment_var", it -> it.texts().names()),
          process("cwd", "cwd", AppSpec::cwd),
          field("variables.inherited", "env", Effect.NONE, it -> it.variables().inherited()),
          process("variables.declared", "env", it -> it.variables().declared()),
          process("variables.removed", "env", it -> it.variables().removed()),
          process("variables.filter", "filter_env", it -> it.variables().filter()),
          process("variables.referred.files", "env_file", it -> it.variables().referred().files()),
          process(
              "variables.referred.secrets", "secrets", it -> it.variables().referred().secrets()),
          process("runAs.user", "uid", it -> it.runAs().user()),
          process("runAs.group", "gid", it -> it.runAs().group()),
          process("runAs.nice", "nice", it -> it.runAs().nice()),
          process("runAs.umask", "umask", it -> it.runAs().umask()),
          field("instances.count", "instances", Effect.COUNT, it -> it.instances().count()),
          process(
              "instances.numberVariable", "instance_var", it -> it.instances().numberVariable()),
          process("instances.counting", "increment_var", it -> it.instances().counting()),
          process(
              "cluster.enabled", "exec_mode", it -> it.cluster().enabled() ? "cluster" : "fork"),
          process("cluster.balance", "balance", it -> it.cluster().balance()),
          process("cluster.strategy", "strategy", it -> it.cluster().strategy()),
          process("cluster.port", "port", it -> it.cluster().port()),
          process("cluster.listen", "listen", it -> it.cluster().listen()),
          live("cluster.drain", "drain_timeout", it -> it.cluster().drain()),
          process("cluster.proxyProtocol", "proxy_protocol", it -> it.cluster().proxyProtocol()),
          live("autostart", "autostart", AppSpec::autostart),
          live("restart.when", "restart", it -> it.restart().when()),
          live("restart.maxRestarts", "max_restarts", it -> it.restart().maxRestarts()),
          live("restart.window.most", "restart_window", it -> it.restart().window().most()),
          live("restart.window.time", "restart_window", it -> it.restart().window().time()),
          live("restart.minUptime", "min_uptime", it -> it.restart().minUptime()),
          live("restart.backoff", "restart_delay", it -> it.restart().backoff()),
          live("restart.stopExitCodes", "stop_exit_codes", it -> it.restart().stopExitCodes()),
          live("stop.signal", "kill_signal", it -> it.stop().signal()),
          live("stop.timeout", "kill_timeout", it -> it.stop().timeout()),
          live("stop.wholeTree", "treekill", it -> it.stop().wholeTree()),
          live("stop.message", "shutdown_with_message", it -> it.stop().message()),
          live("stop.command", "stop.command", it -> it.stop().command()),
          live("readiness.awaited", "wait_ready", it -> it.readiness().awaited()),
          live("readiness.timeout", "listen_timeout", it -> it.readiness().timeout()),
          checks("health.startup", "startup", it -> it.health().startup()),
          checks("health.readiness", "readiness", it -> it.health().readiness()),
          checks("health.liveness", "liveness", it -> it.health().liveness()),
          process("limits.memoryMax", "limits.memory", it -> it.limits().memoryMax()),
          process("limits.memoryHigh", "limits.memory_high", it -> it.limits().memoryHigh()),
          process("limits.cpuMax", "limits.cpu", it -> it.limits().cpuMax()),
          process("limits.resources", "limits", it -> it.limits().resources()),
          live("hooks.actions", "on", it -> it.hooks().actions()),
          live("triggers.schedule", "cron_restart", it -> it.triggers().schedule()),
          live("triggers.watch", "watch", it -> it.triggers().watch()),
          live("triggers.maxMemory", "max_memory_restart", it -> it.triggers().maxMemory()),
          live("dependsOn", "depends_on", AppSpec::dependsOn),
          live("logs.out", "out_file", it -> it.logs().out()),
          live("logs.error", "error_file", it -> it.logs().error()),
          live("logs.combined", "log_file", it -> it.logs().combined()),
          live("logs.merged", "merge_logs", it -> it.logs().merged()),
          live("logs.disabled", "disable_logs", it -> it.logs().disabled()),
          live("logs.format", "log_type", it -> it.logs().format()),
          live("logs.limits", "logs", it -> it.logs().limits()),
          process("logs.terminal", "pty", it -> it.logs().terminal()),
          live("logs.special", "out_file", it -> it.logs().special()),
          live("pidFile", "pid_file", AppSpec::pidFile));

  private static SpecField field(
      String component, String key, Effect effect, Function<AppSpec, Object> value) {
    return new SpecField(component, key, effect, value);
  }

  private static SpecField live(String component, String key, Function<AppSpec, Object> value) {
    return field(component, key, Effect.LIVE, value);
  }

  private static SpecField process(String component, String key, Function<AppSpec, Object> value) {
    return field(component, key, Effect.PROCESS, value);
  }

  private static SpecField checks(String component, String key, Function<AppSpec, Object> value) {
    return field(component, key, Effect.CHECKS, value);
  }

  /// What it takes to have a process follow `wanted` in this respect: [Effect#CHECKS] is decided.
  Effect effectOf(AppSpec wanted) {
    return switch (effect) {
      case CHECKS -> NoticeVariables.areFor(wanted.health()) ? Effect.PROCESS : Effect.LIVE;
      case NONE, LIVE, COUNT, PROCESS -> effect;
    };
  }

  /// What it says in `spec`, for people.
  String text(AppSpec spec) {
    return text(value.apply(spec));
  }

  private static String text(Object value) {
    return switch (value) {
      case Optional<?> some -> some.map(SpecField::text).orElse("");
      case OptionalInt some -> some.isPresent() ? "" + some.getAsInt() : "";
      case OptionalLong some -> some.isPresent() ? "" + some.getAsLong() : "";
      case OptionalDouble some -> some.isPresent() ? "" + some.getAsDouble() : "";
      case Duration time -> time(time);
      case Path path -> path.toString();
      case EnvFile file -> file.shown();
      case Secret secret -> secret.shown();
      case When when -> when.word();
      case Balance balance -> balance.word();
      case Strategy strategy -> strategy.word();
      case ProxyProtocol header -> header.word();
      case io.jpm.model.Signal signal -> signal.name();
      case io.jpm.model.Condition condition -> condition.word();
      case Enum<?> other -> other.name().toLowerCase(Locale.ROOT);
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> text(entry.getKey()) + ": " + text(entry.getValue()))
              .sorted()
              .toList()
              .toString();
      case List<?> list -> list.stream().map(SpecField::text).toList().toString();
      case Collection<?> set -> set.stream().map(SpecField::text).sorted().toList().toString();
      default -> value.toString();
    };
  }

  private static String time(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }
}
