package io.jpm.daemon;

import io.jpm.os.ProcessHost;
import io.jpm.os.ServiceNotifier;
import io.jpm.os.SystemInspection;
import io.jpm.os.SystemLog;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.LinuxSystemInspection;
import io.jpm.os.linux.notify.LinuxSystemLog;
import io.jpm.os.linux.notify.SystemdNotifier;
import io.jpm.os.portable.PortableProcessHost;
import io.jpm.os.portable.PortableSystemInspection;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Selects the implementations of process control and system services for this operating system.
final class HostSelection {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  private static final int FEW_INSTANCES = 100;

  private HostSelection() {}

  /// Returns the notifier for the service manager that `NOTIFY_SOCKET` specifies.
  static ServiceNotifier serviceNotifier(Map<String, String> environment) {
    String address = environment.getOrDefault("NOTIFY_SOCKET", "");
    return address.isEmpty() || LinuxProcessHost.unsupportedReason().isPresent()
        ? ServiceNotifier.NONE
        : new SystemdNotifier(address);
  }

  /// Returns the sender for the system log.
  static SystemLog systemLog() {
    return LinuxProcessHost.unsupportedReason()
        .<SystemLog>map(reason -> (_, _) -> Optional.of(reason))
        .orElseGet(LinuxSystemLog::new);
  }

  /// Returns the Linux host if the kernel and the C library support it, otherwise the portable
  /// host, which guarantees less.
  ///
  /// @param home the daemon's home directory
  static ProcessHost best(Path home) {
    return LinuxProcessHost.unsupportedReason()
        .<ProcessHost>map(reason -> {
          LOG.log(
              Level.WARNING,
              "processes run without Linux features and with fewer guarantees: {0}",
              reason);
          return new PortableProcessHost();
        })
        .orElseGet(() -> new LinuxProcessHost(home));
  }

  /// Logs how many instances can run, if the limit on open files allows only a few.
  static void logInstanceLimit(ProcessHost host) {
    host.descriptorBudget()
        .filter(files -> files.instances() < FEW_INSTANCES)
        .ifPresent(files ->
            LOG.log(
                Level.WARNING,
                "this daemon can open at most {0} files (ulimit -n), enough for {1} instances: to"
                    + " run more, raise the limit and run jpm update",
                files.limit(),
                files.instances()));
  }

  /// Returns the system inspection that matches the selected host.
  static SystemInspection look() {
    return LinuxProcessHost.unsupportedReason()
        .<SystemInspection>map(PortableSystemInspection::new)
        .orElseGet(LinuxSystemInspection::new);
  }

  /// Returns the boot id, which the kernel generates at each boot (`random(4)`); empty if it is not
  /// available.
  static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException none) {
      return "";
    }
  }
}
