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

  /// Returns the reason for the exit of the main process if the kernel enforced a memory limit;
  /// otherwise an empty string.
  public static String exitReason(AppSpec spec, Child child, Exit exit) {
    return child.ranOutOfMemory() ? exitReason(spec, exit) : "";
  }

  /// Returns the reason for the exit of a main process if the kernel killed processes of its tree
  /// for exceeding the memory limit.
  public static String exitReason(AppSpec spec, Exit exit) {
    boolean itself =
        exit instanceof Exit.Signalled(int signal, boolean _) && signal == Signal.SIGKILL.number();
    return itself
        ? "oom-kill: killed by the kernel for exceeding its " + memoryMax(spec)
        : descendantsKilled(spec, 1);
  }

  /// Returns the message that the kernel killed processes of an app, but not the main process.
  public static String descendantsKilled(AppSpec spec, long processes) {
    return "oom-kill: the kernel killed %s of its tree for exceeding its %s"
        .formatted(processes == 1 ? "a process" : processes + " processes", memoryMax(spec));
  }

  /// Returns the message that the kernel throttles an app because its memory usage exceeds
  /// `limits.memory_high`.
  public static String throttled(AppSpec spec) {
    return "throttled by the kernel for exceeding its limits.memory_high of %d MB"
        .formatted(spec.limits().memoryHigh().orElse(0) / MEGA);
  }

  private static String memoryMax(AppSpec spec) {
    return "limits.memory of %d MB".formatted(spec.limits().memoryMax().orElse(0) / MEGA);
  }

  /// Returns a message that names the limits that are not enforced for the app's process; empty if
  /// all are enforced.
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
        + " not enforced because jpm has no delegated cgroup; see jpm doctor";
  }
}
