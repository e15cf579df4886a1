package io.jpm.model;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What the kernel lets an instance's tree use (`limits` in a process file). Memory and processor
/// need a cgroup (version 2) in which jpm may make groups.
///
/// @param memoryMax bytes; beyond it the kernel ends a process of the tree (`memory.max`)
/// @param memoryHigh bytes; beyond it the tree is slowed down (`memory.high`)
/// @param cpuMax cores, such as 1.5 (`cpu.max`); above 0
/// @param resources limits of each process by name as in `setrlimit(2)` without `RLIMIT_` and in
///   lower case (`nofile`, `core`); −1 for no limit
public record ResourceLimits(
    OptionalLong memoryMax,
    OptionalLong memoryHigh,
    OptionalDouble cpuMax,
    Map<String, Long> resources) {
  /// No limits of its own.
  public static final ResourceLimits NONE =
      new ResourceLimits(
          OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.empty(), Map.of());

  public ResourceLimits {
    resources = Map.copyOf(resources);
    if (memoryMax.orElse(1) < 1 || memoryHigh.orElse(1) < 1 || cpuMax.orElse(1) <= 0) {
      throw new IllegalArgumentException("limits: use more than 0");
    }
  }

  /// Whether a cgroup is needed.
  public boolean ofGroup() {
    return memoryMax.isPresent() || memoryHigh.isPresent() || cpuMax.isPresent();
  }
}
