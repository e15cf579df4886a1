package io.jpm.spec;

import static io.jpm.spec.SpecField.ChangeEffect.CHECKS;
import static io.jpm.spec.SpecField.ChangeEffect.COUNT;
import static io.jpm.spec.SpecField.ChangeEffect.LIVE;
import static io.jpm.spec.SpecField.ChangeEffect.NONE;
import static io.jpm.spec.SpecField.ChangeEffect.PROCESS;

import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.EnvFile;
import io.jpm.model.LineFormat;
import io.jpm.model.RestartPolicy;
import io.jpm.model.SecretSource;
import io.jpm.model.text.TimePattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/// Maps a component of [AppSpec] to the attribute of a process file that sets it. The code that
/// compares, copies and describes apps iterates over [#ALL].
///
/// @param component the path of the component in [AppSpec], such as `restart.maxRestarts`
/// @param key the attribute's name in a process file; `limits.memory` is a key within an object
/// @param effect the effect of a change on running processes
/// @param value extracts the component's value from a spec. A change is detected by comparing these
///   values
/// @param form extracts the attributes of the component from a spec, as names and JSON values.
///   Empty if another field represents the attribute, or if a process file cannot contain it
public record SpecField(
    String component,
    String key,
    ChangeEffect effect,
    Function<AppSpec, Object> value,
    Function<AppSpec, Map<String, Object>> form) {
  /// The effect of a component's change on running processes.
  public enum ChangeEffect {
    /// Not compared: the component identifies the app or its caller.
    NONE,
    /// The processes keep running.
    LIVE,
    /// The processes keep running and are monitored with the new probes. If a probe is `notify`,
    /// however, each process must be replaced, because the address of the notification socket is
    /// passed in its environment.
    CHECKS,
    /// Processes are added or removed.
    COUNT,
    /// Each process must be replaced.
    PROCESS
  }

  /// Every component of [AppSpec], in display order.
  public static final List<SpecField> ALL =
      List.of(
          field("name", "name", NONE, AppSpec::name),
          field("namespace", "namespace", LIVE, AppSpec::namespace),
          process("command.script", "script", it -> it.command().script()),
          process("command.interpreter", "interpreter", it -> it.command().interpreter())
              .as(SpecField::interpreter),
          process(
              "command.interpreterArgs", "interpreter_args", it -> it.command().interpreterArgs()),
          process("command.args", "args", it -> it.command().args()),
          process("texts.args", "args", it -> it.texts().args()).hidden(),
          process("texts.interpreterArgs", "interpreter_args", it -> it.texts().interpreterArgs())
              .hidden(),
          process("texts.environment", "env", it -> it.texts().environment()).hidden(),
          process("texts.names", "increment_var", it -> it.texts().names()).hidden(),
          process("cwd", "cwd", AppSpec::cwd),
          field("variables.inherited", "env", NONE, it -> it.variables().inherited()).hidden(),
          process("variables.declared", "env", it -> it.variables().declared())
              .as(SpecField::environment),
          process("variables.removed", "env", it -> it.variables().removed()).hidden(),
          process("variables.filter", "filter_env", it -> it.variables().filter()),
          process("variables.referred.files", "env_file", it -> it.variables().referred().files()),
          process(
              "variables.referred.secrets", "secrets", it -> it.variables().referred().secrets()),
          process("runAs.user", "uid", it -> it.runAs().user()),
          process("runAs.group", "gid", it -> it.runAs().group()),
          process("runAs.nice", "nice", it -> it.runAs().nice()),
          process("runAs.umask", "umask", it -> it.runAs().umask()).as(SpecField::umask),
          process(
              "runAs.sandbox.noNewPrivileges",
              "no_new_privileges",
              it -> it.runAs().sandbox().noNewPrivileges()),
          process(
              "runAs.sandbox.capabilities",
              "capabilities",
              it -> it.runAs().sandbox().capabilities()),
          process("runAs.sandbox.seccomp", "seccomp", it -> it.runAs().sandbox().seccomp()),
          process(
              "runAs.sandbox.privateTmp", "private_tmp", it -> it.runAs().sandbox().privateTmp()),
          process(
              "runAs.sandbox.readOnlyPaths",
              "read_only_paths",
              it -> it.runAs().sandbox().readOnlyPaths()),
          field("instances.count", "instances", COUNT, it -> it.instances().count()),
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
          live("restart.window.most", "restart_window", it -> it.restart().window().most())
              .hidden(),
          live("restart.window.time", "restart_window", it -> it.restart().window().time())
              .as(SpecField::restartWindow),
          live("restart.minUptime", "min_uptime", it -> it.restart().minUptime()),
          live("restart.backoff", "restart_delay", it -> it.restart().backoff())
              .as(SpecField::backoff),
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
          process("limits.memoryMax", "limits.memory", it -> it.limits().memoryMax())
              .as(it -> memory("memory", it.limits().memoryMax())),
          process("limits.memoryHigh", "limits.memory_high", it -> it.limits().memoryHigh())
              .as(it -> memory("memory_high", it.limits().memoryHigh())),
          process("limits.cpuMax", "limits.cpu", it -> it.limits().cpuMax()),
          process("limits.resources", "limits", it -> it.limits().resources())
              .as(SpecField::resources),
          live("hooks.actions", "on", it -> it.hooks().actions()),
          live("triggers.schedule", "cron_restart", it -> it.triggers().schedule())
              .as(SpecField::schedule),
          live("triggers.watch", "watch", it -> it.triggers().watch()).as(SpecField::watch),
          live("triggers.maxMemory", "max_memory_restart", it -> it.triggers().maxMemory()),
          live("dependsOn", "depends_on", AppSpec::dependsOn),
          live("logs.out", "out_file", it -> it.logs().out()),
          live("logs.error", "error_file", it -> it.logs().error()),
          live("logs.combined", "log_file", it -> it.logs().combined()).as(SpecField::combinedLog),
          live("logs.merged", "merge_logs", it -> it.logs().merged()),
          live("logs.disabled", "disable_logs", it -> it.logs().disabled()),
          live("logs.format", "log_type", it -> it.logs().format()).as(SpecField::lineFormat),
          live("logs.limits", "logs", it -> it.logs().limits()),
          process("logs.terminal", "pty", it -> it.logs().terminal()),
          live("logs.special", "out_file", it -> it.logs().special()).hidden(),
          live("pidFile", "pid_file", AppSpec::pidFile));

  private static SpecField field(
      String component, String key, ChangeEffect changeEffect, Function<AppSpec, Object> value) {
    return new SpecField(component, key, changeEffect, value, spec -> form(key, value.apply(spec)));
  }

  private static SpecField live(String component, String key, Function<AppSpec, Object> value) {
    return field(component, key, LIVE, value);
  }

  private static SpecField process(String component, String key, Function<AppSpec, Object> value) {
    return field(component, key, PROCESS, value);
  }

  private static SpecField checks(String component, String key, Function<AppSpec, Object> value) {
    return field(component, key, CHECKS, value);
  }

  private SpecField as(Function<AppSpec, Map<String, Object>> other) {
    return new SpecField(component, key, effect, value, other);
  }

  private SpecField hidden() {
    return as(_ -> Map.of());
  }

  private static Map<String, Object> form(String key, Object value) {
    boolean command = key.endsWith("args");
    return value instanceof Collection<?> items && items.isEmpty() && !command
        ? Map.of()
        : FileForm.of(value).<Map<String, Object>>map(form -> within(key, form)).orElse(Map.of());
  }

  private static Map<String, Object> within(String key, Object form) {
    int dot = key.indexOf('.');
    return dot < 0
        ? Map.of(key, form)
        : Map.of(key.substring(0, dot), Map.of(key.substring(dot + 1), form));
  }

  private static Map<String, Object> interpreter(AppSpec spec) {
    return Map.of("interpreter", spec.command().interpreter().map(Path::toString).orElse("none"));
  }

  /// Returns the environment variables that the spec contains. Variables from `secrets` are
  /// omitted, because their values are stored elsewhere.
  private static Map<String, Object> environment(AppSpec spec) {
    Map<String, Object> known = new TreeMap<>(spec.variables().effective());
    known.keySet().removeAll(spec.variables().referred().secrets().keySet());
    return Map.of("env", known);
  }

  private static Map<String, Object> umask(AppSpec spec) {
    OptionalInt umask = spec.runAs().umask();
    return umask.isPresent() ? Map.of("umask", "%04o".formatted(umask.getAsInt())) : Map.of();
  }

  /// Returns the restart window if the user has set it. The window implied by `max_restarts` is
  /// omitted, because a window that the user sets counts different failures than the implied one.
  private static Map<String, Object> restartWindow(AppSpec spec) {
    RestartPolicy restart = spec.restart();
    return restart.window().most() == Math.max(1, restart.maxRestarts())
        ? Map.of("restart_window", restart.window().time().toMillis())
        : Map.of();
  }

  private static Map<String, Object> backoff(AppSpec spec) {
    return switch (spec.restart().backoff()) {
      case Backoff.Gradual() -> Map.of();
      case Backoff.Constant(Duration delay) -> Map.of("restart_delay", delay.toMillis());
      case Backoff.Exponential(Duration first, Duration longest, double jitter) -> {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("exp_backoff_restart_delay", first.toMillis());
        form.put("max_restart_delay", longest.toMillis());
        form.put("restart_jitter", jitter);
        yield form;
      }
    };
  }

  private static Map<String, Object> memory(String key, OptionalLong bytes) {
    return bytes.isPresent()
        ? Map.of("limits", Map.of(key, FileForm.size(bytes.getAsLong())))
        : Map.of();
  }

  /// Returns the limits of `setrlimit(2)`. Its limit `cpu` is a time and is named `cpu_time` in a
  /// process file.
  private static Map<String, Object> resources(AppSpec spec) {
    Map<String, Object> limits = new TreeMap<>();
    spec.limits()
        .resources()
        .forEach((name, limit) -> {
          boolean time = name.equals("cpu");
          Object number = ResourceName.isSize(name) ? FileForm.size(limit) : limit;
          Object form = time ? limit + "s" : number;
          limits.put(time ? "cpu_time" : name, limit < 0 ? "unlimited" : form);
        });
    return limits.isEmpty() ? Map.of() : Map.of("limits", limits);
  }

  private static Map<String, Object> schedule(AppSpec spec) {
    Map<String, Object> form = new LinkedHashMap<>();
    spec.triggers()
        .schedule()
        .ifPresent(schedule -> {
          form.put("cron_restart", schedule.expression());
          form.put("time_zone", schedule.zone().getId());
        });
    return form;
  }

  private static Map<String, Object> watch(AppSpec spec) {
    Map<String, Object> form = new LinkedHashMap<>();
    spec.triggers()
        .watch()
        .ifPresent(watch -> {
          form.put("watch", watch.paths().stream().map(Path::toString).toList());
          form.put("ignore_watch", watch.ignore());
          form.put("watch_delay", watch.delay().toMillis());
        });
    return form;
  }

  /// Returns the combined log file. An empty path means the default location.
  private static Map<String, Object> combinedLog(AppSpec spec) {
    return spec.logs()
        .combined()
        .map(Path::toString)
        .<Map<String, Object>>map(path -> Map.of("log_file", path.isEmpty() ? true : path))
        .orElse(Map.of());
  }

  private static Map<String, Object> lineFormat(AppSpec spec) {
    Map<String, Object> form = new LinkedHashMap<>();
    Optional<TimePattern> date =
        switch (spec.logs().format()) {
          case LineFormat.Raw() -> Optional.empty();
          case LineFormat.Dated(TimePattern pattern) -> Optional.of(pattern);
          case LineFormat.Json(Optional<TimePattern> pattern) -> pattern;
        };
    form.put("log_type", spec.logs().format() instanceof LineFormat.Json ? "json" : "raw");
    date.ifPresent(pattern -> form.put("log_date_format", pattern.text()));
    return form;
  }

  /// Returns the effect of changing this component to its value in `wanted`. Never returns
  /// [ChangeEffect#CHECKS], which is resolved to [ChangeEffect#LIVE] or [ChangeEffect#PROCESS].
  public ChangeEffect effectOf(AppSpec wanted) {
    return switch (effect) {
      case CHECKS -> wanted.health().notifies() ? PROCESS : LIVE;
      case NONE, LIVE, COUNT, PROCESS -> effect;
    };
  }

  /// Returns the component's value in `spec` as text for users.
  public String text(AppSpec spec) {
    return text(value.apply(spec));
  }

  private static String text(Object value) {
    return switch (value) {
      case Optional<?> some -> some.map(SpecField::text).orElse("");
      case OptionalInt some -> some.isPresent() ? "" + some.getAsInt() : "";
      case OptionalLong some -> some.isPresent() ? "" + some.getAsLong() : "";
      case OptionalDouble some -> some.isPresent() ? "" + some.getAsDouble() : "";
      case Duration time ->
          time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
      case EnvFile file -> file.displayText();
      case SecretSource secretSource -> secretSource.displayText();
      case Enum<?> constant -> FileForm.word(constant);
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
}
