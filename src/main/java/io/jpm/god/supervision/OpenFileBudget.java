package io.jpm.god.supervision;

import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.AppSpec;
import io.jpm.os.DescriptorBudget;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Ensures that the daemon has enough descriptors to write its journal, to answer commands, and to
/// adopt all instances after a crash. A command that would exceed the budget is refused as a whole
/// before it takes effect. Confined to GodVerticle's context.
public final class OpenFileBudget {
  private final Optional<DescriptorBudget> files;
  private final Registry registry;

  /// Creates the budget for the instances in `registry`.
  ///
  /// @param files the limits; empty if they are unknown
  public OpenFileBudget(Optional<DescriptorBudget> files, Registry registry) {
    this.files = files;
    this.registry = registry;
  }

  /// Returns the reason why the apps cannot run as described by `specs`; empty if they can.
  public Optional<String> refusalOf(Collection<AppSpec> specs) {
    return refusal(specs.stream().mapToInt(this::additional).sum());
  }

  /// Returns the number of additional running instances; negative if there will be fewer than now.
  private int additional(AppSpec spec) {
    List<SupervisedInstance> running =
        registry.ofApp(spec.name()).stream().filter(DependencySequence::isRunning).toList();
    int count = spec.instances().count();
    if (spec.autostart()) {
      return count - running.size();
    }
    return -(int)
        running.stream().filter(supervisedInstance -> supervisedInstance.number >= count).count();
  }

  /// Returns the reason why `instances` cannot run in addition to those that are already running;
  /// empty if they can.
  public Optional<String> refusalToRun(Collection<SupervisedInstance> instances) {
    Set<SupervisedInstance> more = new HashSet<>(instances);
    more.removeIf(DependencySequence::isRunning);
    return refusal(more.size());
  }

  /// Returns the reason why `more` additional instances cannot run; empty if they can.
  public Optional<String> refusal(int more) {
    int running =
        (int) registry.ofAllRoles().stream().filter(DependencySequence::isRunning).count();
    return files
        .filter(_ -> more > 0)
        .filter(limit -> running + more > limit.instances())
        .map(limit -> limit.refusal(more, running));
  }
}
