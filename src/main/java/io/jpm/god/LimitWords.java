package io.jpm.god;

import io.jpm.model.AppSpec;
import io.jpm.model.Exit;
import io.jpm.model.ResourceLimits;
import io.jpm.model.Signal;
import io.jpm.os.Child;
import java.util.ArrayList;
import java.util.List;

/// What is said about an app's `limits`.
final class LimitWords {
  private static final long MEGA = 1L << 20;

  private LimitWords() {}

  /// Why the process of an app has ended, when a limit was the reason; else empty.
  static String ofEnd(AppSpec spec, Child child, Exit exit) {
    boolean killed =
        exit instanceof Exit.Signalled(int signal, boolean _)
            && signal == Signal.SIGKILL.number()
            && child.ranOutOfMemory();
    return killed
        ? "ended by the kernel: more than its limits.memory of "
            + spec.limits().memoryMax().orElse(0) / MEGA
            + " MB"
        : "";
  }

  /// What of an app's limits does not hold for its process; empty: all do.
  static String unenforced(AppSpec spec, Child child) {
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
