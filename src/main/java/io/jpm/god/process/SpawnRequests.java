package io.jpm.god.process;

import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Tags;
import io.jpm.god.process.StartVariables.Outcome;
import io.jpm.model.AddedVariables;
import io.jpm.model.AppSpec;
import io.jpm.model.Variables;
import io.jpm.model.run.WorkerId;
import io.jpm.os.SpawnRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Creates the spawn requests of an instance.
final class SpawnRequests {
  private final Path home;

  SpawnRequests(Path home) {
    this.home = home;
  }

  /// Returns the request for the main process of `generation`.
  ///
  /// @param share the settings for balancing
  /// @param read the variables that were read for this start
  SpawnRequest main(Instance instance, long generation, Prepared share, Outcome.Read read) {
    Variables variables =
        instance.spec.variables().withFiles(read.files()).withStored(read.stored());
    Map<String, String> environment =
        environment(instance, instance.spec.draft().variables(variables).build());
    environment.putAll(share.environment());
    environment.putAll(read.secrets());
    environment = complete(instance.spec, environment);
    List<String> command =
        instance.spec.texts().command(instance.spec.command(), environment).argv();
    List<String> argv = new ArrayList<>(share.wrapper());
    argv.add(command.getFirst());
    argv.addAll(share.options());
    argv.addAll(command.subList(1, command.size()));
    NotifyVariables.add(environment, home, instance.spec, worker(instance, generation));
    return new SpawnRequest(
        share.wrapper().isEmpty()
            ? instance.spec.command().program()
            : Path.of(share.wrapper().getFirst()),
        argv,
        environment,
        instance.spec.cwd(),
        instance.paths.out(),
        instance.paths.error(),
        instance.tag(home, generation),
        instance.spec.runAs(),
        share.channel(),
        instance.spec.logs().terminal(),
        share.sockets(),
        instance.spec.limits(),
        Optional.of(instance.paths.input()),
        share.far());
  }

  /// Returns `environment` with the per-instance texts expanded.
  static Map<String, String> complete(AppSpec spec, Map<String, String> environment) {
    return spec.texts().environment(environment, spec.variables().declared());
  }

  /// Returns the request for the app's stop command.
  ///
  /// @param program the file to execute
  /// @param environment the environment of the command
  SpawnRequest stopCommand(Instance instance, Path program, Map<String, String> environment) {
    // A separate tag: ending the app's tree must not end the command that is ending it.
    String tag =
        home
            + ":stop "
            + Tags.life(instance.id, instance.birth)
            + ":"
            + instance.state.generation();
    return new SpawnRequest(
        program,
        instance.spec.stop().command(),
        environment,
        instance.spec.cwd(),
        instance.paths.out(),
        instance.paths.error(),
        tag,
        instance.spec.runAs(),
        false,
        false,
        List.of());
  }

  private static WorkerId worker(Instance instance, long generation) {
    return new WorkerId(instance.id, instance.birth.toEpochMilli(), generation);
  }

  /// Returns the environment of an instance's processes, without the variables for balancing and
  /// without the variables that are read at each start.
  Map<String, String> environment(Instance instance) {
    return environment(instance, instance.spec);
  }

  /// Returns the same for another spec, such as one with the variables of its env files.
  Map<String, String> environment(Instance instance, AppSpec spec) {
    Map<String, String> environment = new HashMap<>(spec.variables().effective());
    environment.putAll(AddedVariables.of(spec, instance.id, instance.number, home));
    return environment;
  }
}
