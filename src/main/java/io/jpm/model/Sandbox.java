package io.jpm.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What the kernel keeps an app from, beside what its user may not do.
///
/// @param noNewPrivileges whether programs with more rights than the app's (`sudo`, set-user-ID,
///   file capabilities) run without them, `PR_SET_NO_NEW_PRIVS`; empty: as soon as the app runs as
///   another user
/// @param capabilities the only ones that the app and its children can have, `capabilities(7)`,
///   which the app has from its start; empty: what its user has
/// @param seccomp which ones it may make
/// @param privateTmp whether it has a `/tmp` and a `/var/tmp` of its own
/// @param readOnlyPaths what it may not change
public record Sandbox(
    Optional<Boolean> noNewPrivileges,
    Optional<List<String>> capabilities,
    Seccomp seccomp,
    boolean privateTmp,
    List<ReadOnlyPath> readOnlyPaths) {
  /// Nothing beside the usual.
  public static final Sandbox USUAL = new Sandbox(Optional.empty(), Optional.empty());

  /// What an app with [#privateTmp] has of its own.
  public static final List<Path> TEMPORARY = List.of(Path.of("/tmp"), Path.of("/var/tmp"));

  /// All of Linux 5.9 and later, in the order of their numbers.
  public static final List<String> CAPABILITIES =
      List.of(
          "chown",
          "dac_override",
          "dac_read_search",
          "fowner",
          "fsetid",
          "kill",
          "setgid",
          "setuid",
          "setpcap",
          "linux_immutable",
          "net_bind_service",
          "net_broadcast",
          "net_admin",
          "net_raw",
          "ipc_lock",
          "ipc_owner",
          "sys_module",
          "sys_rawio",
          "sys_chroot",
          "sys_ptrace",
          "sys_pacct",
          "sys_admin",
          "sys_boot",
          "sys_nice",
          "sys_resource",
          "sys_time",
          "sys_tty_config",
          "mknod",
          "lease",
          "audit_write",
          "audit_control",
          "setfcap",
          "mac_override",
          "mac_admin",
          "syslog",
          "wake_alarm",
          "block_suspend",
          "audit_read",
          "perfmon",
          "bpf",
          "checkpoint_restore");

  /// With all system calls and the usual files.
  public Sandbox(Optional<Boolean> noNewPrivileges, Optional<List<String>> capabilities) {
    this(noNewPrivileges, capabilities, Seccomp.NONE, false, List.of());
  }

  public Sandbox {
    readOnlyPaths = List.copyOf(readOnlyPaths);
    capabilities = capabilities.map(List::copyOf);
    for (String name : capabilities.orElse(List.of())) {
      if (!CAPABILITIES.contains(name)) {
        throw new IllegalArgumentException(name + " is not a capability");
      }
    }
  }

  /// Whether the app sees other files than the daemon does.
  public boolean hasOwnMounts() {
    return privateTmp || !readOnlyPaths.isEmpty();
  }

  /// Whether the app cannot see what the daemon has under the name `path`.
  ///
  /// @param path absolute and without links
  public boolean hides(Path path) {
    return privateTmp && TEMPORARY.stream().anyMatch(path::startsWith);
  }

  /// The name in [#CAPABILITIES] of `CAP_NET_RAW`, `cap_net_raw` or `net_raw`; empty where there is
  /// none.
  public static Optional<String> capability(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    String name = lower.startsWith("cap_") ? lower.substring("cap_".length()) : lower;
    return CAPABILITIES.contains(name) ? Optional.of(name) : Optional.empty();
  }
}
