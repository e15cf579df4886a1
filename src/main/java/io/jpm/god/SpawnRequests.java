package io.jpm.god;

import io.jpm.model.AddedVariables;
import io.jpm.os.SpawnRequest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the processes of an instance are made of.
final class SpawnRequests {
  private final Path home;

  SpawnRequests(Path home) {
    this.home = home;
  }

  /// The main process of `generation`.
  SpawnRequest main(Instance instance, long generation) {
    return request(
        instance,
        Tags.of(home, instance, generation),
        instance.spec.command().program(),
        instance.spec.command().argv(),
        environment(instance));
  }

  /// The app's stop command, with `JPM_PID` in its environment.
  ///
  /// @param program the file to execute
  /// @param pid the main process that is to end
  SpawnRequest stopCommand(Instance instance, Path program, int pid) {
    Map<String, String> environment = environment(instance);
    environment.put("JPM_PID", Integer.toString(pid));
    // A tag of its own: ending the app's tree must not end the command that is ending it.
    String tag =
        home
            + ":stop "
            + Tags.life(instance.id, instance.createdAt)
            + ":"
            + instance.state.generation();
    return request(instance, tag, program, instance.spec.stop().command(), environment).plain();
  }

  private static SpawnRequest request(
      Instance instance,
      String tag,
      Path program,
      List<String> argv,
      Map<String, String> environment) {
    return new SpawnRequest(
        program,
        argv,
        environment,
        instance.spec.cwd(),
        instance.paths.out(),
        instance.paths.error(),
        tag,
        instance.spec.runAs(),
        true,
        instance.spec.logs().terminal(),
        List.of());
  }

  private Map<String, String> environment(Instance instance) {
    Map<String, String> environment = new HashMap<>(instance.spec.variables().effective());
    environment.putAll(AddedVariables.of(instance.spec, instance.id, instance.number, home));
    return environment;
  }
}
