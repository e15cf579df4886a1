package io.jpm.spec;

import java.util.Set;

/// The keys of `limits` in a process file that set limits of `setrlimit(2)`.
public final class ResourceName {
  /// Limits that are sizes in bytes.
  public static final Set<String> SIZES =
      Set.of("as", "core", "data", "fsize", "memlock", "msgqueue", "stack");

  /// Limits that are plain numbers.
  public static final Set<String> NUMBERS =
      Set.of("nofile", "nproc", "locks", "sigpending", "nice", "rtprio");

  private ResourceName() {}

  /// Reports whether the limit is a size in bytes.
  public static boolean isSize(String name) {
    return SIZES.contains(name);
  }
}
