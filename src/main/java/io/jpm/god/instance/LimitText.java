package io.jpm.god.instance;

import io.jpm.model.AppSpec;
import io.jpm.model.ResourceLimits;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Signal;
import io.jpm.os.Child;
import java.util.ArrayList;
import java.util.List;

/// What is said about an app's `limits`.
public final class LimitText {
  private static final long MEGA = 1L << 20;

  private LimitText() {}

  /// Why the process of an app has ended, when a limit was the reason; else empty.
  public static String ofEnd(AppSpec spec, Child child, Exit exit) {
    return child.ranOutOfMemory() ? ofEnd(spec, exit) : "";
  }

  /// Why a process has ended of whose tree the kernel has ended a part for its memory.
  public static String ofEnd(AppSpec spec, Exit exit) {
    boolean itself =
        exit instanceof Exit.Signalled(int signal, boolean _) && signal == Signal.SIGKILL.number();
    return itself
        ? "oom-kill: ended by the kernel, more than its " + memoryMax(spec)
        : ofPart(spec, 1);
  }

  /// The kernel has ended some of an app's processes, but not the main process.
  public static String ofPart(AppSpec spec, long processes) {
    return "oom-kill: %s of its tree ended by the kernel, more than its %s"
        .formatted(processes == 1 ? "a process" : processes + " processes", memoryMax(spec));
  }

  /// The kernel takes memory back from an app.
  public static String ofSlowing(AppSpec spec) {
    return "slowed down by the kernel: more than its limits.memory_high of %d MB"
        .formatted(spec.limits().memoryHigh().orElse(0) / MEGA);
  }

  private static String memoryMax(AppSpec spec) {
    return "limits.memory of %d MB".formatted(spec.limits().memoryMax().orElse(0) / MEGA);
  }

  /// What of an app's limits does not hold for its process; empty: all do.
  public static String unenforced(AppSpec spec, Child child) {
    ResourceLimits limits = spec.limits();
    if (!limits.ofGroup() || child.isGrouped()) {
      return "";
    }
    List<String> names = new ArrayList<>();
    limits.memoryMax().ifPresent(_ -> names.add("limits.memory"));
    limits.memoryHigh().ifPresent(_ -> names.add("limits.memory_high"));
    limits.cpuMax().ifPresent(_ -> names.add("limits.cpu"));
    return String.join(", ", names)
        + (names.size() == 1 ? " is" : " are")
        + " not enforced: no delegated cgroup; see jpm doctor";
  }
}
