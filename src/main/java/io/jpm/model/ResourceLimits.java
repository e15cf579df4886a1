package io.jpm.model;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// The limits that the kernel enforces for the process tree of an instance (`limits` in a process
/// file). Limits on memory and CPU require cgroup v2 and the permission to create groups in it.
///
/// @param memoryMax the memory in bytes above which the kernel kills a process of the tree
///   (`memory.max`)
/// @param memoryHigh the memory in bytes above which the tree is slowed down (`memory.high`)
/// @param cpuMax the CPU limit in cores, such as 1.5 (`cpu.max`); greater than 0
/// @param resources the limits of each process. The keys are the names in `setrlimit(2)`, in lower
///   case and without `RLIMIT_` (`nofile`, `core`); −1 means no limit
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
      throw new IllegalArgumentException("limits must be greater than 0");
    }
  }

  /// Reports whether the limits need a cgroup.
  public boolean needsCgroup() {
    return memoryMax.isPresent() || memoryHigh.isPresent() || cpuMax.isPresent();
  }
}
