package io.jpm.doctor;

import io.jpm.bus.daemon.DoctorReply.Finding;
import io.jpm.doctor.SystemReport.Disk;
import io.jpm.doctor.SystemReport.HomeFacts;
import java.util.List;
import java.util.Optional;

/// Derives the findings about the daemon's directory and its disks.
final class HomeFindings {
  private static final long LOW_DISK_BYTES = 500L << 20;
  private static final long FULL_DISK_BYTES = 10L << 20;
  private static final long FEW_INODES = 1000;
  private static final long LITTLE_SHARED_MEMORY = 64L << 20;

  private HomeFindings() {}

  static void add(SystemReport systemReport, List<Finding> findings) {
    HomeFacts home = systemReport.home();
    findings.add(home(home));
    home.disks().forEach(disk -> findings.add(disk(disk)));
    home.sharedMemory()
        .ifPresent(free ->
            findings.add(
                free < LITTLE_SHARED_MEMORY
                    ? Finding.warn(
                        "/dev/shm",
                        Doctor.bytes(free) + " free",
                        "provide at least 64 MiB for the log buffer (docker run --shm-size);"
                            + " otherwise jpm buffers logs on the home directory's disk")
                    : Finding.ok("/dev/shm", Doctor.bytes(free) + " free")));
    findings.add(pidFile(home));
    findings.add(stale(home));
    if (!home.dumps().isEmpty()) {
      findings.add(
          Finding.warn(
              "dumps",
              "dump files of crashed JVMs: " + Doctor.abbreviated(home.dumps()),
              "inspect them, report any that point to a bug in jpm, then delete them"));
    }
  }

  private static Finding home(HomeFacts home) {
    if (!home.writable()) {
      return Finding.fail(
          "home",
          "%s is not writable".formatted(home.path()),
          "run chown -R \"$(id -un)\" " + home.path());
    }
    return home.mode().endsWith("------")
        ? Finding.ok("home", "%s, %s".formatted(home.path(), home.mode()))
        : Finding.fail(
            "home",
            "%s has mode %s: other users can access programs and secrets in it"
                .formatted(home.path(), home.mode()),
            "run chmod 700 " + home.path());
  }

  private static Finding disk(Disk disk) {
    String name = "disk";
    String inodes =
        disk.inodes().isPresent() ? ", %d inodes".formatted(disk.inodes().getAsLong()) : "";
    String found = "%s has %s free%s".formatted(disk.path(), Doctor.bytes(disk.free()), inodes);
    boolean few = disk.inodes().orElse(Long.MAX_VALUE) < FEW_INODES;
    if (disk.free() < FULL_DISK_BYTES || disk.inodes().orElse(Long.MAX_VALUE) == 0) {
      return Finding.fail(name, found, "free disk space: output that cannot be written is dropped");
    }
    return disk.free() < LOW_DISK_BYTES || few
        ? Finding.warn(name, found, "free disk space, or lower logs.total in jpm.json")
        : Finding.ok(name, found);
  }

  private static Finding pidFile(HomeFacts home) {
    return home.pidFile().equals(Long.toString(home.pid()))
        ? Finding.ok("jpm.pid", "contains the pid of this daemon, " + home.pid())
        : Finding.warn(
            "jpm.pid",
            "contains \"%s\", but the pid of this daemon is %d"
                .formatted(home.pidFile(), home.pid()),
            "run jpm update: the new daemon writes the file again");
  }

  private static Finding stale(HomeFacts home) {
    return Optional.of(home.stale())
        .filter(stale -> !stale.isEmpty())
        .map(stale ->
            Finding.warn(
                "stale files",
                "files that do not belong to any listed app: " + Doctor.abbreviated(stale),
                "delete them"))
        .orElseGet(() -> Finding.ok("stale files", "none"));
  }
}
