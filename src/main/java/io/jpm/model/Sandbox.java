package io.jpm.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Restrictions that the kernel enforces on an app, in addition to those of its user.
///
/// @param noNewPrivileges whether programs that would gain privileges (`sudo`, set-user-ID, file
///   capabilities) run without them, `PR_SET_NO_NEW_PRIVS`; empty if this applies only when the app
///   runs as another user
/// @param capabilities the capabilities of the app from its start, and the only ones that it and
///   its children can ever have (`capabilities(7)`); empty for the capabilities of its user
/// @param seccomp the permitted system calls
/// @param privateTmp whether the app has its own `/tmp` and `/var/tmp`
/// @param readOnlyPaths the paths that the app must not change
public record Sandbox(
    Optional<Boolean> noNewPrivileges,
    Optional<List<String>> capabilities,
    Seccomp seccomp,
    boolean privateTmp,
    List<ReadOnlyPath> readOnlyPaths) {
  /// The default: no restrictions, except that an app that runs as another user cannot gain
  /// privileges.
  public static final Sandbox USUAL = new Sandbox(Optional.empty(), Optional.empty());

  /// The directories that are private to an app with [#privateTmp].
  public static final List<Path> TEMPORARY = List.of(Path.of("/tmp"), Path.of("/var/tmp"));

  /// All capabilities of Linux 5.9 and later, in the order of their numbers.
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

  /// Creates a sandbox that restricts neither system calls nor files.
  public Sandbox(Optional<Boolean> noNewPrivileges, Optional<List<String>> capabilities) {
    this(noNewPrivileges, capabilities, Seccomp.NONE, false, List.of());
  }

  public Sandbox {
    readOnlyPaths = List.copyOf(readOnlyPaths);
    capabilities = capabilities.map(List::copyOf);
    for (String name : capabilities.orElse(List.of())) {
      if (!CAPABILITIES.contains(name)) {
        throw new IllegalArgumentException(
            name + " is not a capability: use a name from capabilities(7)");
      }
    }
  }

  /// Reports whether the app has its own mount namespace, in which it sees different mounts than
  /// the daemon.
  public boolean hasOwnMounts() {
    return privateTmp || !readOnlyPaths.isEmpty();
  }

  /// Reports whether a file that the daemon sees at `path` is invisible to the app.
  ///
  /// @param path an absolute path without symbolic links
  public boolean hides(Path path) {
    return privateTmp && TEMPORARY.stream().anyMatch(path::startsWith);
  }

  /// Returns the name in [#CAPABILITIES] for `CAP_NET_RAW`, `cap_net_raw` or `net_raw`; empty if
  /// there is none.
  public static Optional<String> capability(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    String name = lower.startsWith("cap_") ? lower.substring("cap_".length()) : lower;
    return CAPABILITIES.contains(name) ? Optional.of(name) : Optional.empty();
  }
}
