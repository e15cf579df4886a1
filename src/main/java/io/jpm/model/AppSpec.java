package io.jpm.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The complete and validated settings of an app. Defaults and relative paths are already resolved.
/// Created with [#builder].
///
/// @param name the app's name
/// @param namespace the group that the app belongs to, as in PM2; `default` unless set
/// @param command the program to run
/// @param cwd the working directory, an absolute path
/// @param variables the environment
/// @param runAs the credentials, the priority and the sandbox
/// @param instances the number of instances and the variables that distinguish them
/// @param cluster how the instances share their listening sockets
/// @param autostart whether the app is started when all apps of its process file are started
/// @param restart when and after which delay a process that has exited is restarted
/// @param stop how a process is stopped
/// @param readiness when a process counts as online
/// @param health the health probes
/// @param limits the resource limits that the kernel enforces
/// @param hooks the commands and webhooks that run on events of the app
/// @param triggers the events on which the app is restarted
/// @param dependsOn the apps that this app depends on, each with the state that it must reach
///   before this app starts
/// @param logs where the output is written
/// @param texts the texts that are expanded separately for each instance
/// @param pidFile the absolute path of the file that contains the pid, for users and scripts; empty
///   for `pids/<name>-<id>.pid` in the home
public record AppSpec(
    AppName name,
    String namespace,
    AppCommand command,
    Path cwd,
    EnvironmentVariables variables,
    RunAs runAs,
    InstanceSettings instances,
    ClusterSettings cluster,
    boolean autostart,
    RestartPolicy restart,
    StopPolicy stop,
    ReadinessPolicy readiness,
    HealthProbes health,
    ResourceLimits limits,
    Hooks hooks,
    Triggers triggers,
    Map<AppName, StartCondition> dependsOn,
    LogFiles logs,
    PerInstanceTexts texts,
    Optional<Path> pidFile) {
  /// The namespace of apps that do not set one.
  public static final String DEFAULT_NAMESPACE = "default";

  public AppSpec {
    if (!cwd.isAbsolute()) {
      throw new IllegalArgumentException("cwd " + cwd + " is not an absolute path");
    }
    dependsOn = Map.copyOf(dependsOn);
  }

  /// Returns a builder for an app with PM2's defaults.
  public static Builder builder(AppName name, AppCommand appCommand, Path cwd) {
    return new Builder(name, appCommand, cwd);
  }

  /// Reports whether the app itself or a probe signals that a process is ready. If neither does, a
  /// process counts as ready as soon as it runs.
  public boolean hasReadinessSignal() {
    return readiness.awaited() || health.gatesOnline();
  }

  /// Returns a builder with the settings of this app.
  public Builder toBuilder() {
    return new Builder(name, command, cwd)
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

  /// Builds an app spec. Each setter returns the builder.
  public static final class Builder {
    private AppName name;
    private final AppCommand appCommand;
    private final Path cwd;
    private String namespace = DEFAULT_NAMESPACE;
    private EnvironmentVariables environmentVariables = EnvironmentVariables.NONE;
    private RunAs runAs = RunAs.DAEMON;
    private InstanceSettings instanceSettings = InstanceSettings.of(1);
    private ClusterSettings clusterSettings = ClusterSettings.FORK;
    private boolean autostart = true;
    private RestartPolicy restart = RestartPolicy.DEFAULT;
    private StopPolicy stop = StopPolicy.DEFAULT;
    private ReadinessPolicy readinessPolicy = ReadinessPolicy.DEFAULT;
    private HealthProbes healthProbes = HealthProbes.NONE;
    private ResourceLimits limits = ResourceLimits.NONE;
    private Hooks hooks = Hooks.NONE;
    private Triggers triggers = Triggers.NONE;
    private Map<AppName, StartCondition> dependsOn = Map.of();
    private LogFiles logs = LogFiles.DEFAULT;
    private PerInstanceTexts texts = PerInstanceTexts.NONE;
    private Optional<Path> pidFile = Optional.empty();

    private Builder(AppName name, AppCommand appCommand, Path cwd) {
      this.name = name;
      this.appCommand = appCommand;
      this.cwd = cwd;
    }

    /// Sets [AppSpec#name].
    public Builder name(AppName value) {
      this.name = value;
      return this;
    }

    /// Sets [AppSpec#namespace].
    public Builder namespace(String value) {
      this.namespace = value;
      return this;
    }

    /// Sets [AppSpec#variables].
    public Builder variables(EnvironmentVariables value) {
      this.environmentVariables = value;
      return this;
    }

    /// Sets [AppSpec#runAs].
    public Builder runAs(RunAs value) {
      this.runAs = value;
      return this;
    }

    /// Sets [AppSpec#instances].
    public Builder instances(InstanceSettings value) {
      this.instanceSettings = value;
      return this;
    }

    /// Sets [AppSpec#cluster].
    public Builder cluster(ClusterSettings value) {
      this.clusterSettings = value;
      return this;
    }

    /// Sets [AppSpec#autostart].
    public Builder autostart(boolean value) {
      this.autostart = value;
      return this;
    }

    /// Sets [AppSpec#restart].
    public Builder restart(RestartPolicy value) {
      this.restart = value;
      return this;
    }

    /// Sets [AppSpec#stop].
    public Builder stop(StopPolicy value) {
      this.stop = value;
      return this;
    }

    /// Sets [AppSpec#readiness].
    public Builder readiness(ReadinessPolicy value) {
      this.readinessPolicy = value;
      return this;
    }

    /// Sets [AppSpec#health].
    public Builder health(HealthProbes value) {
      this.healthProbes = value;
      return this;
    }

    /// Sets [AppSpec#limits].
    public Builder limits(ResourceLimits value) {
      this.limits = value;
      return this;
    }

    /// Sets [AppSpec#hooks].
    public Builder hooks(Hooks value) {
      this.hooks = value;
      return this;
    }

    /// Sets [AppSpec#triggers].
    public Builder triggers(Triggers value) {
      this.triggers = value;
      return this;
    }

    /// Sets [AppSpec#dependsOn].
    public Builder dependsOn(Map<AppName, StartCondition> value) {
      this.dependsOn = value;
      return this;
    }

    /// Sets [AppSpec#logs].
    public Builder logs(LogFiles value) {
      this.logs = value;
      return this;
    }

    /// Sets [AppSpec#texts].
    public Builder texts(PerInstanceTexts value) {
      this.texts = value;
      return this;
    }

    /// Sets [AppSpec#pidFile].
    public Builder pidFile(Optional<Path> value) {
      this.pidFile = value;
      return this;
    }

    /// Returns the app spec.
    public AppSpec build() {
      return new AppSpec(
          name,
          namespace,
          appCommand,
          cwd,
          environmentVariables,
          runAs,
          instanceSettings,
          clusterSettings,
          autostart,
          restart,
          stop,
          readinessPolicy,
          healthProbes,
          limits,
          hooks,
          triggers,
          dependsOn,
          logs,
          texts,
          pidFile);
    }
  }
}
