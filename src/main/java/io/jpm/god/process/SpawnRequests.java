package io.jpm.god.process;

import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.instance.Tags;
import io.jpm.god.process.StartVariables.Outcome;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.InjectedVariables;
import io.jpm.model.process.WorkerId;
import io.jpm.os.SpawnRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Creates the spawn requests for an instance.
final class SpawnRequests {
  private final Path home;

  SpawnRequests(Path home) {
    this.home = home;
  }

  /// Returns the request for the main process of `generation`.
  ///
  /// @param share the settings for balancing
  /// @param read the variables that were read for this start
  SpawnRequest main(
      SupervisedInstance supervisedInstance, long generation, Prepared share, Outcome.Read read) {
    EnvironmentVariables environmentVariables =
        supervisedInstance.spec.variables().withFiles(read.files()).withStored(read.stored());
    Map<String, String> environment =
        environment(
            supervisedInstance,
            supervisedInstance.spec.toBuilder().variables(environmentVariables).build());
    environment.putAll(share.environment());
    environment.putAll(read.secrets());
    environment = expandTemplates(supervisedInstance.spec, environment);
    List<String> command =
        supervisedInstance
            .spec
            .texts()
            .command(supervisedInstance.spec.command(), environment)
            .argv();
    List<String> argv = new ArrayList<>(share.wrapper());
    argv.add(command.getFirst());
    argv.addAll(share.options());
    argv.addAll(command.subList(1, command.size()));
    NotifyVariables.add(
        environment, home, supervisedInstance.spec, worker(supervisedInstance, generation));
    return new SpawnRequest(
        share.wrapper().isEmpty()
            ? supervisedInstance.spec.command().program()
            : Path.of(share.wrapper().getFirst()),
        argv,
        environment,
        supervisedInstance.spec.cwd(),
        supervisedInstance.paths.out(),
        supervisedInstance.paths.error(),
        supervisedInstance.tag(home, generation),
        supervisedInstance.spec.runAs(),
        share.ipcChannel(),
        supervisedInstance.spec.logs().terminal(),
        share.sockets(),
        supervisedInstance.spec.limits(),
        Optional.of(supervisedInstance.paths.input()),
        share.inheritToDescendants());
  }

  /// Expands the variable references in texts that differ between the instances of the app.
  static Map<String, String> expandTemplates(AppSpec spec, Map<String, String> environment) {
    return spec.texts().environment(environment, spec.variables().declared());
  }

  /// Returns the request for the app's stop command.
  ///
  /// @param program the file to execute
  /// @param environment the environment of the command
  SpawnRequest stopCommand(
      SupervisedInstance supervisedInstance, Path program, Map<String, String> environment) {
    // Uses a separate tag, because killing the app's tree must not kill the command that stops it.
    String tag =
        home
            + ":stop "
            + Tags.incarnationName(supervisedInstance.id, supervisedInstance.incarnation)
            + ":"
            + supervisedInstance.state.generation();
    return new SpawnRequest(
        program,
        supervisedInstance.spec.stop().command(),
        environment,
        supervisedInstance.spec.cwd(),
        supervisedInstance.paths.out(),
        supervisedInstance.paths.error(),
        tag,
        supervisedInstance.spec.runAs(),
        false,
        false,
        List.of());
  }

  private static WorkerId worker(SupervisedInstance supervisedInstance, long generation) {
    return new WorkerId(
        supervisedInstance.id, supervisedInstance.incarnation.toEpochMilli(), generation);
  }

  /// Returns the environment of an instance's processes, without the variables for balancing and
  /// without those that are read again at each start.
  Map<String, String> environment(SupervisedInstance supervisedInstance) {
    return environment(supervisedInstance, supervisedInstance.spec);
  }

  /// Returns the environment of an instance's processes for another spec, such as one that includes
  /// the variables from env files.
  Map<String, String> environment(SupervisedInstance supervisedInstance, AppSpec spec) {
    Map<String, String> environment = new HashMap<>(spec.variables().effective());
    environment.putAll(
        InjectedVariables.of(spec, supervisedInstance.id, supervisedInstance.number, home));
    return environment;
  }
}
