package io.jpm.god.journal;

import io.jpm.json.Codec;
import io.jpm.json.Codecs;
import io.jpm.json.Fields;
import io.jpm.json.RecordCodec;
import io.jpm.json.VariantCodec;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.HealthProbes;
import io.jpm.model.Hooks;
import io.jpm.model.InstanceSettings;
import io.jpm.model.LineFormat;
import io.jpm.model.ListenAddress;
import io.jpm.model.LogLimits;
import io.jpm.model.PerInstanceTexts;
import io.jpm.model.ProbeHandler;
import io.jpm.model.ReadOnlyPath;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.ResourceLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartWindow;
import io.jpm.model.Seccomp;
import io.jpm.model.SecretSource;
import io.jpm.model.Triggers;
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

/// Converts app specs to and from JSON for the journal and `dump.json`. Equal specs are converted
/// to equal texts. The inherited environment is not included, because many apps share the same one.
/// If a key is missing in the JSON of an older version, its default is used. An unknown type, which
/// must come from a newer version, is an error.
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
          .unless(LogLimits.Overrides.NONE, "logs.limits")
          .unless(ResourceLimits.NONE, "limits")
          .unless(ClusterSettings.FORK, "cluster")
          .unless(Hooks.NONE, "hooks")
          .unless(HealthProbes.NONE, "health")
          .or(false, "variables.filter.everything", "stop.message")
          .or(InstanceSettings.NUMBER_VARIABLE, "instances.numberVariable")
          .or(1, "restart.window.most")
          .or(Duration.ZERO, "restart.minUptime", "stop.timeout")
          .or(ReadinessPolicy.DEFAULT.awaited(), "readiness.awaited")
          .or(ReadinessPolicy.DEFAULT.timeout(), "readiness.timeout");

  private SpecJson() {}

  static JsonObject write(AppSpec spec) {
    Map<String, Object> json = new LinkedHashMap<>();
    APP.put(spec, json);
    return new JsonObject(json);
  }

  /// Converts JSON to a spec.
  ///
  /// @param inherited the inherited environment, which is stored separately
  /// @throws RuntimeException of any subtype if the object is not a complete spec
  static AppSpec read(JsonObject json, Map<String, String> inherited) {
    AppSpec spec = APP.take(upgraded(json.getMap()));
    EnvironmentVariables read = spec.variables();
    return spec.toBuilder()
        .variables(
            new EnvironmentVariables(
                inherited, read.declared(), read.removed(), read.filter(), read.referred()))
        .build();
  }

  /// Converts the JSON of older versions to the current format.
  private static Map<String, Object> upgraded(Map<String, Object> json) {
    Map<String, Object> now = new HashMap<>(json);
    // Version 1 of the journal had a boolean key instead.
    boolean never = Boolean.FALSE.equals(json.get("autorestart"));
    now.putIfAbsent(
        "restart", (never ? RestartPolicy.When.NEVER : RestartPolicy.When.ALWAYS).name());
    if (!now.containsKey("exp_backoff_restart_delay") && !now.containsKey(GRADUAL)) {
      now.putIfAbsent("restart_delay", 0);
      // If there is no window, the JSON does not distinguish between the default and a delay of 0.
      if (!now.containsKey("restart_window") && now.get("restart_delay").equals(0)) {
        now.put(GRADUAL, true);
      }
    }
    if (!now.containsKey("restart_window") && now.get("max_restarts") instanceof Number max) {
      RestartWindow window = RestartWindow.forMaxRestarts(max.intValue());
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
        .with(SecretSource.class, secret(codecs))
        .with(
            PerInstanceTexts.class,
            RecordCodec.of(
                PerInstanceTexts.class, codecs, "names args interpreterArgs environment=env"))
        .with(LineFormat.class, new LineFormatFields())
        .with(
            LogLimits.Overrides.class,
            RecordCodec.of(
                LogLimits.Overrides.class,
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
            ClusterSettings.class,
            RecordCodec.of(
                ClusterSettings.class,
                codecs,
                "enabled balance listen drain=drain_timeout proxyProtocol strategy port"))
        .with(Backoff.class, backoff(codecs))
        .with(Triggers.Schedule.class, schedule(codecs))
        .with(Triggers.Watch.class, watch(codecs))
        .with(ProbeHandler.class, check(codecs))
        .with(HealthProbes.class, health(codecs))
        .with(Hooks.class, hooks(codecs));
    return codecs;
  }

  private static Fields<SecretSource> secret(Codecs codecs) {
    return new VariantCodec<SecretSource>()
        .or(
            SecretSource.FromFile.class,
            "file",
            RecordCodec.of(SecretSource.FromFile.class, codecs, "path=file"))
        .or(
            SecretSource.FromCredential.class,
            "credential",
            RecordCodec.of(SecretSource.FromCredential.class, codecs, "name=credential"))
        .or(
            SecretSource.FromCommand.class,
            "command",
            RecordCodec.of(SecretSource.FromCommand.class, codecs, "argv=command"));
  }

  private static Fields<Backoff> backoff(Codecs codecs) {
    return new VariantCodec<Backoff>()
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

  private static Fields<ProbeHandler> check(Codecs codecs) {
    return new VariantCodec<ProbeHandler>()
        .or(
            ProbeHandler.Http.class,
            "http",
            RecordCodec.of(
                ProbeHandler.Http.class,
                codecs,
                """
                url=http headers statuses.first=first_status statuses.last=last_status verified
                body
                """))
        .or(
            ProbeHandler.Tcp.class,
            "tcp",
            RecordCodec.of(ProbeHandler.Tcp.class, codecs, "host=tcp port"))
        .or(
            ProbeHandler.Exec.class,
            "exec",
            RecordCodec.of(ProbeHandler.Exec.class, codecs, "command=exec"))
        .or(
            ProbeHandler.Log.class,
            "log",
            RecordCodec.of(ProbeHandler.Log.class, codecs, "pattern=log"))
        .or(ProbeHandler.Notify.class, "notify", new ProbeHandler.Notify());
  }

  private static Codec<HealthProbes> health(Codecs codecs) {
    codecs
        .with(
            HealthProbes.StartupProbe.class,
            RecordCodec.of(HealthProbes.StartupProbe.class, codecs, "*check interval within"))
        .with(
            HealthProbes.Probe.class,
            RecordCodec.of(
                HealthProbes.Probe.class,
                codecs,
                """
                *check rhythm.interval rhythm.timeout rhythm.failures rhythm.successes rhythm.delay
                """));
    return RecordCodec.of(HealthProbes.class, codecs, "startup readiness liveness");
  }

  /// Returns the codec of the map from hook event to actions. A hook event of a newer version is
  /// ignored, because this version never triggers it.
  @SuppressWarnings("unchecked")
  private static Codec<Hooks> hooks(Codecs codecs) {
    Fields<Hooks.Action> action =
        new VariantCodec<Hooks.Action>()
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
                    occasion.keyword(),
                    actions.stream().map(it -> action.write(it).orElseThrow()).toList()));
        return Optional.of(object);
      }

      @Override
      public Hooks read(Object json) {
        Map<Hooks.HookEvent, List<Hooks.Action>> actions = new EnumMap<>(Hooks.HookEvent.class);
        ((Map<String, List<Object>>) json)
            .forEach((word, list) -> {
              List<Hooks.Action> read = list.stream().map(action::read).toList();
              Hooks.HookEvent.ofKeyword(word).ifPresent(occasion -> actions.put(occasion, read));
            });
        return new Hooks(actions);
      }
    };
  }

  /// The fields `log_type` and `log_date_format`, which are both absent for unformatted lines.
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
