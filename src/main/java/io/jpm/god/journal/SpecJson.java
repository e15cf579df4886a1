package io.jpm.god.journal;

import io.jpm.json.Codec;
import io.jpm.json.Codecs;
import io.jpm.json.Fields;
import io.jpm.json.OneOf;
import io.jpm.json.RecordCodec;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.Check;
import io.jpm.model.Cluster;
import io.jpm.model.EnvFile;
import io.jpm.model.Health;
import io.jpm.model.Hooks;
import io.jpm.model.Instances;
import io.jpm.model.LineFormat;
import io.jpm.model.ListenAddress;
import io.jpm.model.LogLimits;
import io.jpm.model.PerInstanceTexts;
import io.jpm.model.ReadOnlyPath;
import io.jpm.model.Readiness;
import io.jpm.model.ResourceLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartWindow;
import io.jpm.model.Seccomp;
import io.jpm.model.Secret;
import io.jpm.model.Triggers;
import io.jpm.model.Variables;
import io.jpm.model.text.TimePattern;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Converts app specs to and from JSON, for the journal and `dump.json`. Equal specs produce equal
/// texts. The inherited environment is not included, since the apps of a file share environments. A
/// key missing in the JSON of an older version has its default; a type that only a newer version
/// knows is an error.
final class SpecJson {
  private static final Codecs CODECS = codecs();

  private static final RecordCodec<AppSpec> APP =
      RecordCodec.of(
              AppSpec.class,
              CODECS,
              """
              name namespace command.script command.interpreterArgs command.args cwd autostart texts
              command.interpreter
              variables.declared variables.removed variables.filter.everything=filter_all
              variables.filter.parts=filter_parts variables.filter.name=filter_name
              variables.referred.files=env_file variables.referred.secrets
              runAs.user=uid runAs.group=gid runAs.nice runAs.umask runAs.sandbox.noNewPrivileges
              runAs.sandbox.capabilities runAs.sandbox.seccomp runAs.sandbox.privateTmp
              runAs.sandbox.readOnlyPaths
              instances.count=instances instances.numberVariable=instance_var
              instances.counting=increment_var
              restart.when=restart restart.maxRestarts restart.minUptime
              restart.window.time=restart_window restart.window.most=window_failures
              restart.stopExitCodes *restart.backoff
              stop.signal=kill_signal stop.timeout=kill_timeout stop.wholeTree=treekill
              stop.message=shutdown_with_message stop.command=stop_command
              readiness.awaited=wait_ready readiness.timeout=listen_timeout
              *triggers.schedule *triggers.watch triggers.maxMemory=max_memory_restart dependsOn
              logs.out=out_file logs.error=error_file logs.combined=log_file
              logs.merged=merge_logs logs.disabled=disable_logs logs.terminal=pty *logs.format
              logs.limits=logs logs.special=special_files
              limits cluster hooks=on health pidFile
              """)
          .fixed("variables.inherited", Map.of())
          .<Optional<Triggers.Schedule>>field(
              "triggers.schedule", _ -> Fields.optional("cron_restart", schedule()))
          .<Optional<Triggers.Watch>>field("triggers.watch", _ -> Fields.optional("watch", watch()))
          .unless(PerInstanceTexts.NONE, "texts")
          .unless(List.of(), "variables.referred.files", "runAs.sandbox.readOnlyPaths")
          .unless(Map.of(), "variables.referred.secrets")
          .unless(Set.of(), "logs.special")
          .unless(Seccomp.NONE, "runAs.sandbox.seccomp")
          .unless(false, "runAs.sandbox.privateTmp", "logs.merged", "logs.disabled")
          .unless(false, "logs.terminal")
          .unless(LogLimits.Wish.NONE, "logs.limits")
          .unless(ResourceLimits.NONE, "limits")
          .unless(Cluster.FORK, "cluster")
          .unless(Hooks.NONE, "hooks")
          .unless(Health.NONE, "health")
          .or(false, "variables.filter.everything", "stop.message")
          .or(Instances.NUMBER_VARIABLE, "instances.numberVariable")
          .or(1, "restart.window.most")
          .or(Duration.ZERO, "restart.minUptime", "stop.timeout")
          .or(Readiness.DEFAULT.awaited(), "readiness.awaited")
          .or(Readiness.DEFAULT.timeout(), "readiness.timeout");

  private SpecJson() {}

  static JsonObject write(AppSpec spec) {
    Map<String, Object> json = new LinkedHashMap<>();
    APP.put(spec, json);
    return new JsonObject(json);
  }

  /// @param inherited the environment, which is stored separately
  /// @throws RuntimeException of any type if the object is not a complete app
  static AppSpec read(JsonObject json, Map<String, String> inherited) {
    AppSpec spec = APP.take(upgraded(json.getMap()));
    Variables read = spec.variables();
    return spec.draft()
        .variables(
            new Variables(
                inherited, read.declared(), read.removed(), read.filter(), read.referred()))
        .build();
  }

  /// Converts the JSON of older versions to the current format.
  private static Map<String, Object> upgraded(Map<String, Object> json) {
    Map<String, Object> now = new HashMap<>(json);
    // Version 1 of the journal had a flag.
    boolean never = Boolean.FALSE.equals(json.get("autorestart"));
    now.putIfAbsent(
        "restart", (never ? RestartPolicy.When.NEVER : RestartPolicy.When.ALWAYS).name());
    if (!now.containsKey("exp_backoff_restart_delay") && !now.containsKey(GRADUAL)) {
      now.putIfAbsent("restart_delay", 0);
      // Without a window, the JSON does not distinguish the default from a delay of 0.
      if (!now.containsKey("restart_window") && now.get("restart_delay").equals(0)) {
        now.put(GRADUAL, true);
      }
    }
    if (!now.containsKey("restart_window") && now.get("max_restarts") instanceof Number max) {
      RestartWindow window = RestartWindow.beside(max.intValue());
      now.put("restart_window", window.time().toMillis());
      now.put("window_failures", window.most());
    }
    return now;
  }

  private static final String GRADUAL = "gradual_restart_delay";

  private static Codecs codecs() {
    var codecs = new Codecs();
    codecs
        .with(AppName.class, Codec.ofText(AppName::value, AppName::new))
        .with(TimePattern.class, Codec.ofText(TimePattern::text, TimePattern::new))
        .with(
            ReadOnlyPath.class,
            Codec.ofText(ReadOnlyPath::toString, it -> ReadOnlyPath.parse(it).orElseThrow()))
        .with(Seccomp.class, Codec.ofText(Seccomp::word, it -> Seccomp.ofWord(it).orElseThrow()));
    codecs
        .with(EnvFile.class, RecordCodec.of(EnvFile.class, codecs, "path optional"))
        .with(ListenAddress.class, RecordCodec.of(ListenAddress.class, codecs, "host port"))
        .with(Secret.class, secret(codecs))
        .with(
            PerInstanceTexts.class,
            RecordCodec.of(
                PerInstanceTexts.class, codecs, "names args interpreterArgs environment=env"))
        .with(LineFormat.class, new LineFormatFields())
        .with(
            LogLimits.Wish.class,
            RecordCodec.of(
                LogLimits.Wish.class,
                codecs,
                "maxSize rotateEvery keep maxAge maxTotal compress fullLogPolicy=when_full"))
        .with(
            ResourceLimits.class,
            RecordCodec.of(
                    ResourceLimits.class,
                    codecs,
                    "memoryMax=memory memoryHigh cpuMax=cpu resources")
                .unless(Map.of(), "resources"))
        .with(
            Cluster.class,
            RecordCodec.of(
                Cluster.class,
                codecs,
                "enabled balance listen drain=drain_timeout proxyProtocol strategy port"))
        .with(Backoff.class, backoff(codecs))
        .with(Triggers.Schedule.class, schedule(codecs))
        .with(Triggers.Watch.class, watch(codecs))
        .with(Check.class, check(codecs))
        .with(Health.class, health(codecs))
        .with(Hooks.class, hooks(codecs));
    return codecs;
  }

  private static Fields<Secret> secret(Codecs codecs) {
    return new OneOf<Secret>()
        .or(Secret.InFile.class, "file", RecordCodec.of(Secret.InFile.class, codecs, "path=file"))
        .or(
            Secret.Credential.class,
            "credential",
            RecordCodec.of(Secret.Credential.class, codecs, "name=credential"))
        .or(
            Secret.OfCommand.class,
            "command",
            RecordCodec.of(Secret.OfCommand.class, codecs, "argv=command"));
  }

  private static Fields<Backoff> backoff(Codecs codecs) {
    return new OneOf<Backoff>()
        .or(
            Backoff.Exponential.class,
            "exp_backoff_restart_delay",
            RecordCodec.of(
                    Backoff.Exponential.class,
                    codecs,
                    "initial=exp_backoff_restart_delay cap=max_restart_delay jitter=restart_jitter")
                .or(Duration.ZERO, "cap"))
        .or(Backoff.Gradual.class, GRADUAL, (Backoff.Gradual) Backoff.GRADUAL)
        .or(
            Backoff.Constant.class,
            "restart_delay",
            RecordCodec.of(Backoff.Constant.class, codecs, "delay=restart_delay"));
  }

  private static RecordCodec<Triggers.Schedule> schedule(Codecs codecs) {
    return RecordCodec.of(
        Triggers.Schedule.class, codecs, "expression=cron_restart zone=time_zone");
  }

  private static RecordCodec<Triggers.Watch> watch(Codecs codecs) {
    return RecordCodec.of(
            Triggers.Watch.class, codecs, "paths=watch ignore=ignore_watch delay=watch_delay")
        .or(Duration.ZERO, "delay");
  }

  private static Fields<Triggers.Schedule> schedule() {
    return schedule(CODECS);
  }

  private static Fields<Triggers.Watch> watch() {
    return watch(CODECS);
  }

  private static Fields<Check> check(Codecs codecs) {
    return new OneOf<Check>()
        .or(
            Check.Http.class,
            "http",
            RecordCodec.of(
                Check.Http.class,
                codecs,
                """
                url=http headers statuses.first=first_status statuses.last=last_status verified
                body
                """))
        .or(Check.Tcp.class, "tcp", RecordCodec.of(Check.Tcp.class, codecs, "host=tcp port"))
        .or(Check.Exec.class, "exec", RecordCodec.of(Check.Exec.class, codecs, "command=exec"))
        .or(Check.Log.class, "log", RecordCodec.of(Check.Log.class, codecs, "pattern=log"))
        .or(Check.Notify.class, "notify", new Check.Notify());
  }

  private static Codec<Health> health(Codecs codecs) {
    codecs
        .with(
            Health.Startup.class,
            RecordCodec.of(Health.Startup.class, codecs, "*check interval within"))
        .with(
            Health.Probe.class,
            RecordCodec.of(
                Health.Probe.class,
                codecs,
                """
                *check rhythm.interval rhythm.timeout rhythm.failures rhythm.successes rhythm.delay
                """));
    return RecordCodec.of(Health.class, codecs, "startup readiness liveness");
  }

  /// Returns the codec of the map from hook event to actions. A hook event that only a newer
  /// version knows is ignored, because this version never triggers it.
  @SuppressWarnings("unchecked")
  private static Codec<Hooks> hooks(Codecs codecs) {
    Fields<Hooks.Action> action =
        new OneOf<Hooks.Action>()
            .or(Hooks.Exec.class, "exec", RecordCodec.of(Hooks.Exec.class, codecs, "command=exec"))
            .or(
                Hooks.Webhook.class,
                "webhook",
                RecordCodec.of(Hooks.Webhook.class, codecs, "url=webhook"));
    return new Codec<>() {
      @Override
      public Optional<Object> write(Hooks hooks) {
        Map<String, Object> object = new LinkedHashMap<>();
        new TreeMap<>(hooks.actions())
            .forEach((occasion, actions) ->
                object.put(
                    occasion.word(),
                    actions.stream().map(it -> action.write(it).orElseThrow()).toList()));
        return Optional.of(object);
      }

      @Override
      public Hooks read(Object json) {
        Map<Hooks.Occasion, List<Hooks.Action>> actions = new EnumMap<>(Hooks.Occasion.class);
        ((Map<String, List<Object>>) json)
            .forEach((word, list) -> {
              List<Hooks.Action> read = list.stream().map(action::read).toList();
              Hooks.Occasion.ofWord(word).ifPresent(occasion -> actions.put(occasion, read));
            });
        return new Hooks(actions);
      }
    };
  }

  /// The fields `log_type` and `log_date_format`; both are absent for unformatted lines.
  private static final class LineFormatFields implements Fields<LineFormat> {
    private static final String TYPE = "log_type";
    private static final String DATE = "log_date_format";
    private static final String JSON = "json";

    @Override
    public void put(LineFormat format, Map<String, Object> object) {
      switch (format) {
        case LineFormat.Raw() -> {}
        case LineFormat.Dated(TimePattern pattern) -> object.put(DATE, pattern.text());
        case LineFormat.Json(Optional<TimePattern> pattern) -> {
          object.put(TYPE, JSON);
          pattern.ifPresent(date -> object.put(DATE, date.text()));
        }
      }
    }

    @Override
    public LineFormat take(Map<String, Object> object) {
      Optional<TimePattern> pattern =
          Optional.ofNullable((String) object.get(DATE)).map(TimePattern::new);
      if (JSON.equals(object.get(TYPE))) {
        return new LineFormat.Json(pattern);
      }
      return pattern.<LineFormat>map(LineFormat.Dated::new).orElse(LineFormat.RAW);
    }
  }
}
