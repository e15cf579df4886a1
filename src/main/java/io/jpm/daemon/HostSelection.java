package io.jpm.daemon;

import io.jpm.os.ProcessHost;
import io.jpm.os.ServiceNotifier;
import io.jpm.os.SystemInspection;
import io.jpm.os.SystemLog;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.LinuxSystemInspection;
import io.jpm.os.linux.notice.LinuxSystemLog;
import io.jpm.os.linux.notice.SystemdNotifier;
import io.jpm.os.portable.PortableProcessHost;
import io.jpm.os.portable.PortableSystemInspection;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Chooses how processes are made on this system.
final class HostSelection {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  private static final int FEW_INSTANCES = 100;

  private HostSelection() {}

  /// Whom the environment names as the one who wants to hear of the daemon.
  static ServiceNotifier serviceNotifier(Map<String, String> environment) {
    String address = environment.getOrDefault("NOTIFY_SOCKET", "");
    return address.isEmpty() || LinuxProcessHost.unsupportedReason().isPresent()
        ? ServiceNotifier.NOBODY
        : new SystemdNotifier(address);
  }

  /// Who sends to the system's log.
  static SystemLog systemLog() {
    return LinuxProcessHost.unsupportedReason()
        .<SystemLog>map(reason -> (_, _) -> Optional.of(reason))
        .orElseGet(LinuxSystemLog::new);
  }

  /// The Linux way where the kernel and libc have all it needs, else the portable one with fewer
  /// promises.
  ///
  /// @param home the daemon's directory
  static ProcessHost best(Path home) {
    return LinuxProcessHost.unsupportedReason()
        .<ProcessHost>map(reason -> {
          LOG.log(Level.WARNING, "processes the portable way, with fewer promises: {0}", reason);
          return new PortableProcessHost();
        })
        .orElseGet(() -> new LinuxProcessHost(home));
  }

  /// Says how many instances can run, where these are few.
  static void tellOfLimit(ProcessHost host) {
    host.openFiles()
        .filter(files -> files.instances() < FEW_INSTANCES)
        .ifPresent(files ->
            LOG.log(
                Level.WARNING,
                "this daemon may open {0} files (ulimit -n), enough for {1} instances: for more,"
                    + " raise the limit and run jpm update",
                files.most(),
                files.instances()));
  }

  /// Who looks at this system, in the way in which processes are made.
  static SystemInspection look() {
    return LinuxProcessHost.unsupportedReason()
        .<SystemInspection>map(PortableSystemInspection::new)
        .orElseGet(LinuxSystemInspection::new);
  }

  /// The kernel's name for the time since the machine was booted, `random(4)`; empty where it has
  /// none.
  static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException none) {
      return "";
    }
  }
}
