package io.jpm.god.instance;

import io.jpm.model.AppSpec;
import io.jpm.model.ResourceLimits;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import java.util.ArrayList;
import java.util.List;

/// Formats messages about the `limits` of an app.
public final class LimitText {
  private static final long MEGA = 1L << 20;

  private LimitText() {}

  /// Returns why a process has ended if a memory limit was the cause; else an empty text.
  public static String ofEnd(AppSpec spec, Child child, Exit exit) {
    return child.ranOutOfMemory() ? ofEnd(spec, exit) : "";
  }

  /// Returns why a process has ended after the kernel killed processes of its tree for exceeding
  /// the memory limit.
  public static String ofEnd(AppSpec spec, Exit exit) {
    boolean itself =
        exit instanceof Exit.Signalled(int signal, boolean _) && signal == Signal.SIGKILL.number();
    return itself
        ? "oom-kill: ended by the kernel, more than its " + memoryMax(spec)
        : ofPart(spec, 1);
  }

  /// Returns the message that the kernel has killed some processes of an app, but not the main
  /// process.
  public static String ofPart(AppSpec spec, long processes) {
    return "oom-kill: %s of its tree ended by the kernel, more than its %s"
        .formatted(processes == 1 ? "a process" : processes + " processes", memoryMax(spec));
  }

  /// Returns the message that the kernel reclaims memory from an app.
  public static String ofSlowing(AppSpec spec) {
    return "slowed down by the kernel: more than its limits.memory_high of %d MB"
        .formatted(spec.limits().memoryHigh().orElse(0) / MEGA);
  }

  private static String memoryMax(AppSpec spec) {
    return "limits.memory of %d MB".formatted(spec.limits().memoryMax().orElse(0) / MEGA);
  }

  /// Returns which limits of the app are not enforced for its process; empty if all are.
  public static String unenforced(AppSpec spec, Child child) {
    ResourceLimits limits = spec.limits();
    if (!limits.needsCgroup() || child.hasCgroup()) {
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
