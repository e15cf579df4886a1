package io.jpm.model;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// The limits that the kernel enforces for the process tree of an instance (`limits` in a process
/// file). Limits of memory and processor need cgroup v2 and the right to create groups in it.
///
/// @param memoryMax in bytes; above it the kernel kills a process of the tree (`memory.max`)
/// @param memoryHigh in bytes; above it the tree is slowed down (`memory.high`)
/// @param cpuMax in cores, such as 1.5 (`cpu.max`); greater than 0
/// @param resources the limits of each process by name, as in `setrlimit(2)` without `RLIMIT_` and
///   in lower case (`nofile`, `core`); −1 for no limit
public record ResourceLimits(
    OptionalLong memoryMax,
    OptionalLong memoryHigh,
    OptionalDouble cpuMax,
    Map<String, Long> resources) {
  /// No limits.
  public static final ResourceLimits NONE =
      new ResourceLimits(
          OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.empty(), Map.of());

  public ResourceLimits {
    resources = Map.copyOf(resources);
    if (memoryMax.orElse(1) < 1 || memoryHigh.orElse(1) < 1 || cpuMax.orElse(1) <= 0) {
      throw new IllegalArgumentException("limits: use more than 0");
    }
  }

  /// Reports whether the limits need a cgroup.
  public boolean needsCgroup() {
    return memoryMax.isPresent() || memoryHigh.isPresent() || cpuMax.isPresent();
  }
}
