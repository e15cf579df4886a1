package io.jpm.config;

import io.jpm.config.CommandResolver.Wish;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.Instances;
import io.jpm.model.LogFiles;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.StopPolicy;
import io.jpm.model.Variables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Makes one app of its attributes, or notes every reason why not.
final class AppBuilder {
  private static final Pattern EXEC_MODE = Pattern.compile("(?:cluster|fork)(?:_mode)?");
  private static final Pattern NAMESPACE =
      Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}._:@+ -]{0,99}");
  private static final Set<String> NO_FILE = Set.of("NULL", "/dev/null");
  private static final Path DEV_NULL = Path.of("/dev/null");

  private final Attributes attributes;
  private final Context context;
  private final Findings findings;

  /// What an app does not say itself.
  ///
  /// @param label how to call the app while its name is not known: `apps[2]`
  /// @param fileDirectory the process file's directory; empty on the command line
  record Context(String label, Caller caller, AppDefaults defaults, Optional<Path> fileDirectory) {
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
    Path cwd = workingDirectory();
    Optional<Resolution.Found> found = resolve(cwd);
    Optional<AppName> name = name(found);
    String label = name.map(AppName::value).orElse(context.label());
    int instances = instances();
    checkExecMode(label, instances);
    boolean python = found.isPresent() && found.get().python();
    Variables variables = new AppEnvironment(attributes, context.caller()).read(cwd, python);
    RestartPolicy restart = restart();
    StopPolicy stop = stop();
    LogFiles logs = new LogFiles(logFile(AppKey.OUT_FILE, cwd), logFile(AppKey.ERROR_FILE, cwd));
    String namespace = namespace();
    boolean autostart = attributes.flag(AppKey.AUTOSTART, true);
    attributes.flag(AppKey.FORCE, false);
    attributes.warnOfUnused(label);
    found.ifPresent(f -> f.warnings().forEach(warning -> attributes.warn(label, warning)));
    if (findings.problemCount() > before || found.isEmpty() || name.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        AppSpec.of(name.get(), found.get().command(), cwd)
            .namespace(namespace)
            .variables(variables)
            .instances(Instances.of(instances))
            .autostart(autostart)
            .restart(restart)
            .stop(stop)
            .logs(logs)
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
    try {
      return name.map(AppName::new);
    } catch (IllegalArgumentException e) {
      attributes.refuse(AppKey.NAME, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /// PM2's rule: `max` and 0 are one per core, -1 leaves one core free.
  private int instances() {
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

  private void checkExecMode(String label, int instances) {
    Optional<String> mode = attributes.text(AppKey.EXEC_MODE);
    boolean single = attributes.flag(AppKey.EXECUTE_COMMAND, false);
    if (mode.isEmpty()) {
      return;
    }
    if (!EXEC_MODE.matcher(mode.get()).matches()) {
      attributes.refuse(
          AppKey.EXEC_MODE, new Node.Text(0, mode.get()).shown() + " is neither fork nor cluster");
    } else if (mode.get().startsWith("cluster") && instances > 1 && !single) {
      attributes.warn(
          label,
          "exec_mode cluster: %d instances run side by side and share no port in this version"
              .formatted(instances));
    }
  }

  private RestartPolicy restart() {
    RestartPolicy otherwise = context.defaults().restart();
    boolean again = attributes.flag(AppKey.AUTORESTART, otherwise.when() != When.NEVER);
    Duration delay =
        otherwise.backoff() instanceof Backoff.Constant(Duration known) ? known : Duration.ZERO;
    return new RestartPolicy(
        again ? When.ALWAYS : When.NEVER,
        attributes
            .number(AppKey.MAX_RESTARTS, 0, Integer.MAX_VALUE)
            .orElse(otherwise.maxRestarts()),
        attributes.duration(AppKey.MIN_UPTIME, otherwise.minUptime()),
        new Backoff.Constant(attributes.duration(AppKey.RESTART_DELAY, delay)),
        otherwise.stopExitCodes());
  }

  private StopPolicy stop() {
    StopPolicy otherwise = context.defaults().stop();
    return new StopPolicy(
        attributes.signal(AppKey.KILL_SIGNAL, otherwise.signal()),
        attributes.duration(AppKey.KILL_TIMEOUT, otherwise.timeout()),
        attributes.flag(AppKey.TREEKILL, otherwise.wholeTree()));
  }

  /// On the command line relative paths begin in the app's directory, as in PM2; in a file they
  /// begin where the file is.
  private Optional<Path> logFile(AppKey key, Path cwd) {
    Optional<String> text = attributes.text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (NO_FILE.contains(text.get())) {
      return Optional.of(DEV_NULL);
    }
    Optional<Path> file = absolute(key, text.get(), context.fileDirectory().orElse(cwd));
    if (file.isPresent() && Files.isDirectory(file.get())) {
      attributes.refuse(key, file.get() + " is a directory: name a file in it");
    }
    return file;
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
