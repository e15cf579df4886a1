package io.jpm.god.supervision;

import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.model.AppSpec;
import io.jpm.os.OpenFiles;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Sees to it that instances do not take the descriptors that the daemon needs to keep its journal,
/// to answer commands, and to adopt all instances after its own death. A command that would is
/// refused as a whole, before anything of it is done. Owned by GodVerticle's context.
public final class OpenFileBudget {
  private final Optional<OpenFiles> files;
  private final Registry registry;

  /// @param files empty where the limit is not known
  public OpenFileBudget(Optional<OpenFiles> files, Registry registry) {
    this.files = files;
    this.registry = registry;
  }

  /// Why apps cannot be as `specs` describe them; empty: they can.
  public Optional<String> refusalOf(Collection<AppSpec> specs) {
    return refusal(specs.stream().mapToInt(this::additional).sum());
  }

  /// Less than 0 where an app is to have fewer instances.
  private int additional(AppSpec spec) {
    List<Instance> running =
        registry.ofApp(spec.name()).stream().filter(DependencySequence::isRunning).toList();
    int count = spec.instances().count();
    if (spec.autostart()) {
      return count - running.size();
    }
    return -(int) running.stream().filter(instance -> instance.number >= count).count();
  }

  /// Why these cannot run all together with what runs; empty: they can.
  public Optional<String> refusalToRun(Collection<Instance> instances) {
    Set<Instance> more = new HashSet<>(instances);
    more.removeIf(DependencySequence::isRunning);
    return refusal(more.size());
  }

  /// Why `more` instances than now cannot run; empty: they can.
  public Optional<String> refusal(int more) {
    int running =
        (int) registry.ofAllRoles().stream().filter(DependencySequence::isRunning).count();
    return files
        .filter(_ -> more > 0)
        .filter(limit -> running + more > limit.instances())
        .map(limit -> limit.refusal(more, running));
  }
}
