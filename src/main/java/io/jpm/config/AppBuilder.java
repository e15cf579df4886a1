package io.jpm.config;

import io.jpm.config.CommandResolver.Wish;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Cluster;
import io.jpm.model.Condition;
import io.jpm.model.Health;
import io.jpm.model.Hooks;
import io.jpm.model.InstanceTexts;
import io.jpm.model.Instances;
import io.jpm.model.LogFiles;
import io.jpm.model.Readiness;
import io.jpm.model.Referred;
import io.jpm.model.ResourceLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RunAs;
import io.jpm.model.StopPolicy;
import io.jpm.model.Triggers;
import io.jpm.model.Variables;
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

/// Makes one app of its attributes, or notes every reason why not.
final class AppBuilder {
  private static final Pattern NAMESPACE =
      Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}._:@+ -]{0,99}");

  private final Attributes attributes;
  private final Context context;
  private final Findings findings;

  /// What an app does not say itself.
  ///
  /// @param label how to call the app while its name is not known: `apps[2]`
  /// @param fileDirectory the process file's directory; empty on the command line
  /// @param environment the name that `--env` gives
  /// @param deployed what the file's `deploy` has as variables for that name
  record Context(
      String label,
      Caller caller,
      AppDefaults defaults,
      Optional<Path> fileDirectory,
      Optional<String> environment,
      Optional<Node> deployed) {
    /// The same for the app at a path of the file.
    Context labelled(String path) {
      return path.isEmpty()
          ? this
          : new Context(path, caller, defaults, fileDirectory, environment, deployed);
    }

    /// The same in a file with this outermost value.
    Context in(Node root) {
      Optional<Node> variables = environment.flatMap(name -> DeployRules.variables(root, name));
      return new Context(label, caller, defaults, fileDirectory, environment, variables);
    }

    /// Where the app's own relative paths begin.
    Path base() {
      return fileDirectory.orElse(caller.cwd());
    }
  }

  AppBuilder(Attributes attributes, Context context, Findings findings) {
    this.attributes = attributes;
    this.context = context;
    this.findings = findings;
  }

  Optional<AppSpec> build() {
    int before = findings.problemCount();
    OptionalInt port = port();
    AppEnvironment environment = new AppEnvironment(attributes, context, port);
    AppTexts texts = new AppTexts(attributes, environment.known());
    if (context.fileDirectory().isPresent()) {
      texts.putIntoCwd();
    }
    Path cwd = workingDirectory();
    ReferredRules referredRules = new ReferredRules(attributes, context);
    Referred referred = referredRules.read(cwd, environment.names());
    environment.known().complete(cwd.toString(), referredRules.names());
    Set<String> own = OwnTexts.names(attributes);
    environment.known().differ(own);
    if (context.fileDirectory().isPresent()) {
      texts.putIntoAll();
    }
    Optional<Resolution.Found> found = resolve(cwd);
    Optional<AppName> name = name(found);
    String label = name.map(AppName::value).orElse(context.label());
    Pm2Variables pm2 =
        new Pm2Variables(
            context.caller().environment(), warning -> attributes.warn(label, warning));
    Instances instances = instances(pm2);
    boolean python = found.isPresent() && found.get().python();
    Variables variables = environment.read(cwd, python, referred);
    Cluster cluster =
        new ClusterRules(attributes, label)
            .read(found.map(Resolution.Found::command), variables, port, referredRules.port());
    InstanceTexts instanceTexts =
        context.fileDirectory().isPresent()
            ? new OwnTexts(attributes, texts, environment.known(), own)
                .read(found.map(Resolution.Found::command), cluster)
            : InstanceTexts.NONE;
    RunAs runAs = new Rights(attributes).read();
    ResourceLimits limits = new ResourceRules(attributes).read();
    RestartPolicy restart = new RestartRules(attributes, context.defaults().restart()).read(label);
    StopPolicy usualStop =
        JavaStop.usual(context.defaults().stop(), found.map(Resolution.Found::command));
    StopPolicy stop = new StopRules(attributes, pm2.stop(usualStop)).read();
    Health health = new HealthRules(attributes).read();
    new SharedPortRules(attributes, cluster, variables).check(health);
    Readiness readiness = readiness(cluster, health, pm2);
    Map<AppName, Condition> dependsOn = new Dependencies(attributes).read();
    LogRules logRules = new LogRules(attributes, context, label, cwd);
    LogFiles logs = logRules.read();
    Optional<Path> pidFile = logRules.pidFile();
    Triggers triggers = new TriggerRules(attributes, context, label).read(cwd, logs, pidFile);
    Hooks hooks = new HookRules(attributes).read();
    String namespace = namespace();
    boolean autostart = attributes.flag(AppKey.AUTOSTART, true);
    attributes.warnOfUnused(label);
    found.ifPresent(f -> f.warnings().forEach(warning -> attributes.warn(label, warning)));
    if (findings.problemCount() > before || found.isEmpty() || name.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        AppSpec.of(name.get(), found.get().command(), cwd)
            .namespace(namespace)
            .variables(variables)
            .runAs(runAs)
            .limits(limits)
            .instances(instances)
            .cluster(cluster)
            .autostart(autostart)
            .restart(restart)
            .stop(stop)
            .readiness(readiness)
            .hooks(hooks)
            .health(health)
            .triggers(triggers)
            .dependsOn(dependsOn)
            .logs(logs)
            .texts(instanceTexts)
            .pidFile(pidFile)
            .build());
  }

  private Path workingDirectory() {
    Path base = context.base();
    Path cwd =
        attributes.text(AppKey.CWD).flatMap(text -> absolute(AppKey.CWD, text, base)).orElse(base);
    if (!Files.exists(cwd)) {
      attributes.refuse(AppKey.CWD, "directory " + cwd + " does not exist");
    } else if (!Files.isDirectory(cwd)) {
      attributes.refuse(AppKey.CWD, cwd + " is not a directory");
    } else if (!Files.isExecutable(cwd)) {
      attributes.refuse(AppKey.CWD, "directory " + cwd + " may not be entered: permission denied");
    }
    return cwd;
  }

  private Optional<Path> absolute(AppKey key, String text, Path base) {
    Optional<Path> path = context.caller().absolute(text, base);
    if (path.isEmpty()) {
      attributes.refuse(key, "is no path");
    }
    return path;
  }

  private Optional<Resolution.Found> resolve(Path cwd) {
    if (attributes.node(AppKey.SCRIPT).isEmpty()) {
      if (!attributes.hasUnknownKeys()) {
        attributes.refuseApp("no script: name the file, program or command line to run");
      }
      return Optional.empty();
    }
    Optional<String> script = attributes.text(AppKey.SCRIPT);
    Optional<String> interpreter = attributes.text(AppKey.INTERPRETER);
    List<String> interpreterArgs = attributes.words(AppKey.INTERPRETER_ARGS);
    List<String> args = attributes.words(AppKey.ARGS);
    if (script.isEmpty()) {
      return Optional.empty();
    }
    Stream<Path> bases =
        context.fileDirectory().isPresent()
            ? Stream.of(context.base(), cwd)
            : Stream.of(cwd, context.base());
    Resolution resolution =
        new CommandResolver(context.caller(), bases.distinct().toList(), cwd)
            .resolve(new Wish(script.get(), interpreter, interpreterArgs, args));
    return switch (resolution) {
      case Resolution.Found found -> Optional.of(found);
      case Resolution.Refused refused -> {
        attributes.refuse(refused.key(), refused.what());
        yield Optional.empty();
      }
    };
  }

  private Optional<AppName> name(Optional<Resolution.Found> found) {
    Optional<String> given = attributes.text(AppKey.NAME);
    boolean wrong = attributes.node(AppKey.NAME).isPresent() && given.isEmpty();
    Optional<String> name = wrong ? given : given.or(() -> found.map(Resolution.Found::name));
    boolean appended = attributes.flag(AppKey.APPEND_ENV_TO_NAME, false);
    String ending = appended ? context.environment().map(chosen -> "-" + chosen).orElse("") : "";
    try {
      return name.map(known -> new AppName(known + ending));
    } catch (IllegalArgumentException e) {
      attributes.refuse(AppKey.NAME, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Instances instances(Pm2Variables pm2) {
    return new Instances(
        instanceCount(),
        attributes
            .variableName(AppKey.INSTANCE_VAR)
            .or(pm2::instanceVariable)
            .orElse(Instances.NUMBER_VARIABLE),
        attributes.variableName(AppKey.INCREMENT_VAR));
  }

  /// PM2's rule: `max` and 0 are one per core, -1 leaves one core free.
  private int instanceCount() {
    Optional<Node> node = attributes.node(AppKey.INSTANCES);
    if (node.isEmpty()) {
      return 1;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    if (node.get() instanceof Node.Text text && text.value().equals("max")) {
      return cores;
    }
    OptionalLong number = Attributes.whole(node.get());
    if (number.isEmpty()) {
      attributes.refuse(
          AppKey.INSTANCES,
          node.get().shown()
              + " is no number: use 1 or more, 0 or \"max\" for one per core, or -1 for one less");
      return 1;
    }
    long count = number.getAsLong();
    if (count > Instances.MOST) {
      attributes.refuse(AppKey.INSTANCES, count + " are too many: use up to " + Instances.MOST);
      return 1;
    }
    return (int) (count > 0 ? count : Math.max(1, cores + Math.max(count, -cores)));
  }

  private OptionalInt port() {
    return attributes
        .number(AppKey.PORT, 1, 65_535)
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }

  private Readiness readiness(Cluster cluster, Health health, Pm2Variables pm2) {
    Duration alone = cluster.enabled() ? ClusterRules.PATIENCE : Readiness.DEFAULT.timeout();
    Duration usual = pm2.listenTimeout().orElse(health.gates() ? HealthRules.PATIENCE : alone);
    Duration timeout = attributes.duration(AppKey.LISTEN_TIMEOUT, usual);
    if (timeout.isZero()) {
      attributes.refuse(AppKey.LISTEN_TIMEOUT, "0 is no time to get ready in: use more");
      timeout = Readiness.DEFAULT.timeout();
    }
    return new Readiness(attributes.flag(AppKey.WAIT_READY, Readiness.DEFAULT.awaited()), timeout);
  }

  private String namespace() {
    String namespace = attributes.text(AppKey.NAMESPACE).orElse("default");
    if (!NAMESPACE.matcher(namespace).matches()) {
      attributes.refuse(
          AppKey.NAMESPACE,
          new Node.Text(0, namespace).shown()
              + " is no namespace: use letters, digits or . _ - : @ + and inner spaces");
    }
    return namespace;
  }
}
