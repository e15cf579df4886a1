package io.jpm.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// An app as its owner described it, complete and validated: nothing in it depends on who reads it,
/// where or when. Made by [#of] and [Draft].
///
/// @param name the app's name
/// @param namespace PM2's grouping word, `default` unless set
/// @param command what is run
/// @param cwd working directory, absolute
/// @param variables the environment
/// @param runAs rights and priority
/// @param instances how many processes
/// @param cluster how these share what they listen on
/// @param autostart whether `start` of the whole file starts it
/// @param restart when to start again
/// @param stop how to end
/// @param readiness when it counts as online
/// @param health what tells how it is
/// @param limits what it may use
/// @param hooks who is told of what happens to it
/// @param triggers what restarts it
/// @param dependsOn apps that must have come so far before this one is started
/// @param logs where output goes
/// @param texts what is another text for each instance
/// @param pidFile where its pid is written for people and scripts, absolute; empty:
///   `pids/<name>-<id>.pid` in the home
public record AppSpec(
    AppName name,
    String namespace,
    Command command,
    Path cwd,
    Variables variables,
    RunAs runAs,
    Instances instances,
    Cluster cluster,
    boolean autostart,
    RestartPolicy restart,
    StopPolicy stop,
    Readiness readiness,
    Health health,
    ResourceLimits limits,
    Hooks hooks,
    Triggers triggers,
    Map<AppName, StartCondition> dependsOn,
    LogFiles logs,
    PerInstanceTexts texts,
    Optional<Path> pidFile) {
  /// The namespace of apps that name none.
  public static final String DEFAULT_NAMESPACE = "default";

  public AppSpec {
    if (!cwd.isAbsolute()) {
      throw new IllegalArgumentException("cwd " + cwd + " is not absolute");
    }
    dependsOn = Map.copyOf(dependsOn);
  }

  /// An app that says nothing but what it runs: PM2's defaults for all else.
  public static Draft of(AppName name, Command command, Path cwd) {
    return new Draft(name, command, cwd);
  }

  /// Whether somebody tells when a process of it is ready: itself, or its checks. Otherwise it is
  /// so as soon as it runs.
  public boolean readinessIsTold() {
    return readiness.awaited() || health.gates();
  }

  /// This app, to be changed in places.
  public Draft draft() {
    return new Draft(name, command, cwd)
        .namespace(namespace)
        .variables(variables)
        .runAs(runAs)
        .instances(instances)
        .cluster(cluster)
        .autostart(autostart)
        .restart(restart)
        .stop(stop)
        .readiness(readiness)
        .health(health)
        .limits(limits)
        .hooks(hooks)
        .triggers(triggers)
        .dependsOn(dependsOn)
        .logs(logs)
        .texts(texts)
        .pidFile(pidFile);
  }

  /// An app in the making. Its methods give the draft itself.
  public static final class Draft {
    private AppName name;
    private final Command command;
    private final Path cwd;
    private String namespace = DEFAULT_NAMESPACE;
    private Variables variables = Variables.NONE;
    private RunAs runAs = RunAs.DAEMON;
    private Instances instances = Instances.of(1);
    private Cluster cluster = Cluster.FORK;
    private boolean autostart = true;
    private RestartPolicy restart = RestartPolicy.DEFAULT;
    private StopPolicy stop = StopPolicy.DEFAULT;
    private Readiness readiness = Readiness.DEFAULT;
    private Health health = Health.NONE;
    private ResourceLimits limits = ResourceLimits.NONE;
    private Hooks hooks = Hooks.NONE;
    private Triggers triggers = Triggers.NONE;
    private Map<AppName, StartCondition> dependsOn = Map.of();
    private LogFiles logs = LogFiles.DEFAULT;
    private PerInstanceTexts texts = PerInstanceTexts.NONE;
    private Optional<Path> pidFile = Optional.empty();

    private Draft(AppName name, Command command, Path cwd) {
      this.name = name;
      this.command = command;
      this.cwd = cwd;
    }

    /// Sets [AppSpec#name].
    public Draft name(AppName value) {
      this.name = value;
      return this;
    }

    /// Sets [AppSpec#namespace].
    public Draft namespace(String value) {
      this.namespace = value;
      return this;
    }

    /// Sets [AppSpec#variables].
    public Draft variables(Variables value) {
      this.variables = value;
      return this;
    }

    /// Sets [AppSpec#runAs].
    public Draft runAs(RunAs value) {
      this.runAs = value;
      return this;
    }

    /// Sets [AppSpec#instances].
    public Draft instances(Instances value) {
      this.instances = value;
      return this;
    }

    /// Sets [AppSpec#cluster].
    public Draft cluster(Cluster value) {
      this.cluster = value;
      return this;
    }

    /// Sets [AppSpec#autostart].
    public Draft autostart(boolean value) {
      this.autostart = value;
      return this;
    }

    /// Sets [AppSpec#restart].
    public Draft restart(RestartPolicy value) {
      this.restart = value;
      return this;
    }

    /// Sets [AppSpec#stop].
    public Draft stop(StopPolicy value) {
      this.stop = value;
      return this;
    }

    /// Sets [AppSpec#readiness].
    public Draft readiness(Readiness value) {
      this.readiness = value;
      return this;
    }

    /// Sets [AppSpec#health].
    public Draft health(Health value) {
      this.health = value;
      return this;
    }

    /// Sets [AppSpec#limits].
    public Draft limits(ResourceLimits value) {
      this.limits = value;
      return this;
    }

    /// Sets [AppSpec#hooks].
    public Draft hooks(Hooks value) {
      this.hooks = value;
      return this;
    }

    /// Sets [AppSpec#triggers].
    public Draft triggers(Triggers value) {
      this.triggers = value;
      return this;
    }

    /// Sets [AppSpec#dependsOn].
    public Draft dependsOn(Map<AppName, StartCondition> value) {
      this.dependsOn = value;
      return this;
    }

    /// Sets [AppSpec#logs].
    public Draft logs(LogFiles value) {
      this.logs = value;
      return this;
    }

    /// Sets [AppSpec#texts].
    public Draft texts(PerInstanceTexts value) {
      this.texts = value;
      return this;
    }

    /// Sets [AppSpec#pidFile].
    public Draft pidFile(Optional<Path> value) {
      this.pidFile = value;
      return this;
    }

    /// The app.
    public AppSpec build() {
      return new AppSpec(
          name, namespace, command, cwd, variables, runAs, instances, cluster, autostart, restart,
          stop, readiness, health, limits, hooks, triggers, dependsOn, logs, texts, pidFile);
    }
  }
}
