package io.jpm.config.app;

import io.jpm.config.command.CommandResolver;
import io.jpm.config.command.CommandResolver.ScriptAttributes;
import io.jpm.config.command.JavaStopDefaults;
import io.jpm.config.command.Resolution;
import io.jpm.config.settings.SettingKey;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problems;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.HealthProbes;
import io.jpm.model.Hooks;
import io.jpm.model.InstanceSettings;
import io.jpm.model.LogFiles;
import io.jpm.model.PerInstanceTexts;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.ResourceLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RunAs;
import io.jpm.model.StartCondition;
import io.jpm.model.StopPolicy;
import io.jpm.model.Triggers;
import io.jpm.spec.AppKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Builds the spec of one app from its attributes and records all problems found.
public final class AppBuilder {
  private static final Pattern NAMESPACE =
      Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}._:@+ -]{0,99}(?<! )");

  private final AttributeReader attributeReader;
  private final ReadContext context;
  private final Problems problems;

  public AppBuilder(AttributeReader attributeReader, ReadContext context, Problems problems) {
    this.attributeReader = attributeReader;
    this.context = context;
    this.problems = problems;
  }

  /// Returns the spec; empty if a problem was recorded.
  public Optional<AppSpec> build() {
    int before = problems.problemCount();
    OptionalInt port = port();
    AppEnvironment environment = new AppEnvironment(attributeReader, context, port);
    VariableExpansion texts = new VariableExpansion(attributeReader, environment.scope());
    if (context.fileDirectory().isPresent()) {
      texts.expandCwd();
    }
    Path cwd = workingDirectory();
    VariableSourcesReader variableSourcesReader =
        new VariableSourcesReader(attributeReader, context);
    ReferencedVariables referencedVariables = variableSourcesReader.read(cwd, environment.names());
    environment.scope().enableReporting(cwd.toString(), variableSourcesReader.names());
    Set<String> own = InstanceTemplatesReader.names(attributeReader);
    environment.scope().setPerInstanceNames(own);
    if (context.fileDirectory().isPresent()) {
      texts.expandAll();
    }
    Optional<Resolution.Found> found = resolve(cwd);
    Optional<AppName> name = name(found);
    String label = name.map(AppName::value).orElse(context.label());
    Pm2Variables pm2 =
        new Pm2Variables(
            context.callerContext().environment(), warning -> attributeReader.warn(label, warning));
    InstanceSettings instanceSettings = instances(pm2);
    boolean python = found.isPresent() && found.get().python();
    EnvironmentVariables environmentVariables = environment.read(cwd, python, referencedVariables);
    ClusterSettings clusterSettings =
        new ClusterRules(attributeReader, label)
            .read(
                found.map(Resolution.Found::command),
                environmentVariables,
                port,
                variableSourcesReader.port());
    PerInstanceTexts perInstanceTexts =
        context.fileDirectory().isPresent()
            ? new InstanceTemplatesReader(attributeReader, texts, environment.scope(), own)
                .read(found.map(Resolution.Found::command), clusterSettings)
            : PerInstanceTexts.NONE;
    RunAs runAs = new CredentialRules(attributeReader).read();
    ResourceLimits limits = new ResourceRules(attributeReader).read();
    RestartPolicy restart =
        new RestartRules(attributeReader, context.defaults().restart()).read(label);
    StopPolicy usualStop =
        JavaStopDefaults.defaultsFor(
            context.defaults().stop(), found.map(Resolution.Found::command));
    StopPolicy stop = new StopRules(attributeReader, pm2.stop(usualStop)).read();
    HealthProbes healthProbes = new HealthProbesReader(attributeReader).read();
    new SharedPortRules(attributeReader, clusterSettings, environmentVariables).check(healthProbes);
    ReadinessPolicy readinessPolicy = readiness(clusterSettings, healthProbes, pm2);
    Map<AppName, StartCondition> dependsOn = new DependencyReader(attributeReader).read();
    LogRules logRules = new LogRules(attributeReader, context, label, cwd);
    LogFiles logs = logRules.read();
    Optional<Path> pidFile = logRules.pidFile();
    Triggers triggers = new TriggerRules(attributeReader, context, label).read(cwd, logs, pidFile);
    Hooks hooks = new HookRules(attributeReader).read();
    String namespace = namespace();
    boolean autostart = attributeReader.flag(AppKey.AUTOSTART, true);
    attributeReader.warnOfUnused(label);
    found.ifPresent(f -> f.warnings().forEach(warning -> attributeReader.warn(label, warning)));
    if (problems.problemCount() > before || found.isEmpty() || name.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        AppSpec.builder(name.get(), found.get().command(), cwd)
            .namespace(namespace)
            .variables(environmentVariables)
            .runAs(runAs)
            .limits(limits)
            .instances(instanceSettings)
            .cluster(clusterSettings)
            .autostart(autostart)
            .restart(restart)
            .stop(stop)
            .readiness(readinessPolicy)
            .hooks(hooks)
            .health(healthProbes)
            .triggers(triggers)
            .dependsOn(dependsOn)
            .logs(logs)
            .texts(perInstanceTexts)
            .pidFile(pidFile)
            .build());
  }

  private Path workingDirectory() {
    Path base = context.base();
    Path cwd =
        attributeReader
            .text(AppKey.CWD)
            .flatMap(text -> absolute(AppKey.CWD, text, base))
            .orElse(base);
    if (!Files.exists(cwd)) {
      attributeReader.refuse(AppKey.CWD, "directory " + cwd + " does not exist");
    } else if (!Files.isDirectory(cwd)) {
      attributeReader.refuse(AppKey.CWD, cwd + " is not a directory");
    } else if (!Files.isExecutable(cwd)) {
      attributeReader.refuse(
          AppKey.CWD, "directory " + cwd + " cannot be entered: permission denied");
    }
    return cwd;
  }

  private Optional<Path> absolute(AppKey key, String text, Path base) {
    Optional<Path> path = context.callerContext().absolute(text, base);
    if (path.isEmpty()) {
      attributeReader.refuse(key, "is not a valid path");
    }
    return path;
  }

  private Optional<Resolution.Found> resolve(Path cwd) {
    if (attributeReader.node(AppKey.SCRIPT).isEmpty()) {
      if (!attributeReader.hasUnknownKeys()) {
        attributeReader.refuseApp(
            "script is missing: set it to the file, program or command line to run");
      }
      return Optional.empty();
    }
    Optional<String> script = attributeReader.text(AppKey.SCRIPT);
    Optional<String> interpreter = attributeReader.text(AppKey.INTERPRETER);
    List<String> interpreterArgs = attributeReader.words(AppKey.INTERPRETER_ARGS);
    List<String> args = attributeReader.words(AppKey.ARGS);
    if (script.isEmpty()) {
      return Optional.empty();
    }
    Stream<Path> bases =
        context.fileDirectory().isPresent()
            ? Stream.of(context.base(), cwd)
            : Stream.of(cwd, context.base());
    Resolution resolution =
        new CommandResolver(context.callerContext(), bases.distinct().toList(), cwd)
            .resolve(new ScriptAttributes(script.get(), interpreter, interpreterArgs, args));
    return switch (resolution) {
      case Resolution.Found found -> Optional.of(found);
      case Resolution.Refused refused -> {
        attributeReader.refuse(refused.key(), refused.message());
        yield Optional.empty();
      }
    };
  }

  private Optional<AppName> name(Optional<Resolution.Found> found) {
    Optional<String> given = attributeReader.text(AppKey.NAME);
    boolean wrong = attributeReader.node(AppKey.NAME).isPresent() && given.isEmpty();
    Optional<String> name = wrong ? given : given.or(() -> found.map(Resolution.Found::name));
    boolean appended = attributeReader.flag(AppKey.APPEND_ENV_TO_NAME, false);
    String ending = appended ? context.environment().map(chosen -> "-" + chosen).orElse("") : "";
    try {
      return name.map(known -> new AppName(known + ending));
    } catch (IllegalArgumentException e) {
      attributeReader.refuse(AppKey.NAME, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private InstanceSettings instances(Pm2Variables pm2) {
    return new InstanceSettings(
        instanceCount(),
        attributeReader
            .variableName(AppKey.INSTANCE_VAR)
            .or(pm2::instanceVariable)
            .orElse(InstanceSettings.NUMBER_VARIABLE),
        attributeReader.variableName(AppKey.INCREMENT_VAR));
  }

  /// Applies PM2's rule: `max` and 0 mean one instance per core; -1 means one instance fewer than
  /// cores.
  private int instanceCount() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.INSTANCES);
    if (node.isEmpty()) {
      return 1;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    if (node.get() instanceof ConfigNode.Text text && text.value().equals("max")) {
      return cores;
    }
    OptionalLong number = AttributeReader.whole(node.get());
    if (number.isEmpty()) {
      attributeReader.refuse(
          AppKey.INSTANCES,
          node.get().displayText()
              + " is not a number of instances: use 1 or more, \"max\" or 0 for one per core, or"
              + " -1 for one fewer than cores");
      return 1;
    }
    long count = number.getAsLong();
    int most = context.defaults().maxInstances();
    if (count > most) {
      attributeReader.refuse(
          AppKey.INSTANCES,
          "%d exceeds the maximum of %d instances: use fewer, or raise %s in jpm.json to at most %d"
              .formatted(
                  count, most, SettingKey.LIMITS_MAX_INSTANCES.key(), InstanceSettings.MOST));
      return 1;
    }
    return (int) (count > 0 ? count : Math.max(1, cores + Math.max(count, -cores)));
  }

  private OptionalInt port() {
    return attributeReader
        .number(AppKey.PORT, 1, 65_535)
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }

  private ReadinessPolicy readiness(
      ClusterSettings clusterSettings, HealthProbes healthProbes, Pm2Variables pm2) {
    Duration alone =
        clusterSettings.enabled() ? ClusterRules.READY_TIMEOUT : ReadinessPolicy.DEFAULT.timeout();
    Duration usual =
        pm2.listenTimeout()
            .orElse(healthProbes.gatesOnline() ? HealthProbesReader.READY_TIMEOUT : alone);
    Duration timeout = attributeReader.duration(AppKey.LISTEN_TIMEOUT, usual);
    if (timeout.isZero()) {
      attributeReader.refuse(AppKey.LISTEN_TIMEOUT, "must be greater than 0");
      timeout = ReadinessPolicy.DEFAULT.timeout();
    }
    return new ReadinessPolicy(
        attributeReader.flag(AppKey.WAIT_READY, ReadinessPolicy.DEFAULT.awaited()), timeout);
  }

  private String namespace() {
    String namespace = attributeReader.text(AppKey.NAMESPACE).orElse("default");
    if (!NAMESPACE.matcher(namespace).matches()) {
      attributeReader.refuse(
          AppKey.NAMESPACE,
          new ConfigNode.Text(0, namespace).displayText()
              + " is not a valid namespace: use 1 to 100 letters, digits, spaces or . _ - : @ +,"
              + " beginning with a letter, digit or _ and not ending with a space");
    }
    return namespace;
  }
}
